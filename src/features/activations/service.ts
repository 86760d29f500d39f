import type { Static } from '@sinclair/typebox'
import type { License } from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'
import type { Deps } from '../../deps'
import { type Answer, declared } from '../../kernel/answers'
import { type Outcome, say } from '../../kernel/outcome'
import { firstBroken, type Rule } from '../../kernel/rule'
import { announceAll, type EventContent, postCallbacks } from '../../webhooks/outbox'
import { refusedSeatPayload, type SeatFacts } from '../../webhooks/payloads'
import { findPurchased } from '../envato/service'
import { describeLicenseAndProduct, findPastedSeat, findSeat, type Seat } from '../licenses/service'
import { resolveProduct } from '../products/service'
import type { Device, DeviceActivation, VerifiedDevice } from './model'
import { type DeviceRequest, rulesOfEntry, rulesOfSeating, rulesOfVerify } from './policy'
import { freeSeat, occupySeat } from './seating'
import { countSeatsTaken, findCallbackUrl, listSeatsTaken, noteReturn } from './store'

export { moveSeats, retakeSeat } from './seating'
export {
  countSeatsTaken,
  findLatestActivation,
  listSeatsTaken,
  type SeenActivation,
  touchActivations,
} from './store'

const announcedRefusalsPerMinute = 10

/** When and where a request came from; stored with the activation. */
export interface RequestOrigin {
  now: Date
  address: string
  userAgent: string
}

/**
 * 200 if the licence is valid and this device holds a seat on it, otherwise the first rule that fails (CONTRACT §2). An
 * unknown key may be an Envato purchase code: 206.
 */
export async function verify(
  deps: Deps,
  device: Static<typeof VerifiedDevice>,
  asker: Pick<RequestOrigin, 'address' | 'now'> & { requestId: string },
): Promise<Outcome> {
  const outcome = await verifyKnown(deps, device, asker.now)
  if (outcome.answer !== 'invalid_license_key') return outcome
  const purchased = await findPurchased(deps, device, asker)
  if (!purchased) return outcome
  if ('added' in purchased) return purchased.added
  return verifyKnown(deps, { ...device, license_key: purchased.licenseKey }, asker.now)
}

async function verifyKnown(
  { db, lastSeen }: Pick<Deps, 'db' | 'lastSeen'>,
  device: Static<typeof VerifiedDevice>,
  now: Date,
): Promise<Outcome> {
  const { seat, refusal } = await findActiveSeat(db.read, device, now)
  if (!seat) return refusal
  lastSeen.note(seat.activationId!, now)
  return say('valid_license_key').signedFor(seat.productId)
}

/** 500 with the licence and its product, under the rules of `verify`. */
export async function getLicenseKeyDetails(db: Queryable, device: Static<typeof Device>, now: Date) {
  const { seat, refusal } = await findActiveSeat(db, device, now)
  if (refusal) return refusal
  return say('active_license_found', await describeLicenseAndProduct(db, seat.licenseKey)).signedFor(seat.productId)
}

/** The write that takes a seat, and the limiter of messages about refused seats. */
type Taking = { tx: Tx } & Pick<Deps, 'limit'>

/** 300 if the device has taken a seat, 301 if it already had one, 302 if none is left (CONTRACT §2). */
export async function activate(taking: Taking, device: Static<typeof DeviceActivation>, origin: RequestOrigin) {
  const { seat, refusal } = await findSeatOf(taking.tx, device, origin.now)
  if (refusal) return refusal
  return takeSeat(taking, seat, device, origin)
}

/**
 * Activates on a seat already looked up. `earlier` holds events that happened first; they are announced if this
 * succeeds. Unless the answer is 300 or 301, nothing is written except the message about the refusal.
 */
export async function takeSeat(
  taking: Taking,
  seat: Seat,
  device: Static<typeof DeviceActivation>,
  { now, address, userAgent }: RequestOrigin,
  earlier: EventContent[] = [],
): Promise<Outcome> {
  const { tx } = taking
  const { post_url } = device
  const facts = factsOf(seat, device)
  const seatsTaken = seat.activationId ? 0 : await countSeatsTaken(tx, seat.id)
  const broken = firstBroken(
    rulesOfSeating,
    { seat, identifier: facts.identifier, isOfOtherProduct: false, seatsTaken },
    now,
  )
  if (broken) return refuse(taking, broken.refusal, facts, now)
  if (seat.activationId) {
    await noteReturn(tx, seat.activationId, { ip: address, userAgent, postUrl: post_url })
    await announceAll(tx, () => earlier, now)
    return say('license_already_active').signedFor(seat.productId)
  }
  await occupySeat(tx, facts, { postUrl: post_url ?? '', ip: address, userAgent }, now, earlier)
  return say('license_activated').signedFor(seat.productId)
}

/** Returns the refusal; announces only a few a minute for each licence. The call log lists them all. */
async function refuse({ tx, limit }: Taking, answer: Answer, facts: SeatFacts, now: Date) {
  const isAnnounced = limit(`refused seats ${facts.licenseId}`, announcedRefusalsPerMinute, now) === 0
  const payload = () => refusedSeatPayload(facts, declared(answer))
  if (isAnnounced) await announceAll(tx, () => [{ event: 'activation.failed', payload: payload() }], now)
  return say(answer).signedFor(facts.productId)
}

/** "400" when the seat is free again, 401 when the device held none. Freeing is always allowed (CONTRACT §2). */
export async function deactivate(tx: Tx, device: Static<typeof Device>, now: Date) {
  const { seat, refusal } = await findSeatOf(tx, device, now)
  if (refusal) return refusal
  if (!seat.activationId) return say('license_already_inactive').signedFor(seat.productId)
  await freeSeat(tx, seat.activationId, { ...factsOf(seat, device), by: 'device' }, now)
  return say('license_deactivated').signedFor(seat.productId)
}

/** Frees a seat for an operator. The callback goes to the device's own address, else to the product's (CONTRACT §2). */
export async function deactivateByOperator(tx: Tx, device: Static<typeof Device>, now: Date) {
  const { seat, refusal } = await findSeatOf(tx, device, now)
  if (refusal) return refusal
  if (!seat.activationId) return say('license_already_inactive').signedFor(seat.productId)
  const facts = factsOf(seat, device)
  const url = await findCallbackUrl(tx, seat.activationId)
  await freeSeat(tx, seat.activationId, { ...facts, by: 'operator' }, now)
  await postCallbacks(tx, [{ ...facts, url }], now)
  return say('license_deactivated').signedFor(seat.productId)
}

/** Frees every seat of a licence for an operator, with a callback to each device. Returns the devices. */
export async function deactivateAllByOperator(tx: Tx, license: License, now: Date): Promise<string[]> {
  const freed: string[] = []
  for (const { identifier } of await listSeatsTaken(tx, license.id)) {
    const { answer } = await deactivateByOperator(tx, { license_key: license.licenseKey, identifier }, now)
    if (answer === 'license_deactivated') freed.push(identifier)
  }
  return freed
}

/** The seat the device has or wants; its identifier must be present. */
const factsOf = (seat: Seat, { identifier }: Static<typeof Device>): SeatFacts => ({
  licenseId: seat.id,
  licenseKey: seat.licenseKey,
  productId: seat.productId,
  identifier: identifier!,
})

/** A licence and the device's seat on it, or the answer that ends the request. */
type Found = { seat: Seat; refusal?: never } | { seat?: never; refusal: Outcome }

const findSeatOf = (db: Queryable, device: Static<typeof Device>, now: Date) =>
  findActiveSeat(db, device, now, rulesOfEntry)

/** The licence and the device's seat on it, or the answer of the first broken rule. */
export async function findActiveSeat(
  db: Queryable,
  device: Static<typeof Device>,
  now: Date,
  rules: readonly Rule<DeviceRequest>[] = rulesOfVerify,
): Promise<Found> {
  const request = await findDevice(db, device)
  const { seat } = request
  const broken = firstBroken(rules, request, now)
  if (!seat) return { refusal: say('invalid_license_key') }
  return broken ? { refusal: say(broken.refusal).signedFor(seat.productId) } : { seat }
}

/**
 * The facts the rules check for a device: the licence with that exact key, else the only one a pasted text can mean.
 */
export async function findDevice(
  db: Queryable,
  { license_key = '', identifier = '', product_id }: Static<typeof Device>,
): Promise<DeviceRequest> {
  const seat = (await findSeat(db, license_key, identifier)) ?? (await findPastedSeat(db, license_key, identifier))
  const isOfOther = product_id !== undefined && seat !== undefined && !(await isOfProduct(db, seat, product_id))
  return { seat: isOfOther ? undefined : seat, identifier, isOfOtherProduct: isOfOther }
}

/** Whether a key belongs to the product a request names; true if it names none (CONTRACT §9). */
export const isOfProduct = async (db: Queryable, { productId }: Pick<Seat, 'productId'>, reference?: string) =>
  reference === undefined || (await resolveProduct(db, reference))?.id === productId

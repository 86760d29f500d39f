import type { Activation, License } from '../../../db/schema/licensing'
import { record } from '../../audit/record'
import type { Tx } from '../../database/connection'
import { announceAll, type EventContent } from '../../webhooks/outbox'
import { freedSeatPayload, type SeatFacts, seatPayload } from '../../webhooks/payloads'
import {
  forgetFreedSeats,
  freeActivation,
  insertActivation,
  listTakenActivations,
  type NewActivation,
  retakeActivation,
} from './store'

type Origin = Pick<NewActivation, 'postUrl' | 'ip' | 'userAgent'>

/** Gives a device a seat, records and announces it, after events that happened first. */
export async function occupySeat(
  tx: Tx,
  facts: SeatFacts,
  origin: Origin,
  now: Date,
  earlier: readonly EventContent[] = [],
) {
  const { licenseId, identifier } = facts
  await insertActivation(tx, { licenseId, identifier, ...origin, activatedAt: now })
  await recordTaken(tx, facts, origin.ip, now, earlier)
}

async function recordTaken(tx: Tx, facts: SeatFacts, address: string, now: Date, earlier: readonly EventContent[]) {
  const { licenseId, identifier } = facts
  await record(tx, { verb: 'license.activated', id: licenseId, after: { identifier, address } }, now)
  const payload = seatPayload(facts)
  await announceAll(
    tx,
    () => [...earlier, { event: 'license.activated', payload }, { event: 'activation.created', payload }],
    now,
  )
}

/** Frees a seat, records and announces it. */
export async function freeSeat(
  tx: Tx,
  activationId: number,
  { by, ...facts }: SeatFacts & { by: 'device' | 'operator' },
  now: Date,
) {
  await freeActivation(tx, activationId, now)
  await forgetFreedSeats(tx, facts.licenseId)
  await record(tx, { verb: 'license.deactivated', id: facts.licenseId, before: { identifier: facts.identifier } }, now)
  const payload = freedSeatPayload(facts, by)
  await announceAll(
    tx,
    () => [
      { event: 'license.deactivated', payload },
      { event: 'activation.deleted', payload },
    ],
    now,
  )
}

/** Gives a freed seat back to its device. */
export async function retakeSeat(tx: Tx, license: License, { id, identifier, ip }: Activation, now: Date) {
  await retakeActivation(tx, id)
  await recordTaken(tx, factsOn(license, identifier), ip, now, [])
}

/** Moves the seats taken on one licence to another. Returns the devices. */
export async function moveSeats(tx: Tx, from: License, to: License, now: Date): Promise<string[]> {
  const taken = await listTakenActivations(tx, from.id)
  for (const { id, identifier, postUrl, ip, userAgent } of taken) {
    await freeSeat(tx, id, { ...factsOn(from, identifier), by: 'operator' }, now)
    await occupySeat(tx, factsOn(to, identifier), { postUrl, ip, userAgent }, now)
  }
  return taken.map(({ identifier }) => identifier)
}

const factsOn = ({ id, licenseKey, productId }: License, identifier: string): SeatFacts => ({
  licenseId: id,
  licenseKey,
  productId,
  identifier,
})

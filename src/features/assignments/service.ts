import type { Static } from '@sinclair/typebox'
import { record } from '../../audit/record'
import type { Queryable, Tx } from '../../database/connection'
import { say } from '../../kernel/outcome'
import { isOfProduct, type RequestOrigin, takeSeat } from '../activations/service'
import { licenseEvent } from '../licenses/events'
import { announceAssigned, assignAvailable, findLicense, findPastedLicense, findSeat } from '../licenses/service'
import type { Assignment, AssignmentAndActivation } from './model'

/** 800 if the key now belongs to that owner, 801 if it is unknown or not available. */
export async function assignLicenseKey(tx: Tx, input: Static<typeof Assignment>, now: Date) {
  const meant = await findMeant(tx, input.license_key)
  const license = meant && (await assignAvailable(tx, meant.licenseKey, ownerOf(input), now))
  if (!license) return say('invalid_or_already_assigned')
  await announceAssigned(tx, [license], now)
  return say('license_key_assigned').signedFor(license.productId)
}

/**
 * 300 if the key belongs to that owner and the device has a seat; otherwise the first obstacle, and nothing changes. A
 * key the same owner already holds is only activated (CONTRACT §2).
 */
export async function assignAndActivate(
  taking: Parameters<typeof takeSeat>[0],
  input: Static<typeof AssignmentAndActivation>,
  origin: RequestOrigin,
) {
  const { tx } = taking
  const { identifier, product_id, owner_email, owner_name } = input
  if (!owner_email || !owner_name) return say('malformed_request', { detail: 'Send owner_email and owner_name.' })
  const license = await findMeant(tx, input.license_key)
  if (!license || !(await isOfProduct(tx, license, product_id))) return say('invalid_or_already_assigned')
  const isTheirs = license.status === 'assigned' && sameEmail(license.ownerEmail, owner_email)
  if (!isTheirs && license.status !== 'available') return say('invalid_or_already_assigned')
  if (!identifier) return say('identifier_required').signedFor(license.productId)
  const seat = (await findSeat(tx, license.licenseKey, identifier))!
  const assignedAt = isTheirs ? seat.assignedAt : origin.now
  const assigned = { ...license, ...ownerOf(input), status: 'assigned' as const, assignedAt, updatedAt: origin.now }
  const news = isTheirs ? [] : [licenseEvent('license.assigned', assigned)]
  const outcome = await takeSeat(taking, { ...seat, status: 'assigned', assignedAt }, input, origin, news)
  const isSeated = outcome.answer === 'license_activated' || outcome.answer === 'license_already_active'
  if (isSeated && !isTheirs) {
    await assignAvailable(tx, license.licenseKey, ownerOf(input), origin.now)
    await record(tx, { verb: 'license.assigned', id: license.id, after: ownerOf(input) }, origin.now)
  }
  return outcome
}

/** An exact match wins even if it cannot be assigned, so that a repeated order takes no other key. */
const findMeant = async (tx: Queryable, key = '') => (await findLicense(tx, key)) ?? (await findPastedLicense(tx, key))

/** The owner columns of an assignment, as stored. */
export const ownerOf = ({
  owner_name,
  owner_email,
}: Pick<Static<typeof Assignment>, 'owner_name' | 'owner_email'>) => ({
  ownerName: owner_name || null,
  ownerEmail: owner_email || null,
})

const sameEmail = (a: string | null, b: string) => a?.toLowerCase() === b.toLowerCase()

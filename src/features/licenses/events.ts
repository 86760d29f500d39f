import type { License } from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'
import type { Event } from '../../webhooks/events'
import { announceAll, type EventContent, postCallbacks } from '../../webhooks/outbox'
import { licensePayload } from '../../webhooks/payloads'
import { findExpiryMark } from './expiry/store'
import { expiryOf, isExpired } from './policy'
import { listSeatHolders } from './store'

/** What an event says of a licence. */
export const licenseEvent = (event: Event, license: License): EventContent => ({
  event,
  payload: licensePayload(license, expiryOf(license)),
})

/** What licences that were just made are events of. */
export const eventsOfNew = (license: License) => [
  licenseEvent('license.created', license),
  ...(license.status === 'assigned' ? [licenseEvent('license.assigned', license)] : []),
]

/** Announces all that a change to a licence means, and tells its devices when it was revoked (CONTRACT §2). */
export async function announceChange(tx: Tx, before: License, after: License, now: Date) {
  const isRevoked = after.revokedAt !== null && before.revokedAt === null
  const isSuspended = after.status === 'blocked' && before.status !== 'blocked' && !isRevoked
  const wasInStock = before.status === 'available' || before.status === 'reserved'
  const hasEnded = isOver(after, now) && !isOver(before, now) && (await isBehindSweep(tx, after))
  const happened: [Event, boolean][] = [
    ['license.updated', true],
    ['license.assigned', wasInStock && after.status === 'assigned'],
    ['license.suspended', isSuspended],
    ['license.revoked', isRevoked],
    ['license.expired', hasEnded],
  ]
  const events = () => happened.filter(([, isTrue]) => isTrue).map(([event]) => licenseEvent(event, after))
  await announceAll(tx, events, now)
  if (isRevoked) await tellSeatHolders(tx, { licenseId: after.id }, now)
}

/**
 * Tells the devices that hold seats of a revoked licence, or a device that was blocked on each of its licences. Their
 * seats stay as they are: the licence's state, or the blocklist, is what fails them (CONTRACT §11).
 */
export async function tellSeatHolders(tx: Tx, whose: Parameters<typeof listSeatHolders>[1], now: Date) {
  await postCallbacks(tx, await listSeatHolders(tx, whose), now)
}

const isOver = (license: License, now: Date) => license.status === 'assigned' && isExpired(license, now)

/** Whether the sweep for ended licences has passed the place where this one would have stood, and will not see it. */
async function isBehindSweep(tx: Queryable, license: License) {
  const mark = await findExpiryMark(tx)
  const endsMs = expiryOf(license)!.getTime()
  return !mark || endsMs < mark.endsMs || (endsMs === mark.endsMs && license.id <= mark.id)
}

import type { License } from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'
import type { Event } from '../../webhooks/events'
import { announceAll, type EventContent, postCallbacks } from '../../webhooks/outbox'
import { licensePayload } from '../../webhooks/payloads'
import { findExpiryMark } from './expiry/store'
import { expiryOf, isExpired } from './policy'
import { listSeatHolders } from './store'

/** The content of an event about a licence. */
export const licenseEvent = (event: Event, license: License): EventContent => ({
  event,
  payload: licensePayload(license, expiryOf(license)),
})

/** The events for licences just created. */
export const eventsOfNew = (license: License) => [
  licenseEvent('license.created', license),
  ...(license.status === 'assigned' ? [licenseEvent('license.assigned', license)] : []),
]

/**
 * Announces all events that follow from a change to a licence, and sends its devices callbacks if it was revoked
 * (CONTRACT §2).
 */
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
 * Sends callbacks to the devices on a revoked licence, or to a blocked device once for each of its licences. The seats
 * stay: the licence's state or the blocklist makes requests fail (CONTRACT §11).
 */
export async function tellSeatHolders(tx: Tx, whose: Parameters<typeof listSeatHolders>[1], now: Date) {
  await postCallbacks(tx, await listSeatHolders(tx, whose), now)
}

const isOver = (license: License, now: Date) => license.status === 'assigned' && isExpired(license, now)

/** Whether the sweep for expired licences has already passed this licence's end and will not announce it. */
async function isBehindSweep(tx: Queryable, license: License) {
  const mark = await findExpiryMark(tx)
  const endsMs = expiryOf(license)!.getTime()
  return !mark || endsMs < mark.endsMs || (endsMs === mark.endsMs && license.id <= mark.id)
}

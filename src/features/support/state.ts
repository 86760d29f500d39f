import type { License } from '../../../db/schema/licensing'
import { counted } from '../../kernel/counted'
import { dayMs } from '../../kernel/durations'
import { expiryOf, isExpired } from '../licenses/policy'

/** The words for a licence's state. */
export const licenseStates = ['available', 'reserved', 'assigned', 'active', 'expired', 'blocked', 'revoked'] as const

/** One word for a licence's state (CONTRACT §2). */
export function stateWord(license: License, seatsTaken: number, now: Date): (typeof licenseStates)[number] {
  if (license.status === 'blocked') return license.revokedAt ? 'revoked' : 'blocked'
  if (license.status !== 'assigned') return license.status
  if (isExpired(license, now)) return 'expired'
  return seatsTaken ? 'active' : 'assigned'
}

/** The state in a sentence: `assigned to Ada, 2 of 3 seats taken, ends 2027-01-31 (in 67 days)`. */
export function stateInWords(license: License, seatsTaken: number, now: Date): string {
  return [standingOf(license), seatsOf(license, seatsTaken), endOf(license, now)].filter(Boolean).join(', ')
}

/** Who has the licence, or why it cannot be used. */
export function standingOf({ status, revokedAt, blockReason, ownerName, ownerEmail, contractId, withheld }: License) {
  const owner = ownerName ?? ownerEmail
  switch (status) {
    case 'available':
      if (contractId) return `free, drawn under contract ${contractId}`
      return withheld ? 'free, not for sale: drawn under a contract that was deleted' : 'in stock'
    case 'reserved':
      return 'held out of the stock'
    case 'assigned':
      return owner ? `assigned to ${owner}` : 'assigned'
    case 'blocked': {
      const block = revokedAt ? `revoked for good on ${dayOf(revokedAt)}` : 'blocked'
      return [blockReason ? `${block} ("${blockReason}")` : block, owner && `owned by ${owner}`]
        .filter(Boolean)
        .join(', ')
    }
  }
}

/** The number of seats taken, in words. */
export const seatsOf = ({ activationLimit }: License, taken: number) =>
  activationLimit > 0
    ? `${taken} of ${counted(activationLimit, 'seat')} taken`
    : `${counted(taken, 'seat')} taken of any number`

function endOf(license: License, now: Date) {
  if (license.validity < 1) return 'for ever'
  const expiry = expiryOf(license)
  if (!expiry) return license.assignedAt ? 'for ever' : `for ${days(license.validity)} from its assignment`
  const away = expiry.getTime() - now.getTime()
  return away < 0 ? `ended ${dayOf(expiry)} (${spanOf(-away)} ago)` : `ends ${dayOf(expiry)} (in ${spanOf(away)})`
}

const hourMs = 3_600_000

/** A duration in the largest unit that gives two or more: `12 minutes`, `47 hours`, `67 days`. */
function spanOf(ms: number) {
  if (ms < 60_000) return 'less than a minute'
  if (ms < 2 * hourMs) return counted(Math.floor(ms / 60_000), 'minute')
  if (ms < 2 * dayMs) return counted(Math.floor(ms / hourMs), 'hour')
  return days(Math.round(ms / dayMs))
}

const days = (count: number) => counted(count, 'day')
const dayOf = (moment: Date) => moment.toISOString().slice(0, 10)

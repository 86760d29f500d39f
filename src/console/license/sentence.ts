import { formatDay, formatDistance, formatNumber } from '../i18n/format'
import type { Tone } from '../parts/badge'
import type { LicenseDetails } from './data'
import type { StateTexts } from './state-texts'

export const toneOf = ({ state, expires_at }: LicenseDetails): Tone => {
  if (state === 'blocked' || state === 'revoked' || state === 'expired') return 'bad'
  if (state === 'active') return isEndingSoon(expires_at) ? 'warn' : 'good'
  return state === 'assigned' && isEndingSoon(expires_at) ? 'warn' : 'plain'
}

const soonMs = 14 * 86_400_000
const isEndingSoon = (end: string | null) => end !== null && Date.parse(end) - Date.now() < soonMs

/** How a licence stands, in one sentence: whose it is or why it cannot be used, its seats, its end. */
export function stateSentence(license: LicenseDetails, t: StateTexts): string {
  const parts = [standing(license, t), seats(license, t), end(license, t)].filter(Boolean)
  return `${parts.join(', ')}.`
}

function standing(license: LicenseDetails, t: StateTexts) {
  const { state, owner_name, owner_email, block_reason, revoked_at } = license
  const owner = owner_name || owner_email || ''
  const because = block_reason ? t.because(block_reason) : ''
  switch (state) {
    case 'available':
      return t.inStock
    case 'reserved':
      return t.reserved
    case 'revoked':
      return [t.revoked(formatDay(revoked_at!)) + because, owner && t.ownedBy(owner)].filter(Boolean).join(', ')
    case 'blocked':
      return [t.blocked + because, owner && t.ownedBy(owner)].filter(Boolean).join(', ')
    case 'expired':
      return owner ? t.expiredOf(owner) : t.expired
    default:
      return owner ? t.assignedTo(owner) : t.assigned
  }
}

export function seats({ activation_limit, seats_taken }: LicenseDetails, t: StateTexts) {
  const taken = formatNumber(seats_taken)
  return activation_limit > 0 ? t.seatsOf(taken, formatNumber(activation_limit)) : t.seatsAny(taken)
}

function end({ validity, assigned_at, expires_at }: LicenseDetails, t: StateTexts) {
  if (validity < 1) return t.forEver
  if (!expires_at) return assigned_at ? t.forEver : t.daysFromAssignment(formatNumber(validity))
  const words = [formatDay(expires_at), formatDistance(expires_at)] as const
  return Date.parse(expires_at) < Date.now() ? t.ended(...words) : t.ends(...words)
}

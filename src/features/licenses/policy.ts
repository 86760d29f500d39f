import type { License, LicenseStatus } from '../../../db/schema/licensing'
import type { Answer } from '../../kernel/answers'
import { dayMs } from '../../kernel/durations'
import { daysAfter } from '../../kernel/moments'
import type { Rule } from '../../kernel/rule'

/** The input of the verification rules. */
export interface Standing {
  status: LicenseStatus
  assignedAt: Date | null
  validity: number
  activationLimit: number
  productStatus: 'active' | 'inactive' | null
}

/** When a licence ends: its assignment plus its validity in days; undefined for never (CONTRACT §2). */
export const expiryOf = ({ assignedAt, validity }: Pick<Standing, 'assignedAt' | 'validity'>) =>
  assignedAt && validity > 0 ? daysAfter(assignedAt, validity) : undefined

/** The validity in whole days, rounded up, with which a licence assigned then lasts until a moment. */
export const validityTo = (end: Date, assignedAt: Date) => Math.ceil((end.getTime() - assignedAt.getTime()) / dayMs)

export function isExpired(standing: Pick<Standing, 'assignedAt' | 'validity'>, now: Date) {
  const expiry = expiryOf(standing)
  return expiry !== undefined && now.getTime() > expiry.getTime()
}

/** The licence of a request, if one was found. */
export interface FoundLicense {
  seat: Standing | undefined
}

/** The licence of a request that has passed the rule about its key. */
interface KnownLicense {
  seat: Standing
}

const applies = ({ seat }: FoundLicense) => seat !== undefined

const notBlocked: Rule<KnownLicense> = {
  name: 'licence is not blocked',
  requirement: 'The licence is not blocked.',
  refusal: 'license_blocked',
  applies,
  holds: ({ seat: { status } }) => status !== 'blocked',
  observe: ({ seat: { status } }) => status,
}

const assigned: Rule<KnownLicense> = {
  name: 'licence is assigned',
  requirement: 'The licence is assigned.',
  refusal: 'license_not_assigned',
  applies,
  holds: ({ seat: { status } }) => status === 'assigned',
  observe: ({ seat: { status } }) => status,
}

const productActive: Rule<KnownLicense> = {
  name: 'product is active',
  requirement: 'Its product is active.',
  refusal: 'product_inactive',
  applies,
  holds: ({ seat: { productStatus } }) => productStatus === 'active',
  observe: ({ seat: { productStatus } }) => productStatus ?? 'no product',
}

const notExpired: Rule<KnownLicense> = {
  name: 'licence has not expired',
  requirement: 'The licence has not ended.',
  refusal: 'license_expired',
  applies,
  holds: ({ seat }, now) => !isExpired(seat, now),
  observe: ({ seat }) => expiryOf(seat)?.toISOString() ?? 'never ends',
}

/** The rules about the licence itself if it may have expired. */
export const rulesButExpiry: readonly Rule<FoundLicense>[] = [notBlocked, assigned, productActive]

/** The rules about the licence itself, in the order of CONTRACT §2. */
export const rulesOfUse: readonly Rule<FoundLicense>[] = [...rulesButExpiry, notExpired]

/** The answers an endpoint may give about a licence's standing. */
export const standing = [
  'invalid_license_key',
  'identifier_required',
  'license_blocked',
  'license_not_assigned',
  'product_inactive',
  'license_expired',
] as const satisfies Answer[]

/** Whether a key is a customer's: it has an owner or was once assigned. */
export const isSold = ({
  status,
  assignedAt,
  ownerName,
  ownerEmail,
}: Pick<License, 'status' | 'assignedAt' | 'ownerName' | 'ownerEmail'>) =>
  status === 'assigned' || Boolean(assignedAt || ownerName || ownerEmail)

/** A limit of 0 or less means no limit (CONTRACT §2). */
export const isFull = ({ activationLimit }: Pick<Standing, 'activationLimit'>, seatsTaken: number) =>
  activationLimit > 0 && seatsTaken >= activationLimit

/**
 * The names of a licence's status: v1's four, and those of later clients (CONTRACT §2). `expired` is never stored: it
 * is an assigned licence past its end.
 */
export const statusWords = {
  available: 'available',
  assigned: 'assigned',
  reserved: 'reserved',
  blocked: 'blocked',
  active: 'assigned',
  expired: 'assigned',
  suspended: 'blocked',
  inactive: 'blocked',
  revoked: 'blocked',
} as const satisfies Record<string, LicenseStatus>

export type StatusWord = keyof typeof statusWords

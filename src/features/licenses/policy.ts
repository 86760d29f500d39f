import type { License, LicenseStatus } from '../../../db/schema/licensing'
import type { Answer } from '../../kernel/answers'
import { dayMs } from '../../kernel/durations'
import { daysAfter } from '../../kernel/moments'

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

/** A rule for requests about a licence. */
export interface Rule<Facts> {
  /** The answer when it is broken. */
  readonly refusal: Answer
  /** The requirement, as a sentence that is true when the rule holds. */
  readonly requirement: string
  holds(facts: Facts, now: Date): boolean
  /** The observed facts, in words. */
  observed(facts: Facts): string
}

/** The answer of the first broken rule; undefined if all hold. */
export function firstBroken<Facts>(rules: readonly Rule<Facts>[], facts: Facts, now: Date): Answer | undefined {
  for (const rule of rules) if (!rule.holds(facts, now)) return rule.refusal
  return undefined
}

const notBlocked: Rule<Standing> = {
  refusal: 'license_blocked',
  requirement: 'The licence is not blocked.',
  holds: ({ status }) => status !== 'blocked',
  observed: ({ status }) => status,
}

const assigned: Rule<Standing> = {
  refusal: 'license_not_assigned',
  requirement: 'The licence is assigned.',
  holds: ({ status }) => status === 'assigned',
  observed: ({ status }) => status,
}

const productActive: Rule<Standing> = {
  refusal: 'product_inactive',
  requirement: 'Its product is active.',
  holds: ({ productStatus }) => productStatus === 'active',
  observed: ({ productStatus }) => productStatus ?? 'no product',
}

const notExpired: Rule<Standing> = {
  refusal: 'license_expired',
  requirement: 'The licence has not ended.',
  holds: (standing, now) => !isExpired(standing, now),
  observed: (standing) => expiryOf(standing)?.toISOString() ?? 'never ends',
}

const rulesButExpiry = [notBlocked, assigned, productActive]

/** The rules about the licence itself, in the order of CONTRACT §2. */
export const rulesOfUse: readonly Rule<Standing>[] = [...rulesButExpiry, notExpired]

/** The answer that prevents any use of a licence; undefined if there is none. Expiry counts unless `mayBeExpired`. */
export const obstacle = (standing: Standing, now: Date, { mayBeExpired = false } = {}) =>
  firstBroken(mayBeExpired ? rulesButExpiry : rulesOfUse, standing, now)

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

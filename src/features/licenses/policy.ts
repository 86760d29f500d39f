import type { License, LicenseStatus } from '../../../db/schema/licensing'
import type { Answer } from '../../kernel/answers'
import { dayMs } from '../../kernel/durations'
import { daysAfter } from '../../kernel/moments'

/** What the rules of verification look at. */
export interface Standing {
  status: LicenseStatus
  assignedAt: Date | null
  validity: number
  activationLimit: number
  productStatus: 'active' | 'inactive' | null
}

/** When a licence ends: its validity in days after its assignment; undefined for never (CONTRACT §2). */
export const expiryOf = ({ assignedAt, validity }: Pick<Standing, 'assignedAt' | 'validity'>) =>
  assignedAt && validity > 0 ? daysAfter(assignedAt, validity) : undefined

/** The validity with which a licence that was assigned then lasts to a moment: whole days, so that none is cut short. */
export const validityTo = (end: Date, assignedAt: Date) => Math.ceil((end.getTime() - assignedAt.getTime()) / dayMs)

export function isExpired(standing: Pick<Standing, 'assignedAt' | 'validity'>, now: Date) {
  const expiry = expiryOf(standing)
  return expiry !== undefined && now.getTime() > expiry.getTime()
}

/** A rule that whoever asks about a licence is held to. */
export interface Rule<Facts> {
  /** What is answered where it is broken. */
  readonly refusal: Answer
  /** What it asks for, as a sentence that is true where it holds. */
  readonly requirement: string
  holds(facts: Facts, now: Date): boolean
  /** What it looked at, in words. */
  observed(facts: Facts): string
}

/** What is answered where one of these rules is broken: the first counts. Undefined when all of them hold. */
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

/** What is asked of a licence itself, in the order of CONTRACT §2. */
export const rulesOfUse: readonly Rule<Standing>[] = [...rulesButExpiry, notExpired]

/**
 * What stands in the way of using a licence at all; undefined when nothing does. Its end is in the way unless
 * `mayBeExpired`.
 */
export const obstacle = (standing: Standing, now: Date, { mayBeExpired = false } = {}) =>
  firstBroken(mayBeExpired ? rulesButExpiry : rulesOfUse, standing, now)

/** What an endpoint that asks about a licence may say of its standing. */
export const standing = [
  'invalid_license_key',
  'identifier_required',
  'license_blocked',
  'license_not_assigned',
  'product_inactive',
  'license_expired',
] as const satisfies Answer[]

/** Whether a key is a customer's: it has an owner, or was assigned, whatever became of it since. */
export const isSold = ({
  status,
  assignedAt,
  ownerName,
  ownerEmail,
}: Pick<License, 'status' | 'assignedAt' | 'ownerName' | 'ownerEmail'>) =>
  status === 'assigned' || Boolean(assignedAt || ownerName || ownerEmail)

/** A limit of 0 or less is no limit (CONTRACT §2). */
export const isFull = ({ activationLimit }: Pick<Standing, 'activationLimit'>, seatsTaken: number) =>
  activationLimit > 0 && seatsTaken >= activationLimit

/**
 * The words a licence's status may be given in: v1's four, and those of later clients (CONTRACT §2). `expired` is never
 * stored: it is an assigned licence whose time is up.
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

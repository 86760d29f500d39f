import type { LicenseStatus } from '../../../db/schema/licensing'
import type { Answer } from '../../kernel/answers'
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

export function isExpired(standing: Pick<Standing, 'assignedAt' | 'validity'>, now: Date) {
  const expiry = expiryOf(standing)
  return expiry !== undefined && now > expiry
}

/**
 * What stands in the way of using a licence at all, in the order of CONTRACT §2; undefined when nothing does. Its end is
 * in the way unless `mayBeExpired`.
 */
export function obstacle(standing: Standing, now: Date, { mayBeExpired = false } = {}) {
  if (standing.status === 'blocked') return 'license_blocked'
  if (standing.status !== 'assigned') return 'license_not_assigned'
  if (standing.productStatus !== 'active') return 'product_inactive'
  if (!mayBeExpired && isExpired(standing, now)) return 'license_expired'
  return undefined
}

/** What an endpoint that asks about a licence may say of its standing. */
export const standing = [
  'invalid_license_key',
  'identifier_required',
  'license_blocked',
  'license_not_assigned',
  'product_inactive',
  'license_expired',
] as const satisfies Answer[]

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

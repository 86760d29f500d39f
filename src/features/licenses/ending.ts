import type { License } from '../../../db/schema/licensing'
import { dayMs } from '../../kernel/durations'
import { fieldRef, message, remedy } from '../../kernel/message'
import { daysAfter, parseMoment } from '../../kernel/moments'
import { OperatorError } from '../../kernel/operator-error'
import { expiryOf, validityTo } from './policy'

const daysIn = { d: 1, w: 7 } as const

/** The validity that extends a licence by that much, from its end, or from now if it has ended. */
export function extendedValidity(license: License, by: string, now: Date): number {
  const { licenseKey, assignedAt } = license
  if (!assignedAt) {
    const advice = message`${remedy('license edit', { license_key: licenseKey, validity: 365 })} says how many days it will have`
    throw new OperatorError(message`licence key "${licenseKey}" is not assigned, so its time has not begun: ${advice}`)
  }
  const expiry = expiryOf(license)
  if (!expiry) {
    const advice = message`${remedy('license edit', { license_key: licenseKey, expires_at: '2030-01-31' })} gives it an end`
    throw new OperatorError(message`licence key "${licenseKey}" never ends: ${advice}`)
  }
  const base = Math.max(expiry.getTime(), now.getTime())
  return validityUntil(license, new Date(base + extensionDays(by) * dayMs))
}

/** The days of an extension such as `30d` or `4w`. Throws an `OperatorError` for anything else. */
export function extensionDays(by: string): number {
  const [, count, unit] = /^\+?(\d{1,5})([dw])$/.exec(by) ?? []
  const days = count === undefined ? 0 : Number(count) * daysIn[unit as 'd' | 'w']
  if (days) return days
  throw new OperatorError(
    `"${by}" is no extension: say how much longer in whole days or weeks, such as 30d or 4w`,
    'invalid_input',
  )
}

/**
 * The validity with which a licence ends on a date, or never. `2030-01-31` is included to the end of the day. Validity
 * counts whole days from the assignment, so the end is the first such moment that does not cut the date short.
 */
export function validityFor(license: License, expiresAt: string): number {
  if (expiresAt.toLowerCase() === 'never') return 0
  const moment = parseMoment(expiresAt)
  if (!moment) {
    const forms = '2030-01-31, 2030-01-31T12:00:00Z or never'
    throw new OperatorError(`"${expiresAt}" is no date a licence can end on: give ${forms}`, 'invalid_input')
  }
  if (!license.assignedAt) {
    const advice = message`give ${fieldRef('validity')}, the days from its assignment, or assign it first`
    throw new OperatorError(
      message`licence key "${license.licenseKey}" is not assigned, so its time has not begun: ${advice}`,
    )
  }
  const isDay = expiresAt.length === '2030-01-31'.length
  return validityUntil(license, isDay ? new Date(moment.getTime() + dayMs) : moment)
}

function validityUntil({ licenseKey, assignedAt }: License, end: Date): number {
  const days = validityTo(end, assignedAt!)
  if (days < 1) {
    const advice = message`${remedy('license block', { license_key: licenseKey })} refuses it, and ${fieldRef('assigned_at')} changes when its time began`
    const from = assignedAt!.toISOString().slice(0, 10)
    throw new OperatorError(
      message`licence key "${licenseKey}" was assigned on ${from} and cannot end before: ${advice}`,
    )
  }
  if (!daysAfter(assignedAt!, days))
    throw new OperatorError('a licence ends in the year 9999 at the latest, or never', 'invalid_input')
  return days
}

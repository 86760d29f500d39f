import { dayMs } from './durations'
/** The latest moment that is parsed or returned. */
export const latest = new Date('9999-12-31T23:59:59.999Z')
const written = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/

/** `2024-02-24T16:57:17.000000Z`: created_at and updated_at (CONTRACT §1). */
export const isoSeconds = (moment: Date) => `${moment.toISOString().slice(0, 19)}.000000Z`

/** `2024-11-23T19:02:08.829000Z`: assigned_at in lists of keys (CONTRACT §1); the clock has millisecond precision. */
export const isoMicroseconds = (moment: Date) => `${moment.toISOString().slice(0, 23)}000Z`

/** `2024-02-24T16:57:17Z`: used in offline files, where every reader must parse the same moment. */
export const isoPlain = (moment: Date) => `${moment.toISOString().slice(0, 19)}Z`

/** `2024-02-27 03:05:31`, UTC: assigned_at and expires_at in licence details (CONTRACT §1). */
export const dateTime = (moment: Date) => moment.toISOString().slice(0, 19).replace('T', ' ')

/** Parses `2024-01-08`, `2024-01-08 21:17:32` or ISO 8601, as UTC if there is no zone; undefined for anything else. */
export function parseMoment(text: string): Date | undefined {
  const [, day, time, zone = 'Z'] = written.exec(text) ?? []
  if (!day) return undefined
  const midnight = new Date(`${day}T00:00:00Z`)
  const isRealDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day)
  const moment = time ? new Date(`${day}T${time.length === 5 ? `${time}:00` : time}${zone}`) : midnight
  return isRealDay && moment.getTime() >= 0 && moment <= latest ? moment : undefined
}

/** The moment that many days later; undefined beyond the year 9999. */
export function daysAfter(moment: Date, days: number): Date | undefined {
  const later = moment.getTime() + days * dayMs
  return later <= latest.getTime() ? new Date(later) : undefined
}

import { currentLanguage } from './language'

/** A number with the separators of the language: 10,000. */
export const formatNumber = (value: number) => new Intl.NumberFormat(currentLanguage()).format(value)

/** A moment in local time: 30 Nov 2026, 14:05. */
export const formatTime = (iso: string, hasSeconds = false) =>
  new Intl.DateTimeFormat(currentLanguage(), {
    dateStyle: 'medium',
    timeStyle: hasSeconds ? 'medium' : 'short',
  }).format(new Date(iso))

/** Whether a value is a moment as the server writes it. */
export const isMoment = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value)

/** The day of a moment in local time. */
export const formatDay = (iso: string) =>
  new Intl.DateTimeFormat(currentLanguage(), { dateStyle: 'medium' }).format(new Date(iso))

/** A moment in UTC, for comparison with logs: 2026-11-30 13:05:00 UTC. */
export const formatUtc = (iso: string) => `${new Date(iso).toISOString().slice(0, 19).replace('T', ' ')} UTC`

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** The distance of a moment from now: 3 days ago, in 2 hours. */
export function formatDistance(iso: string, now = Date.now()): string {
  const ms = new Date(iso).getTime() - now
  const [unit, size] = steps.find(([, each]) => Math.abs(ms) >= each) ?? (['second', 1000] as const)
  return new Intl.RelativeTimeFormat(currentLanguage(), { numeric: 'auto' }).format(Math.trunc(ms / size), unit)
}

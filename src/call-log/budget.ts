import { dayMs } from '../kernel/durations'

const burstsPerDay = 24

/** Spends that many bytes of the budget, or returns false if there is no room. */
export type ByteBudget = (bytes: number, now: Date) => boolean

/**
 * A daily budget of bytes that allows an hour's share at once; 0 for no limit. Called each time, as the setting may
 * change.
 */
export function openByteBudget(bytesPerDay: () => number): ByteBudget {
  let left = Number.POSITIVE_INFINITY
  let filledAt = 0
  return (bytes, now) => {
    const perDay = bytesPerDay()
    if (!perDay) return true
    const at = now.getTime()
    const earned = (Math.max(0, at - filledAt) * perDay) / dayMs
    left = Math.min(perDay / burstsPerDay, left + earned)
    filledAt = at
    if (left < bytes) return false
    left -= bytes
    return true
  }
}

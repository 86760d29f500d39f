import { dayMs } from '../kernel/durations'

const burstsPerDay = 24

/** Whether that many bytes may still be written; they are taken where they may. */
export type ByteBudget = (bytes: number, now: Date) => boolean

/** Bytes of a day, an hour's share of them at once; 0 for any number. Asked each time: a setting may change. */
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

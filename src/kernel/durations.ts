export const hourMs = 3_600_000
export const dayMs = 86_400_000

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: dayMs } as const

/** Parses `30s`, `15m`, `12h` or `7d` to milliseconds, and `0` to 0; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  const [, count, unit] = /^(\d{1,5})([smhd])$/.exec(text) ?? []
  return count === undefined ? undefined : Number(count) * unitMs[unit as keyof typeof unitMs]
}

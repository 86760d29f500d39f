const shownMax = 4

/** A licence key masked for recognition: its first and last characters, never more than half. */
export function maskedKey(key: string): string {
  const shown = Math.min(shownMax, Math.floor(key.length / 4))
  return `${key.slice(0, shown)}…${key.slice(key.length - shown)}`
}

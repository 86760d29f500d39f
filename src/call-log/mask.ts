const shownMax = 4

/** A licence key as people recognise it without being able to use it: its first and last characters, never half of it. */
export function maskedKey(key: string): string {
  const shown = Math.min(shownMax, Math.floor(key.length / 4))
  return `${key.slice(0, shown)}…${key.slice(key.length - shown)}`
}

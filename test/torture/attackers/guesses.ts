import { networksOf } from '../../../src/kernel/networks'

/** How often wrong secrets were answered as such, by the network they came from. */
export interface GuessCount {
  note(address: string): void
  /** The networks that guessed more often than the limit lets them. */
  beyond(perMinute: number): { network: string; guesses: number; allowed: number }[]
}

export function openGuessCount(): GuessCount {
  const counts = new Map<string, { factor: number; guesses: number; since: number }>()
  return {
    note(address) {
      for (const { name, factor } of networksOf(address)) {
        const count = counts.get(name) ?? { factor, guesses: 0, since: performance.now() }
        counts.set(name, { ...count, guesses: count.guesses + 1 })
      }
    },
    beyond: (perMinute) =>
      [...counts].flatMap(([network, { factor, guesses, since }]) => {
        // A bucket that is full, and what it has earned since; the first answer came a moment after its request.
        const minutes = (performance.now() - since) / 60_000 + 0.1
        const allowed = Math.ceil(perMinute * factor * (1 + minutes))
        return guesses > allowed ? [{ network, guesses, allowed }] : []
      }),
  }
}

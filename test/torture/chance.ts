import { createHash } from 'node:crypto'

/** Randomness that can be had again: the same seed gives the same choices. */
export interface Chance {
  /** A whole number from 0 up to that, itself left out. */
  below(most: number): number
  /** A whole number from the first to the last, both included. */
  between(least: number, most: number): number
  pick<T>(list: readonly T[]): T
  /** True in that share of cases. */
  happens(share: number): boolean
  /** A source of its own for somebody who chooses at their own pace. */
  fork(name: string): Chance
}

export function openChance(seed: string): Chance {
  let state = createHash('sha256').update(seed).digest().readUInt32LE()
  /** Mulberry32: small, fast, and good enough to torture with. */
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (most: number) => Math.floor(next() * most)
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    pick: (list) => list[below(list.length)]!,
    happens: (share) => next() < share,
    fork: (name) => openChance(`${seed}/${name}`),
  }
}

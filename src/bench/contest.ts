/** One round of each contestant after the other, the order turned around each time, so that drift hurts none. */
export async function interleaved<Name extends string, Result>(
  rounds: number,
  contestants: Record<Name, () => Promise<Result>>,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(contestants) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 ? [...names].reverse() : names) results[name].push(await contestants[name]())
  }
  return results
}

/** How far the middle half of the rounds may lie apart before their ratio says nothing, as a share of the median. */
const widestScatter = 0.25

/** A ratio of two things measured side by side. */
export interface Ratio {
  median: number
  /** How far the middle half of the rounds lies apart, as a share of the median. */
  scatter: number
  isSteady: boolean
}

/** Round by round, so that what slows a whole round down slows both. */
export function ratioOf(ours: number[], theirs: number[]): Ratio {
  const ratios = ours.map((value, i) => value / theirs[i]!)
  const middle = median(ratios)
  const scatter = (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / middle
  return { median: middle, scatter, isSteady: scatter <= widestScatter }
}

export const median = (values: number[]) => quantile(values, 0.5)

function quantile(values: number[], share: number) {
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)]!
  return below + (sorted[Math.ceil(place)]! - below) * (place % 1)
}

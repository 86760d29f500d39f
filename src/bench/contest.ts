/** Runs one round of each contestant in turn and reverses the order each time, so that drift affects all equally. */
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

/** The maximum spread of the middle half of the rounds, as a share of the median, for a meaningful ratio. */
const widestScatter = 0.25

/** The ratio of two contestants measured side by side. */
export interface Ratio {
  median: number
  /** The spread of the middle half of the rounds, as a share of the median. */
  scatter: number
  isSteady: boolean
}

/** Computed round by round, so that a slow round affects both. */
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

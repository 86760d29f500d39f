import fc from 'fast-check'
import type { Run } from '../kind'

/** How much a property is tried. */
interface Trials {
  perRound: number
  /** How long it may take for each round, trials and the search for a smaller input that breaks it together. */
  msPerRoundMax?: number
}

/** A finding under the name of the promise when an input breaks the property, with the smallest that was met. */
export async function requireProperty<T>(
  { report, chance, rounds }: Run,
  promise: string,
  property: fc.IAsyncPropertyWithHooks<[T]>,
  { perRound, msPerRoundMax }: Trials,
) {
  const result = await fc.check(property, {
    seed: chance.below(2 ** 31),
    numRuns: rounds * perRound,
    ...(msPerRoundMax !== undefined && { interruptAfterTimeLimit: msPerRoundMax * rounds }),
  })
  if (result.failed) report.find(promise, `${result.errorInstance}\n${fc.defaultReportMessage(result)}`)
}

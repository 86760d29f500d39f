import { dayMs, hourMs } from './durations'
import { OperatorError } from './operator-error'

/** The steps a time is divided into: hours or days in UTC, or one step for all of it. */
export const stepLengths = ['hour', 'day', 'all'] as const
export type StepLength = (typeof stepLengths)[number]

const stepsMax = 2000
const lengthMs = { hour: hourMs, day: dayMs, all: 0 }

/** A time divided into steps. */
export interface Steps {
  /** The beginning of the first step. */
  from: Date
  /** The length of each, in milliseconds; 0 for a single step. */
  ms: number
  moments: string[]
  /** The place of a step by its number since 1970. */
  placeOf(number: number): number
  zeros(): number[]
}

/** Divides a time. Throws an `OperatorError` if there are too many steps. */
export function stepsOf({ from, to, step }: { from: Date; to: Date; step: StepLength }): Steps {
  const ms = lengthMs[step]
  const first = Math.floor(from.getTime() / (ms || hourMs))
  const count = ms ? Math.max(1, Math.ceil(to.getTime() / ms) - first) : 1
  if (count > stepsMax) {
    throw new OperatorError(
      `these are ${count} steps, more than ${stepsMax}: ask for a shorter time or longer steps`,
      'invalid_input',
    )
  }
  const start = first * (ms || hourMs)
  return {
    from: new Date(start),
    ms,
    moments: Array.from({ length: count }, (_, place) => new Date(start + place * ms).toISOString()),
    placeOf: (number) => (ms ? number - first : 0),
    zeros: () => Array<number>(count).fill(0),
  }
}

import { Type } from '@sinclair/typebox'
import { list, text } from '../intake/model'
import { dayMs } from '../kernel/durations'
import { parseMoment } from '../kernel/moments'
import { OperatorError } from '../kernel/operator-error'

/** Any moment will do: whether a time is valid does not depend on the present. */
const beginning = new Date(0)
const forms =
  'write 2030-01-31, 2030-01-31T12:00:00Z, a month such as 2030-01, today, yesterday or a number of days such as 7d'

/** A filter by some of a set of words: a JSON list, or words separated by commas. */
export const words = <const Choices extends readonly string[]>(
  choices: Choices,
  description: string,
  examples: readonly string[],
) => Type.Optional(Type.Unsafe<Choices[number][]>(list({ words: choices, description, examples })))

/** A filter by a moment. */
export const momentFilter = (description: string, examples: readonly string[]) =>
  Type.Optional(
    text({
      maxLength: 40,
      description,
      examples,
      fault: (given) => (stretchOf(given, beginning) ? undefined : `"${given}" is not a time: ${forms}.`),
    }),
  )

/** The time filters of a list. */
export const period = {
  from: momentFilter('Only from this moment on', [
    '2030-01-31',
    '2030-01-31T12:00:00Z',
    '2030-01',
    'today',
    'yesterday',
    '7d',
  ]),
  to: momentFilter('Only until this moment; a day or a month is included', [
    '2030-01-31',
    '2030-01-31T12:00:00Z',
    'today',
    'yesterday',
  ]),
}

export interface DateRange {
  from: Date | undefined
  /** The end, exclusive. */
  to: Date | undefined
}

/** The moments of `from` and `to`. Throws an `OperatorError` for a range that ends before it begins. */
export function rangeOf(given: { from?: string | undefined; to?: string | undefined }, now: Date): DateRange {
  const range = {
    from: given.from === undefined ? undefined : stretchOf(given.from, now)?.start,
    to: given.to === undefined ? undefined : stretchOf(given.to, now)?.end,
  }
  if (range.from && range.to && range.from >= range.to) {
    throw new OperatorError(
      `from ${given.from} to ${given.to} is no time at all: let "from" come before "to"`,
      'invalid_input',
    )
  }
  return range
}

/** The period a time covers: all of a day or month; a moment covers only itself. */
function stretchOf(given: string, now: Date): { start: Date; end: Date } | undefined {
  const word = given.trim().toLowerCase()
  const midnight = Math.floor(now.getTime() / dayMs) * dayMs
  if (word === 'today') return dayAt(midnight)
  if (word === 'yesterday') return dayAt(midnight - dayMs)
  const [, sign, days] = /^(\+?)(\d{1,4})d$/.exec(word) ?? []
  if (days !== undefined) return pointAt(now.getTime() + Number(days) * dayMs * (sign ? 1 : -1))
  if (/^\d{4}-\d{2}$/.test(word)) return monthAt(word)
  const moment = parseMoment(given.trim())
  if (!moment) return undefined
  return /^\d{4}-\d{2}-\d{2}$/.test(word) ? dayAt(moment.getTime()) : pointAt(moment.getTime())
}

const dayAt = (ms: number) => ({ start: new Date(ms), end: new Date(ms + dayMs) })

function monthAt(month: string) {
  const start = parseMoment(`${month}-01`)
  return start && { start, end: new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1)) }
}

const pointAt = (ms: number) => ({ start: new Date(ms), end: new Date(ms) })

/**
 * The requested states: those named, or the failure state for `failed`. Throws an `OperatorError` if the two contradict
 * each other.
 */
export function statesWanted<State extends string>(
  states: State[] | undefined,
  failed: boolean | undefined,
  failure: State,
): State[] | undefined {
  if (!failed) return states
  if (states && !states.includes(failure)) {
    throw new OperatorError(`"failed" asks for the state ${failure}: leave out one of the two`, 'invalid_input')
  }
  return [failure]
}

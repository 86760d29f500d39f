import { readFileSync } from 'node:fs'
import { InvalidArgumentError } from 'commander'
import { parseMoment } from '../kernel/moments'
import { OperatorError } from '../kernel/operator-error'
import { unreadable } from '../kernel/ownership'

/** Parses an option's whole number within bounds. */
export const wholeNumberOption =
  (minimum: number, maximum = 2_147_483_647) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^-?\d{1,10}$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It takes a whole number from ${minimum} to ${maximum}.`)
    }
    return value
  }

/** Parses an option's point in time. */
export function parseDate(text: string) {
  const moment = parseMoment(text)
  if (!moment) throw new InvalidArgumentError('It takes a date: 2030-01-31 or 2030-01-31T12:00:00Z.')
  return moment
}

/** The values of an option that may be repeated. */
export const collect = (value: string, before: string[]) => [...before, value]

/** The words of a comma-separated option, which may be repeated. */
export const splitList = (value: string, before: string[]) => [
  ...before,
  ...value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
]

let isInputTaken = false

/** Marks standard input as unread, at the start of a command line. */
export const resetStandardInput = () => {
  isInputTaken = false
}

/** Throws an `OperatorError` if standard input was read before: it holds one text, and a second reader gets nothing. */
export function claimStandardInput() {
  if (isInputTaken) {
    throw new OperatorError(
      'two things are to be read from standard input, which holds one text: write the other to a file and name that',
      'invalid_input',
    )
  }
  isInputTaken = true
}

/** Reads a text file named by an operator; "-" is standard input, which can be read once. */
export function readText(path: string): string {
  if (path === '-') claimStandardInput()
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (error) {
    throw new OperatorError(unreadable(path, error))
  }
}

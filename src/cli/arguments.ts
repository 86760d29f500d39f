import { readFileSync } from 'node:fs'
import { OperatorError } from '../kernel/operator-error'
import { unreadable } from '../kernel/ownership'

/** The values of an option that may be repeated. */
export const collect = (value: string, before: string[]) => [...before, value]

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

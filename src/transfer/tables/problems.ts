import { OperatorError } from '../../kernel/operator-error'

/** One thing that is wrong with a line. */
export interface Problem {
  /** What all lines with this fault have in common: they are counted together. */
  kind: string
  /** The fault in words, with its remedy. */
  text: string
  /** The column and the value in it that is at fault, where one is. */
  column?: string | undefined
  value?: string | undefined
}

/** A line that is refused, and all that is wrong with it. */
export interface Refused {
  refused: string
  problems: readonly Problem[]
}

/** Thrown for a line that is at fault in one column. */
export class LineFault extends OperatorError {
  constructor(readonly problem: Problem) {
    super(problem.text)
  }
}

/** A line that is refused for these faults. */
export const refusedFor = (problems: readonly Problem[]): Refused => ({
  refused: problems.map(({ text }) => text).join('; '),
  problems,
})

/** A line that is refused for what was thrown; what is no fault of a line is thrown again. */
export function refusedBy(error: unknown): Refused {
  if (error instanceof LineFault) return refusedFor([error.problem])
  if (error instanceof OperatorError) return refusedFor([problemOf(error.message)])
  throw error
}

/** A fault that is told in one sentence: sentences that differ in their quoted values and numbers are of one kind. */
export const problemOf = (text: string): Problem => ({
  kind: text.replace(/"(?:[^"\\]|\\.)*"|\d+/g, '…'),
  text,
})

const shownMax = 60

/** A value as a sentence shows it, in quotes and not too long. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return JSON.stringify(text.length > shownMax ? `${text.slice(0, shownMax)}…` : text)
}

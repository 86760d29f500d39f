import { OperatorError } from '../../kernel/operator-error'

/** One fault of a line. */
export interface Problem {
  /** The common text of all lines with this fault, by which they are counted together. */
  kind: string
  /** The fault in words, with its remedy. */
  text: string
  /** The column and value at fault, if any. */
  column?: string | undefined
  value?: string | undefined
}

/** A refused line with all its faults. */
export interface Refused {
  refused: string
  problems: readonly Problem[]
}

/** Thrown for a line with a fault in one column. */
export class LineFault extends OperatorError {
  constructor(readonly problem: Problem) {
    super(problem.text)
  }
}

/** The refusal of a line for these faults. */
export const refusedFor = (problems: readonly Problem[]): Refused => ({
  refused: problems.map(({ text }) => text).join('; '),
  problems,
})

/** The refusal of a line for a thrown error; rethrows errors that are not a line's fault. */
export function refusedBy(error: unknown): Refused {
  if (error instanceof LineFault) return refusedFor([error.problem])
  if (error instanceof OperatorError) return refusedFor([problemOf(error.message)])
  throw error
}

/** A fault in one sentence: sentences that differ only in quoted values and numbers are of one kind. */
export const problemOf = (text: string): Problem => ({
  kind: text.replace(/"(?:[^"\\]|\\.)*"|\d+/g, '…'),
  text,
})

const shownMax = 60

/** A value in quotes for a sentence, shortened if long. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return JSON.stringify(text.length > shownMax ? `${text.slice(0, shownMax)}…` : text)
}

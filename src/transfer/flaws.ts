import { Sorry } from '../kernel/sorry'

/** One thing that is wrong with a line. */
export interface Flaw {
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
  flaws: readonly Flaw[]
}

/** Thrown for a line that is at fault in one column. */
export class LineFault extends Sorry {
  constructor(readonly flaw: Flaw) {
    super(flaw.text)
  }
}

/** A line that is refused for these faults. */
export const refusedFor = (flaws: readonly Flaw[]): Refused => ({
  refused: flaws.map(({ text }) => text).join('; '),
  flaws,
})

/** A line that is refused for what was thrown; what is no fault of a line is thrown again. */
export function refusedBy(error: unknown): Refused {
  if (error instanceof LineFault) return refusedFor([error.flaw])
  if (error instanceof Sorry) return refusedFor([flawOf(error.message)])
  throw error
}

/** A fault that is told in one sentence: sentences that differ in their quoted values and numbers are of one kind. */
export const flawOf = (text: string): Flaw => ({
  kind: text.replace(/"(?:[^"\\]|\\.)*"|\d+/g, '…'),
  text,
})

const mostShown = 60

/** A value as a sentence shows it, in quotes and not too long. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return JSON.stringify(text.length > mostShown ? `${text.slice(0, mostShown)}…` : text)
}

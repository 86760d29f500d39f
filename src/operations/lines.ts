/** What a person reads: a line, or a table, which is laid out when the width of the terminal is known. */
export type Line = string | Table

export interface Table {
  headings: string[]
  rows: string[][]
}

/** Rows under their headings; a sentence where there are no rows. */
export const table = (headings: string[], rows: string[][], none: string): Line[] =>
  rows.length ? [{ headings, rows }] : [none]

/** One line a fact, names in one column; a list has its items one below the other. */
export function facts(value: Record<string, unknown>): string[] {
  const width = Math.max(...Object.keys(value).map((name) => name.length))
  return Object.entries(value).flatMap(([name, fact]) =>
    (Array.isArray(fact) && fact.length ? fact : [fact]).map((item, i) =>
      `${(i ? '' : name).padEnd(width)}  ${factText(item)}`.trimEnd(),
    ),
  )
}

function factText(fact: unknown) {
  if (typeof fact === 'string') return fact || '–'
  return fact === null || (Array.isArray(fact) && !fact.length) ? '–' : JSON.stringify(fact)
}

/** A moment as tables show it, and as options take it: UTC, to the minute. */
export const minute = (moment: Date | string) => `${new Date(moment).toISOString().slice(0, 16)}Z`

const helpColumns = 78

/** The words an option takes, as the end of a command's help: in lines that fit the narrowest terminal. */
export function listed(what: string, words: readonly string[]): string {
  const lines = [`${what}:`]
  for (const word of words) {
    const longer = `${lines.at(-1)}, ${word}`
    if (lines.length === 1 || longer.length >= helpColumns) lines.push(`  ${word}`)
    else lines[lines.length - 1] = longer
  }
  return lines.join('\n')
}

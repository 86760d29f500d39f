/** Output for people: a line, or a table, which is laid out when the width of the terminal is known; or a file. */
export type Line = string | LineTable | FileText

/** The text of a file: each character counts. */
export interface FileText {
  file: string
}

export interface LineTable {
  headings: string[]
  rows: string[][]
  /** The headings of columns that may be truncated on a narrow terminal. */
  freeText?: readonly string[] | undefined
}

/** Rows under their headings; a sentence if there are no rows. */
export const table = (headings: string[], rows: string[][], none: string, freeText?: readonly string[]): Line[] =>
  rows.length ? [{ headings, rows, freeText }] : [none]

/** One fact per line with aligned names; the items of a list are on lines of their own. */
export function facts(value: Record<string, unknown>): string[] {
  const width = Math.max(...Object.keys(value).map((name) => name.length))
  return Object.entries(value).flatMap(([name, fact]) =>
    (Array.isArray(fact) && fact.length ? fact : [fact])
      // Split, so that a text of several lines cannot pass for further facts.
      .flatMap((item) => factText(item).split('\n'))
      .map((item, i) => `${(i ? '' : name).padEnd(width)}  ${item}`.trimEnd()),
  )
}

function factText(fact: unknown) {
  if (typeof fact === 'string') return fact || '–'
  return fact === null || (Array.isArray(fact) && !fact.length) ? '–' : JSON.stringify(fact)
}

/** A moment in a table whose heading says UTC; only the day if it is midnight. Options accept both forms. */
export const minute = (moment: Date | string) => {
  const iso = new Date(moment).toISOString()
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.slice(0, 16).replace('T', ' ')
}

/** A moment in a sentence. */
export const minuteUtc = (moment: Date | string) => `${minute(moment)} UTC`

/** A moment with seconds, where many fall into one minute. */
export const second = (moment: Date | string) => new Date(moment).toISOString().slice(0, 19).replace('T', ' ')

const helpColumns = 78

/** The words an option takes, for the end of a command's help, in lines that fit the narrowest terminal. */
export function listed(what: string, words: readonly string[]): string {
  const lines = [`${what}:`]
  for (const word of words) {
    const longer = `${lines.at(-1)}, ${word}`
    if (lines.length === 1 || longer.length >= helpColumns) lines.push(`  ${word}`)
    else lines[lines.length - 1] = longer
  }
  return lines.join('\n')
}

/** Rows under their headings, each column but the last as wide as its widest cell; a sentence where there are no rows. */
export function table(headings: string[], rows: string[][], none: string): string[] {
  if (!rows.length) return [none]
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('\n', ' ')))
  const widths = headings.map(({ length }, i) =>
    i === headings.length - 1 ? length : cells.reduce((widest, row) => Math.max(widest, row[i]!.length), length),
  )
  const line = (row: string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd()
  return [line(headings), line(widths.map((width) => '─'.repeat(width))), ...cells.map(line)]
}

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

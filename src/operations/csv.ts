/** A table for a spreadsheet: its columns, and their values by row. */
export interface CsvTable {
  columns: readonly string[]
  rows: readonly object[]
}

/** CSV with its header. A text that a spreadsheet would take for a formula gets an apostrophe. */
export async function csvOf(table: CsvTable): Promise<string> {
  let text = ''
  for await (const piece of csvText([table])) text += piece
  return text
}

/** Tables of the same columns as one CSV, in pieces, under one header. */
export async function* csvText(tables: Iterable<CsvTable> | AsyncIterable<CsvTable>): AsyncGenerator<string> {
  const { stringify } = await import('csv-stringify/sync')
  let isFirst = true
  for await (const { columns, rows } of tables) {
    yield stringify([...rows], { columns: [...columns], header: isFirst, escape_formulas: true, cast })
    isFirst = false
  }
}

// By default, a spreadsheet would get 1 for yes and an empty cell for no.
const cast = { boolean: String }

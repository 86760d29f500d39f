/** A table for a spreadsheet: its columns, and their values by row. */
export interface CsvTable {
  columns: readonly string[]
  rows: readonly object[]
}

/** CSV with its header. A text that a spreadsheet would take for a formula gets an apostrophe. */
export async function csvOf({ columns, rows }: CsvTable): Promise<string> {
  const { stringify } = await import('csv-stringify/sync')
  return stringify([...rows], { columns: [...columns], header: true, escape_formulas: true })
}

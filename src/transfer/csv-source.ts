import { Sorry } from '../kernel/sorry'
import { contradiction, fieldOf, put, withDefaults } from './columns'
import { csvRecords } from './formats/csv'
import { fieldsOf, type Reading } from './mapping'
import type { Source, SourceLine } from './source'
import type { Fields } from './table'

/** The names in the first line of a CSV file. */
export async function* columnsOfCsv(text: AsyncIterable<string>, path: string): AsyncGenerator<readonly string[]> {
  for await (const { cells } of csvRecords(text, path)) {
    yield cells
    return
  }
}

/** The lines of a CSV file, under the fields that its first line names. */
export async function* linesOfCsv(text: AsyncIterable<string>, source: Source): AsyncGenerator<SourceLine> {
  const { reading, path } = source
  const { table, defaults } = reading
  let fields: string[] | undefined
  let header: string[] = []
  for await (const { line, cells } of csvRecords(text, path)) {
    if (!fields) {
      header = cells
      source.header = cells
      fields = fieldsOfHeader(cells, reading, path)
      continue
    }
    const { said, refused } = saidOf(cells, header, fields)
    if (refused) yield { line, table, refused, raw: cells }
    else yield { line, table, fields: withDefaults(said, defaults), raw: cells }
  }
}

/** What the cells of a line say, field by field; or why they can be taken for nothing. */
function saidOf(cells: string[], header: string[], fields: string[]): { said: Fields; refused?: string } {
  const said: Fields = {}
  if (cells.length !== fields.length) {
    return { said, refused: `it has ${cells.length} cells, and the first line names ${fields.length} columns` }
  }
  for (const [i, field] of fields.entries()) {
    if (!field || put(said, field, unguarded(cells[i]!))) continue
    return { said, refused: contradiction(header[i]!, header, (column) => fields[header.indexOf(column)]) }
  }
  return { said }
}

/** What databases write for nothing, and the apostrophe that keeps spreadsheets from taking a text for a formula. */
function unguarded(cell: string) {
  if (cell === 'NULL' || cell === '\\N') return ''
  return /^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell
}

function fieldsOfHeader(header: string[], reading: Reading, path: string): string[] {
  const { table, defaults } = reading
  const fields = header.map((column) => fieldOf(column, reading))
  const unknown = header.filter((_, i) => fields[i] === undefined)
  if (unknown.length) {
    const names = unknown.map((column) => `"${column}"`).join(', ')
    const remedy = `pass over one with --map "${unknown[0]}=", or say what it is with --map "${unknown[0]}=FIELD"`
    throw new Sorry(
      `the first line of ${path} has columns that ${table.name} do not know, ${names}: ${remedy}; the fields are ${fieldsOf(table).join(', ')}`,
    )
  }
  const missing = (table.model.required ?? []).filter((name) => !fields.includes(name) && defaults[name] === undefined)
  if (missing.length) {
    const remedy = `map one with --map theirs=${missing[0]}, or give all lines one with --default ${missing[0]}=…`
    throw new Sorry(`the first line of ${path} has no column for ${missing.join(', ')}: ${remedy}`)
  }
  return fields as string[]
}

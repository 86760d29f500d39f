import { OperatorError } from '../../kernel/operator-error'
import { csvRecords } from '../formats/csv'
import type { CsvDialect, QuoteStyle } from '../formats/csv-dialect'
import type { LineFields } from '../tables/table'
import { columnConflict, fieldOf, put, withDefaults } from './columns'
import { openMangledKeys } from './mangled-keys'
import { type FileMapping, fieldNames } from './mapping'
import { countsIn } from './numbers'
import type { Source, SourceLine } from './source'

/** The column names on the first line of a CSV file. */
export async function* columnsOfCsv(
  text: AsyncIterable<string>,
  written: { path: string; quotes: QuoteStyle },
): AsyncGenerator<readonly string[]> {
  for await (const { cells } of csvRecords(text, written)) {
    yield cells
    return
  }
}

/** The lines of a CSV file, under the fields named on its first line. */
export async function* linesOfCsv(
  text: AsyncIterable<string>,
  source: Source,
  quotes: QuoteStyle,
): AsyncGenerator<SourceLine> {
  const { reading, path } = source
  const { table, defaults } = reading
  const mangled = openMangledKeys()
  let columns: Columns | undefined
  const onDialect = (dialect: CsvDialect) => {
    source.dialect = dialect
  }
  for await (const { line, cells } of csvRecords(text, { path, quotes, onDialect })) {
    if (!columns) {
      source.header = cells
      columns = { header: cells, fields: fieldsOfHeader(cells, reading, path) }
      continue
    }
    const { said, refused } = fieldsIn(cells, columns)
    if (!refused) mangled.look(said.license_key, line)
    if (refused) yield { line, table, refused, raw: cells }
    else yield { line, table, raw: cells, ...countsIn(table, withDefaults(said, defaults)) }
  }
  source.notes.push(...mangled.notes(path))
}

/** The columns of a file: their names, and the field of each; empty for a skipped one. */
interface Columns {
  header: string[]
  fields: string[]
}

/** The cells of a line by field; or why they cannot be used. */
function fieldsIn(cells: string[], { header, fields }: Columns): { said: LineFields; refused?: string } {
  const said: LineFields = {}
  const astray = misfit(cells, { header, fields })
  if (astray) return { said, refused: astray }
  for (const [i, field] of fields.entries()) {
    if (!field || put(said, field, unguarded(cells[i] ?? ''))) continue
    return { said, refused: columnConflict(header[i]!, header, (column) => fields[header.indexOf(column)]) }
  }
  return { said }
}

/**
 * Why the number of cells does not fit the columns. Extra empty cells at the end are allowed. Missing cells are allowed
 * only for skipped columns: a line cut off before its owner or status would be imported as something else.
 */
function misfit(cells: string[], { header, fields }: Columns): string | undefined {
  const surplus = cells.slice(header.length).some((cell) => cell.trim() !== '')
  const missing = header.slice(cells.length).filter((_, i) => fields[cells.length + i])
  const count = `it has ${cells.length} cells, and the first line names ${header.length} columns`
  if (surplus) return `${count}: put quotes around a cell that holds the delimiter`
  if (missing.length) return `${count}: what is missing is ${listed(missing)}; write empty cells where they say nothing`
  const nameless = header.findIndex((column, i) => column.trim() === '' && (cells[i] ?? '').trim() !== '')
  return nameless === -1
    ? undefined
    : `its cell ${nameless + 1} says "${cells[nameless]!.slice(0, 80)}", and that column has no name in the first line: give it one there`
}

/**
 * Turns a database's NULL into nothing, and removes the apostrophe that protects a text from being taken for a formula.
 */
function unguarded(cell: string) {
  if (cell === 'NULL' || cell === '\\N') return ''
  return /^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell
}

function fieldsOfHeader(header: string[], reading: FileMapping, path: string): string[] {
  const { table, defaults } = reading
  const fields = header.map((column) => fieldOf(column, reading))
  const unknown = header.filter((_, i) => fields[i] === undefined)
  if (unknown.length) {
    const names = listed(unknown)
    const remedy = `skip one with --map "${unknown[0]}=", or say what it is with --map "${unknown[0]}=FIELD"`
    throw new OperatorError(
      `the first line of ${path} has columns that ${table.name} do not know, ${names}: ${remedy}; the fields are ${fieldNames(table).join(', ')}`,
    )
  }
  const missing = (table.model.required ?? []).filter((name) => !fields.includes(name) && defaults[name] === undefined)
  if (missing.length) {
    const remedy = `map one with --map theirs=${missing[0]}, or give all lines one with --default ${missing[0]}=…`
    throw new OperatorError(`the first line of ${path} has no column for ${missing.join(', ')}: ${remedy}`)
  }
  return fields as string[]
}

const namedMax = 10

/** Some of these names in quotes, and the number of the rest. */
function listed(names: readonly string[]) {
  const shown = names.slice(0, namedMax).map((name) => `"${name.slice(0, 80)}"`)
  return names.length > namedMax ? `${shown.join(', ')} and ${names.length - namedMax} more` : shown.join(', ')
}

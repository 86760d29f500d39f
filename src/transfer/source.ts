import { readdirSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { Sorry } from '../kernel/sorry'
import { fieldOf, put, withDefaults } from './columns'
import { csvRecords } from './formats/csv'
import { decoded, type Encoding } from './formats/decode'
import { jsonLines } from './formats/json-lines'
import { fieldsOf, type Reading, readingOf, type Said } from './mapping'
import type { Fields, Table } from './table'
import { tableNames } from './table'
import { tableNamed } from './tables'

/** A line of a file: what it says, or why it can be taken for nothing; and how it stood there. */
export interface SourceLine {
  line: number
  table: Table
  fields?: Fields
  refused?: string
  /** The cells of a record, or the text of a line. */
  raw: string[] | string
}

/** A file that is to be imported. */
export interface Source {
  readonly path: string
  readonly bytes: number
  readonly table: Table
  /** The names in a CSV file's first line, once its lines are being read. */
  header?: string[]
  lines(onRead: (bytes: number) => void): AsyncGenerator<SourceLine>
}

const extensions: readonly string[] = ['.csv', '.tsv', '.txt', '.jsonl', '.ndjson']

/** The files a path means, those first that others lean on; and files in a folder that hold nothing Latchkey keeps. */
export function openSources(path: string, said: Said, encoding: Encoding): { sources: Source[]; passedOver: string[] } {
  if (!statOf(path).isDirectory()) {
    const reading = readingOf(nameOf(path), said) ?? readingOf(nameOf(path), { ...said, table: 'licenses' })!
    return { sources: [openSource(path, reading, encoding)], passedOver: [] }
  }
  if (said.table) throw new Sorry('--table says what one file holds, and this is a folder: use a mapping file', 'usage')
  const files = readdirSync(path).filter((file) => extensions.includes(extname(file).toLowerCase()))
  const read = files.map((file) => ({ file, reading: readingOf(nameOf(file), said) }))
  const sources = read.flatMap(({ file, reading }) =>
    reading ? [openSource(join(path, file), reading, encoding)] : [],
  )
  if (!sources.length) {
    throw new Sorry(
      `there is nothing to import in ${path}: name its files after tables, such as ${tableNames.slice(0, 5).join('.csv, ')}.csv`,
    )
  }
  const place = ({ table }: Source) => tableNames.indexOf(table.name)
  return {
    sources: sources.sort((a, b) => place(a) - place(b)),
    passedOver: read.filter(({ reading }) => !reading).map(({ file }) => file),
  }
}

function statOf(path: string) {
  try {
    return statSync(path)
  } catch {
    throw new Sorry(`there is no ${path}: check the name and its permissions`)
  }
}

const nameOf = (path: string) => basename(path, extname(path)).replace(/\.refused(-\d+)?$/, '')

function openSource(path: string, reading: Reading, encoding: Encoding): Source {
  const isJson = /^\.(jsonl|ndjson)$/i.test(extname(path))
  const source: Source = {
    path,
    bytes: statOf(path).size,
    table: reading.table,
    lines: (onRead) => {
      const text = decoded({ path, encoding, onRead })
      return isJson ? linesOfJson(text, reading, path) : linesOfCsv(text, reading, source)
    },
  }
  return source
}

async function* linesOfCsv(text: AsyncIterable<string>, reading: Reading, source: Source): AsyncGenerator<SourceLine> {
  let fields: string[] | undefined
  for await (const { line, cells } of csvRecords(text, source.path)) {
    if (!fields) {
      source.header = cells
      fields = fieldsOfHeader(cells, reading, source.path)
    } else if (cells.length !== fields.length) {
      const refused = `it has ${cells.length} cells, and the first line names ${fields.length} columns`
      yield { line, table: reading.table, refused, raw: cells }
    } else {
      const said: Fields = {}
      for (const [i, field] of fields.entries()) if (field) put(said, field, unguarded(cells[i]!))
      yield { line, table: reading.table, fields: withDefaults(said, reading.defaults), raw: cells }
    }
  }
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

async function* linesOfJson(text: AsyncIterable<string>, reading: Reading, path: string): AsyncGenerator<SourceLine> {
  const known = new Map<string, string | undefined>()
  for await (const { line, text: raw, value } of jsonLines(text, path)) {
    const named = value && typeof value.table === 'string' ? value.table : undefined
    const table = named === undefined ? reading.table : tableNamed(named)
    if (!value) yield { line, table: reading.table, refused: 'this is no JSON object', raw }
    else if (!table) yield { line, table: reading.table, refused: `there is no table "${named}"`, raw }
    else {
      const fields: Fields = {}
      const unknown: string[] = []
      for (const [name, said] of Object.entries(value)) {
        const place = `${table.name} ${name}`
        if (!known.has(place)) known.set(place, fieldOf(name, { ...reading, table }))
        const field = known.get(place)
        if (field === undefined) unknown.push(name)
        else if (field) put(fields, field, said)
      }
      const refused = `${table.name} have no field "${unknown[0]}": rename it, or map it with --map`
      if (unknown.length) yield { line, table, refused, raw }
      else yield { line, table, fields: withDefaults(fields, reading.defaults), raw }
    }
  }
}

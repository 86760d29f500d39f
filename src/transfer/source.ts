import { readdirSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { Sorry } from '../kernel/sorry'
import { columnsOfCsv, linesOfCsv } from './csv-source'
import { decoded, type Encoding } from './formats/decode'
import { columnsOfJson, linesOfJson } from './json-source'
import { type Reading, readingOf, requireDefaults, type Said } from './mapping'
import { type Fields, type Table, tableNames } from './table'
import { tables } from './tables'

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
  readonly reading: Reading
  /** The names in a CSV file's first line, once its lines are being read. */
  header?: string[]
  /** The names of its columns: those of a CSV file's first line, or of one JSON object after the other. */
  columns(): AsyncGenerator<readonly string[]>
  lines(onRead: (bytes: number) => void): AsyncGenerator<SourceLine>
}

const extensions: readonly string[] = ['.csv', '.tsv', '.txt', '.jsonl', '.ndjson']

/** The files a path means, those first that others lean on; and files in a folder that hold nothing Latchkey keeps. */
export function openSources(path: string, said: Said, encoding: Encoding): { sources: Source[]; passedOver: string[] } {
  if (!statOf(path).isDirectory()) {
    const reading = readingOf(nameOf(path), said) ?? readingOf(nameOf(path), { ...said, table: 'licenses' })!
    requireDefaults(said, tablesOf(path, reading))
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
  requireDefaults(
    said,
    sources.flatMap((source) => tablesOf(source.path, source.reading)),
  )
  const place = ({ table }: Source) => tableNames.indexOf(table.name)
  return {
    sources: sources.sort((a, b) => place(a) - place(b)),
    passedOver: read.filter(({ reading }) => !reading).map(({ file }) => file),
  }
}

const isJson = (path: string) => /^\.(jsonl|ndjson)$/i.test(extname(path))

/** The tables that a file's lines may be of: those of JSON may name another one each. */
const tablesOf = (path: string, { table }: Reading): readonly Table[] =>
  isJson(path) ? Object.values(tables) : [table]

function statOf(path: string) {
  try {
    return statSync(path)
  } catch {
    throw new Sorry(`there is no ${path}: check the name and its permissions`)
  }
}

const nameOf = (path: string) => basename(path, extname(path)).replace(/\.refused(-\d+)?$/, '')

function openSource(path: string, reading: Reading, encoding: Encoding): Source {
  const source: Source = {
    path,
    bytes: statOf(path).size,
    table: reading.table,
    reading,
    columns() {
      const text = decoded({ path, encoding })
      return isJson(path) ? columnsOfJson(text, path) : columnsOfCsv(text, path)
    },
    lines(onRead) {
      const text = decoded({ path, encoding, onRead })
      return isJson(path) ? linesOfJson(text, reading, path) : linesOfCsv(text, source)
    },
  }
  return source
}

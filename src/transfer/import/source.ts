import { readdirSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { OperatorError } from '../../kernel/operator-error'
import { unreadable } from '../../kernel/ownership'
import type { CsvDialect, QuoteStyle } from '../formats/csv-dialect'
import { decoded } from '../formats/decode'
import type { Encoding } from '../formats/encodings'
import { type FileFormat, formatOf } from '../formats/format'
import { type LineFields, type Table, tableNames } from '../tables/table'
import { tableNamed, tables } from '../tables/tables'
import { columnsOfCsv, linesOfCsv } from './csv-source'
import { columnsOfJson, linesOfJson } from './json-source'
import { requireMappedColumns } from './mapped-columns'
import { type FileMapping, type MappingOptions, readingOf, requireDefaults } from './mapping'

/** A line of a file: its fields, or why they cannot be used; and its original form. */
export interface SourceLine {
  line: number
  table: Table
  fields?: LineFields
  refused?: string
  /** The cells of a record, or the text of a line. */
  raw: string[] | string
}

/** A file to import. */
export interface Source {
  readonly path: string
  readonly bytes: number
  readonly table: Table
  readonly reading: FileMapping
  readonly format: FileFormat
  /** The CSV dialect and column names, once the lines are being read. */
  dialect?: CsvDialect
  header?: string[]
  /** The name of the list in a JSON object, once the lines are being read. */
  wrapper?: string
  /** Notes for the operator, complete once the lines were read. */
  readonly notes: string[]
  /** The column names: those on a CSV file's first line, or of one JSON object after the other. */
  columns(): AsyncGenerator<readonly string[]>
  lines(onRead: (bytes: number) => void): AsyncGenerator<SourceLine>
}

/** How to read files that do not show their format. */
export interface ReadingOptions {
  encoding: Encoding
  quotes: QuoteStyle
}

const extensions: readonly string[] = ['.csv', '.tsv', '.txt', '.jsonl', '.ndjson', '.json']
const foreignExtensions =
  /^\.(xlsx|xlsm|xlsb|xls|ods|numbers|sql|dump|zip|gz|bz2|xz|zst|7z|rar|tar|tgz|pdf|db|sqlite3?)$/

/** The files at a path, ordered so that references point backwards; and notes about skipped ones. */
export function openSources(
  path: string,
  said: MappingOptions,
  options: ReadingOptions,
): { sources: Source[]; passedOver: string[] } {
  if (!statOf(path).isDirectory()) {
    const reading = readingOf(nameOf(path), said) ?? readingOf(nameOf(path), { ...said, table: 'licenses' })!
    const source = openSource(path, reading, options)
    requireDefaults(said, tablesOf(source))
    return { sources: [source], passedOver: unusedEntries(said, [source]) }
  }
  if (said.table)
    throw new OperatorError(
      '--table says what one file holds, and this is a folder: use a mapping file',
      'invalid_input',
    )
  const names = readdirSync(path)
  const files = names.filter((file) => extensions.includes(extname(file).toLowerCase()))
  const foreign = names.filter((file) => foreignExtensions.test(extname(file).toLowerCase()))
  const read = files.map((file) => ({ file, reading: readingOf(nameOf(file), said) }))
  const sources = read.flatMap(({ file, reading }) => (reading ? [openSource(join(path, file), reading, options)] : []))
  if (!sources.length) {
    throw new OperatorError(
      `there is nothing to import in ${path}: name its files after tables, such as ${tableNames.slice(0, 5).join('.csv, ')}.csv`,
    )
  }
  requireDefaults(said, sources.flatMap(tablesOf))
  const place = ({ table }: Source) => tableNames.indexOf(table.name)
  return {
    sources: sources.sort((a, b) => place(a) - place(b)),
    passedOver: [
      ...read.flatMap(({ file, reading }) => (reading ? [] : [`${file} was skipped: no table has that name.`])),
      ...foreign.map((file) => `${file} was skipped: ${foreignIn(join(path, file))}.`),
      ...unusedEntries(said, sources),
    ],
  }
}

/**
 * Notes about entries of the mapping file that match none of these files, since one mapping may serve several imports.
 * Throws an `OperatorError` for an entry that can match no file at all.
 */
function unusedEntries({ mapping }: MappingOptions, sources: readonly Source[]): string[] {
  const names = [...new Set(sources.flatMap(({ path, table }) => [nameOf(path), table.name]))]
  const unused = Object.keys(mapping).filter((entry) => !names.includes(entry))
  const lost = unused.find((entry) => !mapping[entry]!.table && !tableNamed(entry))
  if (lost === undefined)
    return unused.map((entry) => `The entry "${entry}" of the mapping file is about no file here.`)
  throw new OperatorError(
    `the mapping file has an entry "${lost}", which names neither a table nor a file that is imported: name it ${names.join(' or ')}, or leave it out. Nothing was imported`,
    'invalid_input',
  )
}

/** Refuses files with unreadable columns before anything is written for them. */
export async function requireReadable(sources: readonly Source[]) {
  await requireMappedColumns(sources)
  for (const source of sources) {
    try {
      // The column names are checked with the first line.
      for await (const _ of source.lines(() => {})) break
    } catch (error) {
      throw error instanceof OperatorError
        ? new OperatorError(`${error.message}. Nothing was imported`, error.kind)
        : error
    }
  }
}

/** Why a file cannot be read as an import, in words. */
function foreignIn(path: string): string {
  try {
    formatOf(path, 'utf-8')
    return 'its name does not end in .csv, .tsv, .txt, .json or .jsonl'
  } catch (error) {
    if (error instanceof OperatorError) return error.message.replace(path, 'it')
    throw error
  }
}

/** The possible tables of a file's lines: each line of a JSON file may name another one. */
const tablesOf = ({ format, table }: Source): readonly Table[] =>
  format.kind === 'csv' ? [table] : Object.values(tables)

function statOf(path: string) {
  try {
    return statSync(path)
  } catch (error) {
    throw new OperatorError(unreadable(path, error))
  }
}

const nameOf = (path: string) => basename(path, extname(path)).replace(/\.refused(-\d+)?$/, '')

function openSource(path: string, reading: FileMapping, { encoding, quotes }: ReadingOptions): Source {
  const bytes = statOf(path).size
  const format = formatOf(path, encoding)
  const isCsv = format.kind === 'csv'
  const text = (onRead?: (bytes: number) => void) => decoded({ path, encoding: format.encoding, onRead })
  const source: Source = {
    path,
    bytes,
    table: reading.table,
    reading,
    format,
    notes: [],
    columns: () => (isCsv ? columnsOfCsv(text(), { path, quotes }) : columnsOfJson(text(), source)),
    lines: (onRead) => (isCsv ? linesOfCsv(text(onRead), source, quotes) : linesOfJson(text(onRead), source)),
  }
  return source
}

import { parse } from 'csv-parse'
import { OperatorError } from '../../kernel/operator-error'
import type { CsvDialect, QuoteStyle } from './csv-dialect'

/** A record's cells and the line it begins on. */
export interface CsvRecord {
  line: number
  cells: string[]
}

interface Reading {
  path: string
  quotes: QuoteStyle
  /** Called once with the dialect. */
  onDialect?: (dialect: CsvDialect) => void
}

const mebibyte = 1024 * 1024
const recordLengthMax = 16 * mebibyte
/** The maximum per record; beyond it a record takes memory many times its length. */
const delimitersMax = 100_000
const headLength = 65_536
const delimiters = [',', ';', '\t', '|'] as const

/**
 * The records of a CSV text; empty ones are skipped. Throws an `OperatorError` that names the line for a misplaced
 * quote or a record that is too long.
 */
export async function* csvRecords(chunks: AsyncIterable<string>, reading: Reading): AsyncGenerator<CsvRecord> {
  let parser: ReturnType<typeof reader> | undefined
  for await (const chunk of withHead(chunks)) {
    let text = chunk
    if (!parser) {
      const { dialect, rest, line } = beginning(chunk, reading.quotes)
      reading.onDialect?.(dialect)
      parser = reader(dialect, reading, line)
      text = rest
    }
    yield* (await parser.take((stream, done) => stream.write(text, done), text)).filter(saysSomething)
    parser.requireWhole()
  }
  if (!parser) return
  yield* (await parser.take((stream, done) => stream.end(done), '')).filter(saysSomething)
  parser.requireWhole()
}

const saysSomething = ({ cells }: CsvRecord) => cells.some((cell) => cell.trim() !== '')

/** Re-chunks a text so that the first piece is long enough to detect its dialect. */
async function* withHead(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let head: string | undefined = ''
  for await (const chunk of chunks) {
    if (head === undefined) yield chunk
    else {
      head += chunk
      if (head.length < headLength) continue
      yield head
      head = undefined
    }
  }
  if (head) yield head
}

/** Detects the dialect, and drops empty lines and a `sep=;` before the names. */
function beginning(text: string, quotes: QuoteStyle): { dialect: CsvDialect; rest: string; line: number } {
  const newline = (/\r\n|\n|\r/.exec(text)?.[0] ?? '\n') as CsvDialect['newline']
  const skipped = (/^(?:[ \t,;|]*(?:\r\n|\n|\r))+/.exec(text)?.[0] ?? '').length
  const separator = /^"?sep=(.)"?[ \t,;|]*(?:\r\n|\n|\r)/i.exec(text.slice(skipped))
  const start = skipped + (separator?.[0].length ?? 0)
  const rest = text.slice(start)
  const delimiter = separator?.[1] ?? delimiterOf(rest)
  const line = text.slice(0, start).split(/\r\n|\n|\r/).length
  const separatorLine = separator && { separatorLine: `sep=${delimiter}` }
  return { dialect: { delimiter, quotes, newline, ...separatorLine }, rest, line }
}

/** The most frequent delimiter in the first line, outside quotes. */
function delimiterOf(text: string): string {
  const firstLine = /^(?:"[^"]*"|[^"\r\n])*/.exec(text.slice(0, headLength))![0].replace(/"[^"]*"/g, '')
  const counts = delimiters.map((delimiter) => firstLine.split(delimiter).length)
  return delimiters[counts.indexOf(Math.max(...counts))]!
}

/** A parser that returns the records completed by each piece of text. */
function reader({ delimiter, quotes }: CsvDialect, { path }: Reading, firstLine: number) {
  const records: CsvRecord[] = []
  let next = firstLine
  let seenLines = 0
  let seenEmpty = 0
  let unfinished = 0
  let delimitersUnfinished = 0
  const stream = parse({
    delimiter,
    escape: quotes === 'backslash' ? '\\' : '"',
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: recordLengthMax,
    on_record(cells: string[], { lines, empty_lines }) {
      const line = next + empty_lines - seenEmpty
      // A record that spans several lines has line breaks in its cells.
      next = line + 1 + (lines - seenLines > 1 ? cells.join('').split(/\r\n|\n|\r/).length - 1 : 0)
      seenLines = lines
      seenEmpty = empty_lines
      records.push({ line, cells })
      return undefined
    },
  })
  let failure: { code?: string } | undefined
  stream.on('error', (error: { code?: string }) => {
    failure = error
  })
  stream.resume()
  return {
    async take(step: (to: typeof stream, done: () => void) => void, text: string) {
      if (unfinished && !/[\r\n]/.test(text)) delimitersUnfinished += text.split(delimiter).length - 1
      if (delimitersUnfinished > delimitersMax) throw tooWide(next, path)
      await new Promise<void>((resolve) => step(stream, resolve))
      unfinished = records.length ? 0 : unfinished + text.length
      if (!unfinished) delimitersUnfinished = 0
      return records.splice(0)
    },
    requireWhole() {
      if (failure?.code === 'CSV_MAX_RECORD_SIZE' || unfinished > recordLengthMax) throw tooLong(next, path)
      if (failure) throw brokenAt(next, { path, quotes })
    },
  }
}

const tooLong = (line: number, path: string) =>
  new OperatorError(
    `the record that begins in line ${line} of ${path} is longer than ${recordLengthMax / mebibyte} MiB: close a quote that was left open there, or check that the file is what it should be`,
  )

const tooWide = (line: number, path: string) =>
  new OperatorError(
    `the record that begins in line ${line} of ${path} has more than ${delimitersMax} delimiters: check that the file is CSV, and that its lines end where they should`,
  )

function brokenAt(line: number, { path, quotes }: Pick<Reading, 'path' | 'quotes'>) {
  const remedy =
    quotes === 'doubled'
      ? 'close it, or double it where it is meant; where the file writes \\" for a quote, say --quotes backslash'
      : 'close it, or write \\" where it is meant'
  return new OperatorError(
    `the record that begins in line ${line} of ${path} has a quote that is out of place: ${remedy}`,
  )
}

import { parse } from 'csv-parse'
import { Sorry } from '../../kernel/sorry'

/** A record's cells and the line it begins in. */
export interface CsvRecord {
  line: number
  cells: string[]
}

const longestRecord = 16 * 1024 * 1024
const delimiters = [',', ';', '\t'] as const

/** The records of a CSV text. A quote that is out of place is a `Sorry` that says the line. */
export async function* csvRecords(chunks: AsyncIterable<string>, path: string): AsyncGenerator<CsvRecord> {
  let parser: ReturnType<typeof reader> | undefined
  for await (const chunk of chunks) {
    if (chunk === '') continue
    parser ??= reader(delimiterOf(chunk), path)
    yield* await parser.take((stream, done) => stream.write(chunk, done))
    parser.requireWhole()
  }
  if (!parser) return
  yield* await parser.take((stream, done) => stream.end(done))
  parser.requireWhole()
}

/** A parser that hands out the records that each piece of text completes. */
function reader(delimiter: string, path: string) {
  const records: CsvRecord[] = []
  let next = 1
  let seenLines = 0
  let seenEmpty = 0
  const stream = parse({
    bom: true,
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: longestRecord,
    on_record(cells: string[], { lines, empty_lines }) {
      const line = next + empty_lines - seenEmpty
      // What spans more than one line has line breaks in its cells.
      next = line + 1 + (lines - seenLines > 1 ? cells.join('').split('\n').length - 1 : 0)
      seenLines = lines
      seenEmpty = empty_lines
      records.push({ line, cells })
      return undefined
    },
  })
  let failure: unknown
  stream.on('error', (error) => {
    failure = error
  })
  stream.resume()
  return {
    async take(step: (to: typeof stream, done: () => void) => void) {
      await new Promise<void>((resolve) => step(stream, resolve))
      return records.splice(0)
    },
    requireWhole() {
      if (failure) throw brokenAt(next, path)
    },
  }
}

const brokenAt = (line: number, path: string) =>
  new Sorry(
    `the record that begins in line ${line} of ${path} has a quote that is out of place: close it, or double it where it is meant`,
  )

/** What stands between the names in the first line most often. */
function delimiterOf(beginning: string): string {
  const [firstLine = ''] = beginning.split(/[\r\n]/, 1)
  const counts = delimiters.map((delimiter) => firstLine.split(delimiter).length)
  return delimiters[counts.indexOf(Math.max(...counts))]!
}

import { basename, extname } from 'node:path'
import type { Static } from '@sinclair/typebox'
import { csvRecords } from '../formats/csv'
import { decoded } from '../formats/decode'
import { formatOf } from '../formats/format'
import { type Table, tableNames } from '../tables/table'
import { tableNamed, tables } from '../tables/tables'
import { fieldOf } from './columns'
import type { ColumnGuessView } from './guess-view'
import { fieldNames, readingOf } from './mapping'
import { openSources, type ReadingOptions } from './source'

const samplesMax = 3
const recordsMax = 20
const sampleLengthMax = 80

type Guess = Static<typeof ColumnGuessView>

/** Guesses the table of a file, and the field of each of its columns, with samples. */
export async function guessColumns(
  path: string,
  { table: wished, ...reading }: ReadingOptions & { table?: string | undefined },
): Promise<Guess> {
  const columns = await sampledColumns(path, reading)
  const names = columns.map(({ name }) => name)
  const table = tableNamed(wished ?? basename(path, extname(path)).replace(/\.refused(-\d+)?$/, '')) ?? likeliest(names)
  const mapping = readingOf(table.name, { mapping: {}, columns: {}, defaults: {} })!
  const guessed = columns.map(({ name, samples }) => ({ name, field: fieldOf(name, mapping) ?? null, samples }))
  const required = table.model.required ?? []
  return {
    file: basename(path),
    table: table.name,
    columns: guessed,
    fields: fieldNames(table).map((name) => ({
      name,
      is_required: required.includes(name),
      description: String(table.model.properties[name]?.description ?? ''),
    })),
    missing: required.filter((name) => !guessed.some(({ field }) => field === name)),
  }
}

/** The table that knows most of these columns. */
function likeliest(names: readonly string[]): Table {
  const scoreOf = (table: Table) => {
    const reading = readingOf(table.name, { mapping: {}, columns: {}, defaults: {} })!
    const fields = names.map((name) => fieldOf(name, reading))
    return (
      fields.filter((field) => field).length -
      (table.model.required ?? []).filter((name) => !fields.includes(name)).length
    )
  }
  const scores = tableNames.map((name) => ({ name, score: scoreOf(tables[name]) }))
  const best = Math.max(...scores.map(({ score }) => score))
  const first = scores.find(({ score }) => score === best)!
  return tables[scores.some(({ name, score }) => name === 'licenses' && score === best) ? 'licenses' : first.name]
}

async function sampledColumns(path: string, { encoding, quotes }: ReadingOptions) {
  const format = formatOf(path, encoding)
  const samplesOf = new Map<string, string[]>()
  if (format.kind !== 'csv') {
    const { sources } = openSources(path, { mapping: {}, columns: {}, defaults: {} }, { encoding, quotes })
    let objects = 0
    for await (const names of sources[0]!.columns()) {
      for (const name of names) samplesOf.set(name, [])
      if (++objects === recordsMax) break
    }
    return [...samplesOf].map(([name, samples]) => ({ name, samples }))
  }
  const records: string[][] = []
  for await (const { cells } of csvRecords(decoded({ path, encoding: format.encoding }), { path, quotes })) {
    records.push(cells)
    if (records.length > recordsMax) break
  }
  const [header = [], ...lines] = records
  return header.map((name, at) => {
    const values = lines.map((cells) => (cells[at] ?? '').trim()).filter((value) => value !== '')
    return { name, samples: [...new Set(values)].slice(0, samplesMax).map((value) => value.slice(0, sampleLengthMax)) }
  })
}

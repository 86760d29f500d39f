import { contradiction, fieldOf, put, withDefaults } from './columns'
import { jsonLines } from './formats/json-lines'
import type { Reading } from './mapping'
import type { SourceLine } from './source'
import type { Fields, Table } from './table'
import { tableNamed } from './tables'

/** The names of the fields of each object in a file of JSON. */
export async function* columnsOfJson(text: AsyncIterable<string>, path: string): AsyncGenerator<readonly string[]> {
  for await (const { value } of jsonLines(text, path)) if (value) yield Object.keys(value)
}

/** The lines of a file of JSON, each under the fields that its names mean. */
export async function* linesOfJson(
  text: AsyncIterable<string>,
  reading: Reading,
  path: string,
): AsyncGenerator<SourceLine> {
  const fieldIn = fieldFinder(reading)
  for await (const { line, text: raw, value } of jsonLines(text, path)) {
    const named = value && typeof value.table === 'string' ? value.table : undefined
    const table = named === undefined ? reading.table : tableNamed(named)
    if (!value) yield { line, table: reading.table, refused: 'this is no JSON object', raw }
    else if (!table) yield { line, table: reading.table, refused: `there is no table "${named}"`, raw }
    else {
      const { said, refused } = saidOf(value, table, (name) => fieldIn(table, name))
      if (refused) yield { line, table, refused, raw }
      else yield { line, table, fields: withDefaults(said, reading.defaults), raw }
    }
  }
}

/** Finds the field that a name means, and remembers it: most objects of a file have the same names. */
function fieldFinder(reading: Reading) {
  const known = new Map<string, string | undefined>()
  return (table: Table, name: string) => {
    const place = `${table.name} ${name}`
    if (!known.has(place)) known.set(place, fieldOf(name, { ...reading, table }))
    return known.get(place)
  }
}

function saidOf(
  value: Record<string, unknown>,
  table: Table,
  fieldIn: (name: string) => string | undefined,
): { said: Fields; refused?: string } {
  const said: Fields = {}
  for (const [name, given] of Object.entries(value)) {
    const field = fieldIn(name)
    if (field === undefined) {
      return { said, refused: `${table.name} have no field "${name}": rename it, or map it with --map` }
    }
    if (field && !put(said, field, given)) return { said, refused: contradiction(name, Object.keys(value), fieldIn) }
  }
  return { said }
}

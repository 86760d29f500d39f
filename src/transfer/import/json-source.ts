import { jsonLines } from '../formats/json-lines'
import { jsonDocument } from '../formats/json-list'
import type { LineFields, Table } from '../tables/table'
import { tableNamed } from '../tables/tables'
import { columnConflict, fieldOf, put, withDefaults } from './columns'
import { openMangledKeys } from './mangled-keys'
import type { FileMapping } from './mapping'
import { countsIn } from './numbers'
import type { Source, SourceLine } from './source'

/** The field names of each object in a JSON file. */
export async function* columnsOfJson(text: AsyncIterable<string>, source: Source): AsyncGenerator<readonly string[]> {
  for await (const { value } of objectsIn(text, source)) if (value) yield Object.keys(value)
}

/** The objects of a JSON file: one per line, or those of a list. */
function objectsIn(text: AsyncIterable<string>, source: Source) {
  const { path, format, reading } = source
  if (format.kind === 'json-lines') return jsonLines(text, path)
  const required = reading.table.model.required ?? []
  return jsonDocument(text, {
    path,
    isRecord(value) {
      const fields = Object.keys(value).map((name) => fieldOf(name, reading))
      return required.some((name) => fields.includes(name))
    },
    onWrapped(name) {
      source.wrapper = name
    },
  })
}

/** The lines of a JSON file, with their names mapped to fields. */
export async function* linesOfJson(text: AsyncIterable<string>, source: Source): AsyncGenerator<SourceLine> {
  const { reading, notes } = source
  const fieldIn = fieldFinder(reading)
  const mangled = openMangledKeys()
  for await (const { line, text: raw, value } of objectsIn(text, source)) {
    const named = value && typeof value.table === 'string' ? value.table : undefined
    const table = named === undefined ? reading.table : tableNamed(named)
    if (!value) yield { line, table: reading.table, refused: 'this is no JSON object', raw }
    else if (!table) yield { line, table: reading.table, refused: `there is no table "${named}"`, raw }
    else {
      const { said, refused } = fieldsIn(value, table, (name) => fieldIn(table, name))
      if (!refused) mangled.look(said.license_key, line)
      yield refused
        ? { line, table, refused, raw }
        : { line, table, raw, ...countsIn(table, withDefaults(said, reading.defaults)) }
    }
  }
  notes.push(...mangled.notes(source.path))
}

/** Finds the field of a name, with a cache: most objects of a file have the same names. */
function fieldFinder(reading: FileMapping) {
  const known = new Map<string, string | undefined>()
  return (table: Table, name: string) => {
    const place = `${table.name} ${name}`
    if (!known.has(place)) known.set(place, fieldOf(name, { ...reading, table }))
    return known.get(place)
  }
}

function fieldsIn(
  value: Record<string, unknown>,
  table: Table,
  fieldIn: (name: string) => string | undefined,
): { said: LineFields; refused?: string } {
  const said: LineFields = {}
  for (const [name, given] of Object.entries(value)) {
    const field = fieldIn(name)
    if (field === undefined) {
      return { said, refused: `${table.name} have no field "${name}": rename it, or map it with --map` }
    }
    if (field && !put(said, field, given)) return { said, refused: columnConflict(name, Object.keys(value), fieldIn) }
  }
  return { said }
}

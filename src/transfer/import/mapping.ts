import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { OperatorError } from '../../kernel/operator-error'
import { parseCell } from '../tables/json'
import { type LineFields, type Table, tableNames } from '../tables/table'
import { tableNamed } from '../tables/tables'

const TableMapping = Type.Object(
  {
    table: Type.Optional(Type.String()),
    columns: Type.Optional(Type.Record(Type.String(), Type.String())),
    defaults: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { additionalProperties: false },
)

const MappingFile = Type.Record(Type.String(), TableMapping)

/** How to read another server's files, by file or table name; defaults apply to everything else. */
export type Mapping = Static<typeof MappingFile>

/** Parses a mapping file. Throws an `OperatorError` if it is invalid. */
export function parseMapping(text: string): Mapping {
  const value = parseCell(text, 'the mapping file')
  if (Value.Check(MappingFile, value)) return value
  const { path = '', message = '' } = Value.Errors(MappingFile, value).First() ?? {}
  throw new OperatorError(
    `the mapping file is wrong at ${path || 'its top'} (${message}): write {"license_keys": {"table": "licenses", "columns": {"theirs": "ours"}, "defaults": {"activation_limit": 1}}}`,
    'invalid_input',
  )
}

/** How to read one file: its table, the field of each column, and the default values. */
export interface FileMapping {
  table: Table
  columns: Readonly<Record<string, string>>
  defaults: LineFields
  /** Columns that must exist: those mapped to a field, and where the mapping is given. */
  mapped: readonly { column: string; by: string }[]
}

export interface MappingOptions {
  mapping: Mapping
  /** `--map` and `--default`, which apply to every file. */
  columns: Readonly<Record<string, string>>
  defaults: Readonly<Record<string, string>>
  /** The table of a file whose name does not identify it. */
  table?: string | undefined
}

/** How to read a file of that name; undefined for one that has nothing Latchkey stores. */
export function readingOf(
  name: string,
  { mapping, columns, defaults, table: wished }: MappingOptions,
): FileMapping | undefined {
  const named = mapping[name]?.table ?? wished ?? name
  const table = tableNamed(named)
  if (!table && (wished ?? mapping[name]?.table)) {
    throw new OperatorError(`there is no table "${named}": there are ${tableNames.join(', ')}`, 'invalid_input')
  }
  if (!table) return undefined
  const said = [mapping[table.name], mapping[name]]
  const reading = {
    table,
    columns: Object.assign({}, ...said.map((each) => each?.columns), columns),
    mapped: [
      ...[...new Set([table.name, name])].flatMap((entry) =>
        mappedIn(mapping[entry]?.columns, `the entry "${entry}" of the mapping file`),
      ),
      ...mappedIn(columns, '--map'),
    ],
    defaults: Object.assign({}, ...said.map((each) => each?.defaults), only(defaults, table)),
  }
  for (const field of [...Object.values(reading.columns), ...Object.keys(reading.defaults)]) requireField(field, table)
  return reading
}

/** Refuses a default for a field that none of these tables has; it would be ignored silently. */
export function requireDefaults({ defaults }: MappingOptions, of: readonly Table[]) {
  for (const name of Object.keys(defaults)) {
    // --product applies to the files that have products, whatever other files there are.
    if (name !== 'product' && !of.some((table) => canonical(name, table))) requireField(name, of[0]!)
  }
}

const mappedIn = (columns: Readonly<Record<string, string>> = {}, by: string) =>
  Object.entries(columns).flatMap(([column, field]) => (field === '' || column === '*' ? [] : [{ column, by }]))

/** The defaults for every file, limited to the fields of a table. */
const only = (defaults: Readonly<Record<string, string>>, table: Table) =>
  Object.fromEntries(Object.entries(defaults).filter(([name]) => canonical(name, table)))

function requireField(field: unknown, table: Table) {
  if (field === '' || canonical(String(field), table)) return
  throw new OperatorError(
    `${table.name} has no field "${field}": it has ${fieldNames(table).join(', ')}`,
    'invalid_input',
  )
}

export const fieldNames = (table: Table) => [...Object.keys(table.model.properties), ...(table.nested ?? [])]

/** The field with a name of ours: its own, or one of its other names in requests. */
export function canonical(name: string, table: Table): string | undefined {
  if (table.nested?.includes(name)) return name
  if (table.nested?.includes('meta_data') && /^meta:./.test(name)) return name
  return Object.entries(table.model.properties).find(
    ([field, schema]) => field === name || schema['x-aliases']?.includes(name),
  )?.[0]
}

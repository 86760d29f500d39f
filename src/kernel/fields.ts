type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name

type Snake<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${Snake<Tail>}`
  : Name

/** The names of a row's fields: its columns in snake_case. */
type NameIn<Row> = Snake<keyof Row & string>

type Fields<Row, Name extends string> = { [Each in Name]: Camel<Each> extends keyof Row ? Row[Camel<Each>] : never }

/** Values as JSON has them: a moment as ISO 8601 in UTC. */
type Json<Values> = {
  [Each in keyof Values]: Values[Each] extends Date
    ? string
    : Values[Each] extends Date | null
      ? string | null
      : Values[Each]
}

const columns = new Map<string, string>()

/** The name of a column as a field: `licenseKey` is `license_key`. */
export const fieldName = (column: string) => column.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The column of a field: `license_key` is `licenseKey`. */
export function columnOf(name: string): string {
  let column = columns.get(name)
  if (column === undefined) {
    column = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
    columns.set(name, column)
  }
  return column
}

/** The named fields of a row, in the order of the names. One list of names per entity is its map of columns. */
export function fieldsOf<Row extends object, const Name extends NameIn<Row>>(row: Row, names: readonly Name[]) {
  const fields: Record<string, unknown> = {}
  for (const name of names) fields[name] = (row as Record<string, unknown>)[columnOf(name)]
  return fields as Fields<Row, Name>
}

/** The named fields of a row as JSON shows them: moments are ISO 8601 in UTC. */
export function jsonFieldsOf<Row extends object, const Name extends NameIn<Row>>(row: Row, names: readonly Name[]) {
  const fields: Record<string, unknown> = fieldsOf(row, names)
  for (const [name, value] of Object.entries(fields)) if (value instanceof Date) fields[name] = value.toISOString()
  return fields as Json<Fields<Row, Name>>
}

/** Every field of a row. */
export const allFieldsOf = (row: object) =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [fieldName(column), value]))

import { type Column, getTableColumns, getTableName, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Queryable, Writable } from './connection'
import { postgresOf } from './postgres/client'
import { selectParts } from './statements'

type Values = Iterable<string | number>

/**
 * Values as rows of a column named `value`, passed as a single bound value, so that the SQL text does not depend on
 * their number.
 */
export const unnest = (values: Values) => sql`json_each(${JSON.stringify([...values])})`

/** Whether a column is one of these values, or of the JSON array passed to a prepared query. */
export function inList(column: SQLiteColumn | SQL, values: Values | Placeholder): SQL {
  const list = isPlaceholder(values) ? sql`json_each(${values})` : unnest(values)
  // PostgreSQL takes every value of a list out as text.
  const isNumber =
    ('getSQLType' in column && column.getSQLType() === 'integer') ||
    (!isPlaceholder(values) && typeof [...values][0] === 'number')
  return sql`${column} in (select ${isNumber ? sql`cast(value as bigint)` : sql`value`} from ${list})`
}

const isPlaceholder = (values: Values | Placeholder): values is Placeholder => !(Symbol.iterator in values)

/** Whether a text contains a part; case-sensitive. */
export const contains = (text: SQLiteColumn | SQL, part: string | SQL): SQL => sql`instr(${text}, ${part}) > 0`

/** Inserts any number of rows in one statement, in order. */
export async function insertMany<T extends SQLiteTable>(
  tx: Writable,
  table: T,
  rows: readonly T['$inferInsert'][],
): Promise<void> {
  if (!rows.length) return
  const columns = Object.entries(getTableColumns(table)).filter(([name]) => name in rows[0]!)
  const values = rows.map((row) =>
    columns.map(([name, column]) => {
      const value = (row as Record<string, unknown>)[name]
      return value === null || value === undefined ? null : column.mapToDriverValue(value)
    }),
  )
  const names = sql.raw(columns.map(([, { name }]) => name).join(', '))
  const pick = postgresOf(tx) ? pickTyped : pickUntyped
  const picks = sql.raw(columns.map(([, column], i) => pick(column, i)).join(', '))
  await tx.run(sql`insert into ${table} (${names}) select ${picks} from json_each(${JSON.stringify(values)})`)
}

const pickUntyped = (_: Column, i: number) => `value ->> ${i}`

const pickTyped = (column: Column, i: number) =>
  `(value::json ->> ${i})::${column.getSQLType() === 'integer' ? 'bigint' : 'text'}`

/** The highest id a table has ever assigned. */
export async function findLastId(db: Queryable, table: SQLiteTable): Promise<number> {
  const name = getTableName(table)
  const text = postgresOf(db)
    ? sql`select greatest((select max(id) from ${table}), pg_sequence_last_value(pg_get_serial_sequence(${name}, 'id')::regclass)) as seq`
    : sql`select seq from sqlite_sequence where name = ${name}`
  const [row] = await selectParts<{ seq: number | null }>(db, text)
  return row?.seq ?? 0
}

/** Makes sure that the ids a table assigns by itself are higher than this one, which the caller has assigned. */
export async function assignIdsAfter(tx: Queryable, table: SQLiteTable, last: number): Promise<void> {
  // SQLite keeps the highest id by itself.
  if (!postgresOf(tx) || last < 1) return
  const name = getTableName(table)
  await selectParts(
    tx,
    sql`select setval(pg_get_serial_sequence(${name}, 'id'), greatest(${last}, (select max(id) from ${table})))`,
  )
}

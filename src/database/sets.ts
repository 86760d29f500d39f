import { getTableColumns, getTableName, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Queryable, Writable } from './connection'
import { selectParts } from './statements'

type Values = Iterable<string | number>

/**
 * Values as rows of a column named `value`, passed as a single bound value, so that the SQL text does not depend on
 * their number.
 */
export const unnest = (values: Values) => sql`json_each(${JSON.stringify([...values])})`

/** Whether a column is one of these values, or of the JSON array passed to a prepared query. */
export const inList = (column: SQLiteColumn | SQL, values: Values | Placeholder): SQL =>
  sql`${column} in (select value from ${isPlaceholder(values) ? sql`json_each(${values})` : unnest(values)})`

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
  const picks = sql.raw(columns.map((_, i) => `value ->> ${i}`).join(', '))
  await tx.run(sql`insert into ${table} (${names}) select ${picks} from json_each(${JSON.stringify(values)})`)
}

/** The highest id a table has ever assigned. */
export async function findLastId(db: Queryable, table: SQLiteTable): Promise<number> {
  const name = getTableName(table)
  const [row] = await selectParts<{ seq: number }>(db, sql`select seq from sqlite_sequence where name = ${name}`)
  return row?.seq ?? 0
}

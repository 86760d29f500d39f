import { and, or, type SQL, sql } from 'drizzle-orm'
import { getTableConfig, type SQLiteColumn, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { inList } from './sets'

/** What names a row: the stored values of its primary key, in the order of `keyColumns`. */
export type RowKey = readonly (string | number)[]

const known = new WeakMap<SQLiteTable, SQLiteColumn[]>()

/** The columns of a table's primary key. */
export function keyColumns(table: SQLiteTable): SQLiteColumn[] {
  let found = known.get(table)
  if (!found) {
    const { columns, primaryKeys } = getTableConfig(table)
    found = primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary)
    known.set(table, found)
  }
  return found
}

/** Selects the key of a row, for `rowKeyOf`. */
export const selectKey = (table: SQLiteTable) =>
  Object.fromEntries(keyColumns(table).map((column) => [column.name, sql<string | number>`${column}`]))

/** The key of a row that was selected by `selectKey`. */
export const rowKeyOf = (table: SQLiteTable, row: Readonly<Record<string, unknown>>): RowKey =>
  keyColumns(table).map(({ name }) => row[name] as string | number)

/** Whether a row has one of some hundred keys. */
export function hasKeyAmong(table: SQLiteTable, keys: readonly RowKey[]): SQL {
  const [column, ...others] = keyColumns(table)
  if (!others.length) return inList(column!, keys.flat())
  const columns = [column!, ...others]
  const among = keys.map((key) => and(...columns.map((column, i) => sql`${column} = ${key[i]}`)))
  return or(...among) ?? sql`1 = 0`
}

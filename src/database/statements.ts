import type { SQLQueryBindings as Value } from 'bun:sqlite'
import type { SQL } from 'drizzle-orm'
import { clientOf, type Queryable, type Writable } from './connection'

/**
 * The one row of a look-up of the hot path, as the database gives it. Write it so that SQLite need not compile it again
 * when values are bound: no bound limit, and scalar sub-selects instead of joins.
 */
export const selectOne = <Row>(db: Queryable, text: string, ...values: Value[]): Row | undefined =>
  clientOf(db)
    .prepare<Row, Value[]>(text)
    .get(...values) ?? undefined

/** Every row of such a look-up. */
export const selectAll = <Row>(db: Queryable, text: string, ...values: Value[]): Row[] =>
  clientOf(db)
    .prepare<Row, Value[]>(text)
    .all(...values)

/** Every row of a query that is put together of parts. */
export const selectParts = async <Row>(db: Queryable, query: SQL): Promise<Row[]> => (db as Writable).all<Row>(query)

/** A change of the hot path. */
export function execute(tx: Writable, text: string, ...values: Value[]): void {
  clientOf(tx)
    .prepare<unknown, Value[]>(text)
    .run(...values)
}

/** One change for each list of values. */
export function executeEach(tx: Writable, text: string, all: Iterable<Value[]>): void {
  const statement = clientOf(tx).prepare<unknown, Value[]>(text)
  for (const values of all) statement.run(...values)
}

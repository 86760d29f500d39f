import type { SQLQueryBindings as Value } from 'bun:sqlite'
import type { SQL } from 'drizzle-orm'
import { clientOf, type Queryable, type Writable } from './connection'

/**
 * Queries one row, unmapped, for the hot path. Use no bound limit, and scalar subqueries instead of joins, or SQLite
 * compiles the query again when values are bound.
 */
export const selectOne = <Row>(db: Queryable, text: string, ...values: Value[]): Row | undefined =>
  clientOf(db)
    .prepare<Row, Value[]>(text)
    .get(...values) ?? undefined

/** Queries all rows likewise. */
export const selectAll = <Row>(db: Queryable, text: string, ...values: Value[]): Row[] =>
  clientOf(db)
    .prepare<Row, Value[]>(text)
    .all(...values)

/** Runs a query composed of SQL parts and returns all rows. */
export const selectParts = async <Row>(db: Queryable, query: SQL): Promise<Row[]> => (db as Writable).all<Row>(query)

/** Runs a change on the hot path. */
export function execute(tx: Writable, text: string, ...values: Value[]): void {
  clientOf(tx)
    .prepare<unknown, Value[]>(text)
    .run(...values)
}

/** Runs one change per list of values. */
export function executeEach(tx: Writable, text: string, all: Iterable<Value[]>): void {
  const statement = clientOf(tx).prepare<unknown, Value[]>(text)
  for (const values of all) statement.run(...values)
}

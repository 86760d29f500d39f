import type { SQLQueryBindings as Value } from 'bun:sqlite'
import type { SQL } from 'drizzle-orm'
import { clientOf, type Queryable, type Writable } from './connection'
import { objectsOf, postgresOf } from './postgres/client'
import { executeMany } from './postgres/execute-many'

/**
 * Queries one row, unmapped, for the hot path. Use no bound limit, and scalar subqueries instead of joins, or SQLite
 * compiles the query again when values are bound.
 */
export async function selectOne<Row>(db: Queryable, text: string, ...values: Value[]): Promise<Row | undefined> {
  const postgres = postgresOf(db)
  if (postgres) return objectsOf<Row>(await postgres.query(text, values))[0]
  const row = clientOf(db)
    .prepare<Row, Value[]>(text)
    .get(...values)
  return row ?? undefined
}

/** Queries all rows likewise. */
export async function selectAll<Row>(db: Queryable, text: string, ...values: Value[]): Promise<Row[]> {
  const postgres = postgresOf(db)
  if (postgres) return objectsOf<Row>(await postgres.query(text, values))
  return clientOf(db)
    .prepare<Row, Value[]>(text)
    .all(...values)
}

/** Runs a query composed of SQL parts and returns all rows. */
export const selectParts = async <Row>(db: Queryable, query: SQL): Promise<Row[]> => (db as Writable).all<Row>(query)

/** Runs a change on the hot path. */
export async function execute(tx: Writable, text: string, ...values: Value[]): Promise<void> {
  const postgres = postgresOf(tx)
  if (postgres) await postgres.query(text, values)
  else
    clientOf(tx)
      .prepare<unknown, Value[]>(text)
      .run(...values)
}

/** Inserts one row per list of values. The text has one list of parameters, after `values`. */
export async function executeEach(tx: Writable, text: string, all: Iterable<Value[]>): Promise<void> {
  const postgres = postgresOf(tx)
  if (postgres) return executeMany(postgres, text, all)
  const statement = clientOf(tx).prepare<unknown, Value[]>(text)
  for (const values of all) statement.run(...values)
}

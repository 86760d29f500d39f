import { and, asc, desc, gte, lt, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { OperatorError } from '../kernel/operator-error'
import type { Queryable } from './connection'

/** The sort orders of a list, ascending, or descending with a `-` before the name. */
export type Sorts = Readonly<Record<string, SQLiteColumn | SQL>>

/** Which page of a list to return. */
export interface PageRequest {
  /** `name` for ascending, `-name` for descending. */
  sort: string
  /** The `next` of the previous page; absent for the first page. */
  after?: string | undefined
  limit: number
}

/** A page of a list, and the cursor of the next one; null after the last. */
export interface Page<Row> {
  rows: Row[]
  next: string | null
}

/** A table with an id, by which equal values are ordered. */
export type Listed = SQLiteTable & { id: SQLiteColumn }

/** What to list of a table, and in which order. */
export interface Listing {
  where?: SQL | undefined
  sorts: Sorts
  wanted: PageRequest
  /** The index to use where SQLite would otherwise sort all rows. */
  index?: string | undefined
}

/**
 * Keyset pagination: every page costs the same, and rows added or removed meanwhile shift no others. Equal values are
 * ordered by id; null comes before every value.
 */
export async function pageOf<T extends Listed>(
  db: Queryable,
  table: T,
  { where, sorts, wanted, index }: Listing,
): Promise<Page<T['$inferSelect']>> {
  const { by, isDown, order } = orderOf(table, sorts, wanted.sort)
  const rows: { row: T['$inferSelect']; at: Value; id: Value }[] = []
  for (const stretch of stretchesOf(by, table.id, { ...wanted, isDown })) {
    const limit = wanted.limit + 1 - rows.length
    if (limit < 1) break
    const asked = and(where, stretch)
    const some = await db
      .select({ row: table as SQLiteTable, at: sql<Value>`${by}`, id: sql<Value>`${table.id}` })
      .from(table as SQLiteTable)
      .where(
        index
          ? alongIndex(table, index, sql`where ${asked} order by ${sql.join(order, sql`, `)} limit ${limit}`)
          : asked,
      )
      .orderBy(...order)
      .limit(limit)
    rows.push(...some)
  }
  const shown = rows.slice(0, wanted.limit)
  const last = rows.length > wanted.limit ? shown.at(-1) : undefined
  return {
    rows: shown.map(({ row }) => row),
    next: last ? cursorAt(wanted.sort, last) : null,
  }
}

/** The order that a list is asked for by name. */
export function orderOf(table: Listed, sorts: Sorts, sort: string) {
  const isDown = sort.startsWith('-')
  const by = sorts[sort.replace(/^-/, '')]
  if (!by) throw new Error(`there is no order "${sort}"`)
  const towards = isDown ? desc : asc
  if (by === table.id) return { by, isDown, order: [towards(by)] }
  // PostgreSQL has null after every value.
  const nulls = isNullable(by) ? sql.raw(isDown ? ' nulls last' : ' nulls first') : sql``
  return { by, isDown, order: [sql`${towards(by)}${nulls}`, towards(table.id)] }
}

/** The place of a row in the order of its list. */
export interface Place {
  at: Value
  id: Value
}

/** The cursor of the page after that row. */
export const cursorAt = (sort: string, { at, id }: Place) =>
  Buffer.from(JSON.stringify([sort, at, id])).toString('base64url')

/** Rows of an index, by their ids, where SQLite would choose another. */
export const alongIndex = (table: Listed, index: string, rest: SQL) =>
  sql`${table.id} in (select ${table.id} from ${table} indexed by ${sql.identifier(index)} ${rest})`

type Value = string | number | null

/** The conditions for the rows after a cursor: one or two, each a single index range. */
function stretchesOf(
  by: Column,
  id: SQLiteColumn,
  { after, sort, isDown }: PageRequest & { isDown: boolean },
): (SQL | undefined)[] {
  if (after === undefined) return [undefined]
  const place = placeOf(after, sort)
  const { at, id: lastId } = place
  const than = sql.raw(isDown ? '<' : '>')
  if (by === id) return [beyond(by, id, place, isDown)]
  if (at === null) return [sql`${by} is null and ${id} ${than} ${lastId}`, ...(isDown ? [] : [sql`${by} is not null`])]
  const rest = beyond(by, id, place, isDown)
  return isDown && isNullable(by) ? [rest, sql`${by} is null`] : [rest]
}

type Column = SQLiteColumn | SQL

const isNullable = (by: Column) => !('notNull' in by && by.notNull)

/** Whether a row comes after a place of the order, whose value is not null. */
export function beyond(by: Column, id: SQLiteColumn, { at, id: lastId }: Place, isDown: boolean): SQL {
  const than = sql.raw(isDown ? '<' : '>')
  if (by === id) return sql`${id} ${than} ${lastId}`
  return sql`${by} ${than}= ${at} and (${by} ${than} ${at} or ${id} ${than} ${lastId})`
}

/** Whether a row comes before a place of the order, or is that row. */
export function upTo(by: Column, id: SQLiteColumn, { at, id: lastId }: Place, isDown: boolean): SQL {
  const than = sql.raw(isDown ? '>' : '<')
  if (by === id) return sql`${id} ${than}= ${lastId}`
  return sql`${by} ${than}= ${at} and (${by} ${than} ${at} or ${id} ${than}= ${lastId})`
}

/** A prefix match as a range condition, which an index on that text serves. */
export const beginsWith = (text: SQL, start: string) => and(gte(text, start), lt(text, `${start}\u{10ffff}`))

/** The place that a cursor stands for. Throws an `OperatorError` for the cursor of another order. */
export function placeOf(after: string, sort: string): Place {
  try {
    const [madeFor, at, id] = JSON.parse(Buffer.from(after, 'base64url').toString())
    if (madeFor === sort && [at, id].every(isValue)) return { at, id }
  } catch {}
  throw new OperatorError('"after" takes the "next" of the page before, in the same order', 'invalid_input')
}

const isValue = (value: unknown) => value === null || typeof value === 'string' || typeof value === 'number'

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

type Listed = SQLiteTable & { id: SQLiteColumn }

interface Listing {
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
  const isDown = wanted.sort.startsWith('-')
  const by = sorts[wanted.sort.replace(/^-/, '')]
  if (!by) throw new Error(`there is no order "${wanted.sort}"`)
  const towards = isDown ? desc : asc
  const order = by === table.id ? [towards(by)] : [towards(by), towards(table.id)]
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
    next: last ? Buffer.from(JSON.stringify([wanted.sort, last.at, last.id])).toString('base64url') : null,
  }
}

const alongIndex = (table: Listed, index: string, rest: SQL) =>
  sql`${table.id} in (select ${table.id} from ${table} indexed by ${sql.identifier(index)} ${rest})`

type Value = string | number | null

/** The conditions for the rows after a cursor: one or two, each a single index range. */
function stretchesOf(
  by: SQLiteColumn | SQL,
  id: SQLiteColumn,
  { after, sort, isDown }: PageRequest & { isDown: boolean },
): (SQL | undefined)[] {
  if (after === undefined) return [undefined]
  const [at, lastId] = placeOf(after, sort)
  const than = sql.raw(isDown ? '<' : '>')
  if (by === id) return [sql`${id} ${than} ${lastId}`]
  const isNullable = !('notNull' in by && by.notNull)
  if (at === null) return [sql`${by} is null and ${id} ${than} ${lastId}`, ...(isDown ? [] : [sql`${by} is not null`])]
  const beyond = sql`${by} ${than}= ${at} and (${by} ${than} ${at} or ${id} ${than} ${lastId})`
  return isDown && isNullable ? [beyond, sql`${by} is null`] : [beyond]
}

/** A prefix match as a range condition, which an index on that text serves. */
export const beginsWith = (text: SQL, start: string) => and(gte(text, start), lt(text, `${start}\u{10ffff}`))

function placeOf(after: string, sort: string): [Value, Value] {
  try {
    const [madeFor, at, id] = JSON.parse(Buffer.from(after, 'base64url').toString())
    if (madeFor === sort && [at, id].every(isValue)) return [at, id]
  } catch {}
  throw new OperatorError('"after" takes the "next" of the page before, in the same order', 'invalid_input')
}

const isValue = (value: unknown) => value === null || typeof value === 'string' || typeof value === 'number'

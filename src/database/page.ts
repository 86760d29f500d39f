import { and, asc, desc, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { Sorry } from '../kernel/sorry'
import type { Queryable } from './connection'

/** How a list can be ordered: by these columns, up or, with a `-` before the name, down. */
export type Sorts = Readonly<Record<string, SQLiteColumn>>

/** Which part of a list is wanted. */
export interface Wanted {
  /** `name`, or `-name` for downwards. */
  sort: string
  /** The `next` of the page before; the first page where it is absent. */
  after?: string | undefined
  limit: number
}

/** A part of a list, and where the next one begins; null after the last. */
export interface Page<Row> {
  rows: Row[]
  next: string | null
}

type Listed = SQLiteTable & { id: SQLiteColumn }

/**
 * A page of a table by keyset: however far into a list, a page costs the same, and rows that come or go meanwhile move
 * no others. Equal values stand in the order of their ids.
 */
export async function pageOf<T extends Listed>(
  db: Queryable,
  table: T,
  { where, sorts, wanted }: { where?: SQL | undefined; sorts: Sorts; wanted: Wanted },
): Promise<Page<T['$inferSelect']>> {
  const isDown = wanted.sort.startsWith('-')
  const column = sorts[wanted.sort.replace(/^-/, '')]
  if (!column) throw new Error(`there is no order "${wanted.sort}"`)
  const towards = isDown ? desc : asc
  const beyond = wanted.after === undefined ? undefined : beyondOf(column, table.id, { ...wanted, isDown })
  const rows = await db
    .select({ row: table as SQLiteTable, at: sql<Value>`${column}`, id: sql<Value>`${table.id}` })
    .from(table as SQLiteTable)
    .where(and(where, beyond))
    .orderBy(...(column === table.id ? [towards(column)] : [towards(column), towards(table.id)]))
    .limit(wanted.limit + 1)
  const shown = rows.slice(0, wanted.limit)
  const last = rows.length > wanted.limit ? shown.at(-1) : undefined
  return {
    rows: shown.map(({ row }) => row),
    next: last ? Buffer.from(JSON.stringify([wanted.sort, last.at, last.id])).toString('base64url') : null,
  }
}

type Value = string | number | null

/** What comes after a place in the order; null stands before every value. */
function beyondOf(column: SQLiteColumn, id: SQLiteColumn, { after, sort, isDown }: Wanted & { isDown: boolean }): SQL {
  const [at, lastId] = placeOf(after!, sort)
  const than = sql.raw(isDown ? '<' : '>')
  if (column === id) return sql`${id} ${than} ${lastId}`
  if (column.notNull) return sql`(${column}, ${id}) ${than} (${at}, ${lastId})`
  const isLater = sql`${id} ${than} ${lastId}`
  if (at === null) {
    return isDown ? sql`(${column} is null and ${isLater})` : sql`(${column} is not null or ${isLater})`
  }
  const further = isDown ? sql`(${column} < ${at} or ${column} is null)` : sql`${column} > ${at}`
  return sql`(${further} or (${column} = ${at} and ${isLater}))`
}

function placeOf(after: string, sort: string): [Value, Value] {
  try {
    const [madeFor, at, id] = JSON.parse(Buffer.from(after, 'base64url').toString())
    if (madeFor === sort && [at, id].every(isValue)) return [at, id]
  } catch {}
  throw new Sorry('"after" takes the "next" of the page before, in the same order', 'usage')
}

const isValue = (value: unknown) => value === null || typeof value === 'string' || typeof value === 'number'

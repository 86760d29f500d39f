import { and, type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { stopwatch } from '../kernel/clock'
import type { Queryable } from './connection'
import {
  alongIndex,
  beyond,
  cursorAt,
  type Listed,
  type Listing,
  orderOf,
  type Page,
  type Place,
  placeOf,
  upTo,
} from './page'
import { inList } from './sets'

/** A list with rows that have to be tested one by one, since no index serves the condition. */
export interface Scan extends Listing {
  /** What each row is tested for, if anything; `where` is what an index serves. */
  test?: SQL | undefined
  /** How long to look, in milliseconds; as long as it takes by default. */
  budgetMs?: number | undefined
}

// A few milliseconds of work, after which other requests are served.
const rowsPerStep = 4000

/**
 * A page of the rows that pass a test. Reads some thousand rows at a time, in the order of the list, and lets others
 * read in between. If the time is over first, the page is shorter, or empty, and has a cursor behind what was read. No
 * value of the order may be null.
 */
export async function scanPage<T extends Listed>(
  reader: () => Queryable,
  table: T,
  scan: Scan,
): Promise<Page<T['$inferSelect']>> {
  const { places, next } = await scanPlaces(reader, table, scan)
  const ids = places.map(({ id }) => Number(id))
  const rows = (await reader()
    .select()
    .from(table as SQLiteTable)
    .where(inList(table.id, ids))) as { id: number }[]
  const byId = new Map(rows.map((row) => [row.id, row]))
  return { rows: ids.flatMap((id) => byId.get(id) ?? []), next }
}

/** The ids of the rows that pass a test, in their order; of all of them unless the limit or the time is over first. */
export async function scanIds(
  reader: () => Queryable,
  table: Listed,
  { limit, ...scan }: Pick<Scan, 'where' | 'test' | 'budgetMs'> & { limit: number },
): Promise<{ ids: number[]; isAll: boolean }> {
  const wanted = { sort: 'id', limit }
  const { places, next } = await scanPlaces(reader, table, { ...scan, sorts: { id: table.id }, wanted })
  return { ids: places.map(({ id }) => Number(id)), isAll: next === null }
}

async function scanPlaces(
  reader: () => Queryable,
  table: Listed,
  { where, test, sorts, wanted, index, budgetMs = Number.POSITIVE_INFINITY }: Scan,
): Promise<{ places: Place[]; next: string | null }> {
  const { by, isDown, order } = orderOf(table, sorts, wanted.sort)
  const place = { at: sql<Place['at']>`${by}`, id: sql<Place['id']>`${table.id}` }
  const lastOfStep = sql`order by ${sql.join(order, sql`, `)} limit 1 offset ${rowsPerStep - 1}`
  const startedAt = stopwatch()
  const found: Place[] = []
  let after = wanted.after === undefined ? undefined : placeOf(wanted.after, wanted.sort)
  for (;;) {
    const rest = and(where, after && beyond(by, table.id, after, isDown))
    const ends = reader()
      .select(place)
      .from(table as SQLiteTable)
      .where(index ? alongIndex(table, index, sql`where ${rest ?? sql`true`} ${lastOfStep}`) : rest)
      .orderBy(...order)
      .limit(1)
      .offset(index ? 0 : rowsPerStep - 1)
    // Without a test, the index gives just the rows that are wanted.
    const [end] = test ? await ends : []
    const step = and(rest, end && upTo(by, table.id, end, isDown))
    const some = await reader()
      .select(place)
      .from(table as SQLiteTable)
      .where(and(index ? alongIndex(table, index, sql`where ${step ?? sql`true`}`) : step, test))
      .orderBy(...order)
      .limit(wanted.limit + 1 - found.length)
    found.push(...some)
    const places = found.slice(0, wanted.limit)
    if (found.length > wanted.limit) return { places, next: cursorAt(wanted.sort, places.at(-1)!) }
    if (!end) return { places, next: null }
    if (stopwatch() - startedAt > budgetMs) return { places, next: cursorAt(wanted.sort, end) }
    after = end
    await new Promise((resume) => setImmediate(resume))
  }
}

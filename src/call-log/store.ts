import { and, eq, gt, gte, inArray, lt, notInArray, sql } from 'drizzle-orm'
import { type Call, calls } from '../../db/schema/operations'
import type { Queryable, Tx, Writable } from '../database/connection'
import { type PageRequest, pageOf } from '../database/page'
import { contains, inList, insertMany } from '../database/sets'

/** Inserts calls in order. */
export const insertCalls = (tx: Writable, rows: readonly Omit<Call, 'id'>[]) => insertMany(tx, calls, rows)

/** Filters calls by what they hold, and by time, from one moment until before another. */
export interface CallFilter {
  /** Only calls after the one with this id. */
  since?: number | undefined
  requestId?: string | undefined
  address?: string | undefined
  identifier?: string | undefined
  licenseHash?: string | undefined
  apiKeyId?: number | undefined
  codes?: string[] | undefined
  exceptCodes?: readonly string[] | undefined
  routes?: string[] | undefined
  from?: Date | undefined
  to?: Date | undefined
}

/** A page of the call log. */
export const pageCalls = (db: Queryable, filter: CallFilter, wanted: PageRequest) => {
  const { licenseHash, apiKeyId, codes, exceptCodes, routes, from, to } = filter
  const { since, requestId, address, identifier } = filter
  const where = and(
    since === undefined ? undefined : gt(calls.id, since),
    requestId === undefined ? undefined : eq(calls.requestId, requestId),
    address === undefined ? undefined : eq(calls.address, address),
    identifier === undefined ? undefined : eq(calls.identifier, identifier),
    licenseHash === undefined ? undefined : inArray(calls.id, callsOf(licenseHash)),
    apiKeyId === undefined ? undefined : eq(calls.apiKeyId, apiKeyId),
    codes && inArray(calls.code, codes),
    exceptCodes && notInArray(calls.code, [...exceptCodes]),
    routes && inArray(calls.route, routes),
    from && gte(calls.at, from),
    to && lt(calls.at, to),
  )
  // Ids and times have the same order, since calls are stored as they come; each has its index.
  const at = licenseHash === undefined && since === undefined ? calls.at : calls.id
  return pageOf(db, calls, { where, sorts: { at }, wanted })
}

// Ids and times have the same order.
const firstIdFrom = (from: Date | undefined) =>
  from
    ? sql`(select calls.id from calls where calls.at >= ${from.getTime()} order by calls.at limit 1)`
    : sql`(select min(id) from calls)`

export async function findCall(db: Queryable, id: number): Promise<Call | undefined> {
  const [row] = await db.select().from(calls).where(eq(calls.id, id))
  return row
}

// The index is divided by every 4096 calls; this searches each part.
const callsOf = (licenseHash: string, from?: Date) => sql`(
  with recursive stretches(number) as (
    select max(id) >> 12 from calls
    union all
    select number - 1 from stretches where number > ${firstIdFrom(from)} >> 12)
  select calls.id from stretches cross join calls indexed by calls_license
  where calls.id >> 12 = stretches.number and calls.license_hash = ${licenseHash})`

/** How many calls about a licence there were on each day since the epoch, and how many had one of these codes. */
export const countCallsByDay = (
  db: Queryable,
  licenseHash: string,
  { from, goodCodes }: { from: Date; goodCodes: readonly string[] },
): Promise<{ day: number; total: number; good: number }[]> => {
  const day = sql<number>`${calls.at} / 86400000`
  return Promise.resolve(
    db
      .select({
        day,
        total: sql<number>`count(*)`,
        good: sql<number>`count(*) filter (where ${inArray(calls.code, [...goodCodes])})`,
      })
      .from(calls)
      .where(and(inArray(calls.id, callsOf(licenseHash, from)), gte(calls.at, from)))
      .groupBy(day),
  )
}

/** All calls about a licence, by the hash of its key. */
export const listCallsOf = (db: Queryable, licenseHash: string): Promise<Call[]> =>
  Promise.resolve(
    db
      .select()
      .from(calls)
      .where(inArray(calls.id, callsOf(licenseHash))),
  )

/** All calls of devices whose identifier contains a text, in any case. */
export const listCallsNaming = (db: Queryable, text: string): Promise<Call[]> =>
  Promise.resolve(
    db
      .select()
      .from(calls)
      .where(contains(sql`lower(${calls.identifier})`, sql`lower(${text})`)),
  )

export async function deleteCalls(tx: Tx, ids: readonly number[]) {
  await tx.delete(calls).where(inList(calls.id, ids))
}

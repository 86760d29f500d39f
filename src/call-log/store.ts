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

// The index is divided by every 4096 calls; this searches each part.
const callsOf = (licenseHash: string) => sql`(
  with recursive stretches(number) as (
    select max(id) >> 12 from calls
    union all
    select number - 1 from stretches where number > (select min(id) >> 12 from calls))
  select calls.id from stretches cross join calls indexed by calls_license
  where calls.id >> 12 = stretches.number and calls.license_hash = ${licenseHash})`

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

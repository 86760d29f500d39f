import { and, eq, gte, lt } from 'drizzle-orm'
import { type Call, calls } from '../../db/schema/operations'
import type { Queryable } from '../database/connection'
import { pageOf, type Wanted } from '../database/page'

// SQLite binds at most 32,766 values in one statement.
const rowsPerInsert = 2000

/** Keeps calls, in their order. */
export async function insertCalls(tx: Queryable, rows: readonly Omit<Call, 'id'>[]) {
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    await tx.insert(calls).values(rows.slice(start, start + rowsPerInsert))
  }
}

/** Which calls are wanted: of one licence, API key, route or code, from one moment until before another. */
export interface CallFilter {
  licenseHash?: string | undefined
  apiKeyId?: number | undefined
  code?: string | undefined
  route?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
}

/** A page of the call log. */
export const pageCalls = (db: Queryable, filter: CallFilter, wanted: Wanted) => {
  const { licenseHash, apiKeyId, code, route, from, to } = filter
  const where = and(
    licenseHash === undefined ? undefined : eq(calls.licenseHash, licenseHash),
    apiKeyId === undefined ? undefined : eq(calls.apiKeyId, apiKeyId),
    code === undefined ? undefined : eq(calls.code, code),
    route === undefined ? undefined : eq(calls.route, route),
    from && gte(calls.at, from),
    to && lt(calls.at, to),
  )
  // Calls are kept as they come, so that both are the same order; each has its index.
  const at = licenseHash === undefined ? calls.at : calls.id
  return pageOf(db, calls, { where, sorts: { at }, wanted })
}

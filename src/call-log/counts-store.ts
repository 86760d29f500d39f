import { and, eq, gte, inArray, lt, notInArray, type SQL, sql } from 'drizzle-orm'
import { callCounts } from '../../db/schema/operations'
import type { Queryable, Writable } from '../database/connection'
import { executeEach } from '../database/statements'
import type { CallCount } from './counter'

const addition = `insert into call_counts (hour, endpoint, code, product_id, api_key_id, calls) values (?, ?, ?, ?, ?, ?)
  on conflict (hour, endpoint, code, product_id, api_key_id) do update set calls = call_counts.calls + excluded.calls`

/** Adds to the counts of their hours. */
export async function addCallCounts(tx: Writable, counts: readonly CallCount[]) {
  const values = counts.map(({ hour, endpoint, code, productId, apiKeyId, calls }) => [
    hour,
    endpoint,
    code,
    productId,
    apiKeyId,
    calls,
  ])
  await executeEach(tx, addition, values)
}

/** Which counted calls: in hours from a moment (inclusive) to another (exclusive). */
export interface CountFilter {
  from: Date
  to: Date
  endpoints?: readonly string[] | undefined
  codes?: readonly string[] | undefined
  exceptCodes?: readonly string[] | undefined
  productId?: number | undefined
  apiKeyId?: number | undefined
}

const columns = {
  endpoint: callCounts.endpoint,
  code: callCounts.code,
  product: callCounts.productId,
  api_key: callCounts.apiKeyId,
}

/** What counts can be grouped by. */
export type CountColumn = keyof typeof columns

/** Sums of counted calls by steps of that many milliseconds, and by columns; `step` 0 for no steps. */
export async function sumCallCounts(db: Queryable, filter: CountFilter, by: readonly CountColumn[], step: number) {
  const { from, to, endpoints, codes, exceptCodes, productId, apiKeyId } = filter
  const wanted = (column: CountColumn) => (by.includes(column) ? sql`${columns[column]}` : sql`null`)
  // A literal, since expressions with bound values are not the same in a grouping.
  const at: SQL = step ? sql`${callCounts.hour} / ${sql.raw(String(step))}` : sql`0`
  return db
    .select({
      at: sql<number>`${at}`,
      endpoint: sql<string | null>`${wanted('endpoint')}`,
      code: sql<string | null>`${wanted('code')}`,
      productId: sql<number | null>`${wanted('product')}`,
      apiKeyId: sql<number | null>`${wanted('api_key')}`,
      calls: sql<number>`sum(${callCounts.calls})`,
    })
    .from(callCounts)
    .where(
      and(
        gte(callCounts.hour, from),
        lt(callCounts.hour, to),
        endpoints && inArray(callCounts.endpoint, [...endpoints]),
        codes && inArray(callCounts.code, [...codes]),
        exceptCodes && notInArray(callCounts.code, [...exceptCodes]),
        productId === undefined ? undefined : eq(callCounts.productId, productId),
        apiKeyId === undefined ? undefined : eq(callCounts.apiKeyId, apiKeyId),
      ),
    )
    .groupBy(...(step ? [at] : []), ...by.map((column) => columns[column]))
}

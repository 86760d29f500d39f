import { and, count, countDistinct, desc, gte, lt, max, or, type SQL, sql } from 'drizzle-orm'
import { telemetry } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'
import { matching, type RecordFilter } from './store'

const columns = {
  product: telemetry.productId,
  version: telemetry.productVersion,
  group: telemetry.dataGroup,
  type: telemetry.dataType,
  red_flags: telemetry.hasRedFlags,
}

/** What telemetry can be counted by. */
export type TelemetryDimension = keyof typeof columns
export type TelemetryValues = { [Dimension in TelemetryDimension]?: string | number | null }

/** Which records: matching, from a moment (inclusive) to another (exclusive). */
export interface RecordRange {
  filter: RecordFilter
  from: Date
  to: Date
}

const within = ({ filter, from, to }: RecordRange) =>
  and(matching(filter), gte(telemetry.createdAt, from), lt(telemetry.createdAt, to))

/** Only numbers of the right form: anything else is no number on every database. */
const value = sql`case when ${telemetry.dataType} = 'numeric-single-value' and ${telemetry.isCorrectFormat} = 1
  then cast(${telemetry.data} as real) end`

const picked = (by: readonly TelemetryDimension[]) =>
  Object.fromEntries(by.map((dimension) => [dimension, sql`${columns[dimension]}`])) as Record<string, SQL>

/** The values that occur, with their numbers of records and devices, the commonest first; at most `limit`. */
export async function listTelemetryGroups(
  db: Queryable,
  range: RecordRange,
  { by, limit }: { by: readonly TelemetryDimension[]; limit: number },
) {
  const rows = await db
    .select({
      ...picked(by),
      records: count(),
      devices: countDistinct(telemetry.activationIdentifier),
      last: max(telemetry.createdAt),
    })
    .from(telemetry)
    .where(within(range))
    .groupBy(...by.map((dimension) => columns[dimension]))
    .orderBy(desc(count()))
    .limit(limit)
  return rows.map(({ records, devices, last, ...values }) => ({
    values: values as TelemetryValues,
    records,
    devices,
    last: last!,
  }))
}

/** How many records and groups there are. */
export async function countTelemetryGroups(db: Queryable, range: RecordRange, by: readonly TelemetryDimension[]) {
  const groups = db
    .select({ records: count().as('records') })
    .from(telemetry)
    .where(within(range))
    .groupBy(...by.map((dimension) => columns[dimension]))
    .as('sizes')
  const [row] = await db
    .select({ groups: count(), records: sql<number>`coalesce(sum(${groups.records}), 0)` })
    .from(groups)
  return row!
}

/** Records of these values and the mean of their single numbers, by steps of that many milliseconds; 0 for no steps. */
export async function sumTelemetry(
  db: Queryable,
  range: RecordRange,
  { by, values, step }: { by: readonly TelemetryDimension[]; values: readonly TelemetryValues[]; step: number },
) {
  if (!values.length) return []
  // A literal, since expressions with bound values are not the same in a grouping.
  const at: SQL = step ? sql`${telemetry.createdAt} / ${sql.raw(String(step))}` : sql`0`
  const equal = values.map((wanted) =>
    and(...by.map((dimension) => sql`${columns[dimension]} is not distinct from ${wanted[dimension] ?? null}`)),
  )
  const rows = await db
    .select({ ...picked(by), at: sql<number>`${at}`, records: count(), mean: sql<number | null>`avg(${value})` })
    .from(telemetry)
    .where(and(within(range), or(...equal)))
    .groupBy(...(step ? [at] : []), ...by.map((dimension) => columns[dimension]))
  return rows.map(({ at, records, mean, ...values }) => ({ values: values as TelemetryValues, at, records, mean }))
}

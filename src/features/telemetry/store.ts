import { and, asc, count, eq, getTableColumns, gte, lt, type SQL, sql } from 'drizzle-orm'
import { type TelemetryRecord, telemetry } from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'
import { prepared } from '../../database/database'
import { type PageRequest, pageOf } from '../../database/page'

const insertion = prepared((tx: Tx) => {
  const { id, ...columns } = getTableColumns(telemetry)
  const values = Object.entries(columns).map(([name, column]) => [
    name,
    // A JSON column would turn null into a text.
    column.dataType === 'json' ? sql`${sql.placeholder(name)}` : sql.placeholder(name),
  ])
  return tx
    .insert(telemetry)
    .values(Object.fromEntries(values) as typeof telemetry.$inferInsert)
    .returning()
    .prepare()
})

export async function insertTelemetry(tx: Tx, record: Omit<TelemetryRecord, 'id'>): Promise<TelemetryRecord> {
  const { flags, metadata } = record
  const [row] = await insertion(tx).execute({ ...record, flags: textOfJson(flags), metadata: textOfJson(metadata) })
  return row!
}

const textOfJson = (value: unknown) => (value == null ? null : JSON.stringify(value))

type FilterColumn =
  | 'hasRedFlags'
  | 'isCorrectFormat'
  | 'licenseKeyExists'
  | 'productExists'
  | 'productVersionExists'
  | 'dataType'
  | 'dataGroup'
  | 'productId'
  | 'userIdentifier'
  | 'licenseKey'

/** The columns that can be filtered by, and their required values. */
export type RecordFilter = { [Column in FilterColumn]?: NonNullable<TelemetryRecord[Column]> }

/** Records that match, oldest first. */
export const listTelemetry = (
  db: Queryable,
  filter: RecordFilter,
  { limit, offset }: { limit: number; offset: number },
) => db.select().from(telemetry).where(matching(filter)).orderBy(asc(telemetry.id)).limit(limit).offset(offset)

interface Range {
  from?: Date | undefined
  to?: Date | undefined
}

/** A page of matching records, from a moment (inclusive) to another (exclusive). */
export const pageTelemetry = (db: Queryable, filter: RecordFilter, { from, to, ...wanted }: PageRequest & Range) => {
  const where = and(matching(filter), from && gte(telemetry.createdAt, from), to && lt(telemetry.createdAt, to))
  return pageOf(db, telemetry, { where, sorts: { id: telemetry.id, created_at: telemetry.createdAt }, wanted })
}

/** The number of matching records older than a moment. */
export async function countTelemetry(db: Queryable, filter: RecordFilter, before: Date): Promise<number> {
  const [row] = await db.select({ records: count() }).from(telemetry).where(older(filter, before))
  return row!.records
}

/** Removes at most `limit` matching records older than a moment; returns how many. */
export async function deleteTelemetry(tx: Tx, filter: RecordFilter, before: Date, limit: number) {
  const some = tx.select({ id: telemetry.id }).from(telemetry).where(older(filter, before)).limit(limit)
  const deleted = await tx.delete(telemetry).where(sql`${telemetry.id} in ${some}`).returning({ id: telemetry.id })
  return deleted.length
}

/** The condition of a filter. */
export const matching = (filter: RecordFilter): SQL | undefined =>
  and(...Object.entries(filter).map(([column, value]) => eq(telemetry[column as FilterColumn], value)))

const older = (filter: RecordFilter, before: Date) => and(matching(filter), lt(telemetry.createdAt, before))

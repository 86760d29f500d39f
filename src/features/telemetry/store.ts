import { and, asc, eq } from 'drizzle-orm'
import { type TelemetryRecord, telemetry } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'

export async function insertTelemetry(tx: Queryable, record: typeof telemetry.$inferInsert): Promise<TelemetryRecord> {
  const [row] = await tx.insert(telemetry).values(record).returning()
  return row!
}

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

/** The columns a reader can filter by, and what they must hold. */
export type RecordFilter = { [Column in FilterColumn]?: NonNullable<TelemetryRecord[Column]> }

/** Records that match, oldest first. */
export const listTelemetry = (
  db: Queryable,
  filter: RecordFilter,
  { limit, offset }: { limit: number; offset: number },
) =>
  db
    .select()
    .from(telemetry)
    .where(and(...Object.entries(filter).map(([column, value]) => eq(telemetry[column as FilterColumn], value))))
    .orderBy(asc(telemetry.id))
    .limit(limit)
    .offset(offset)

import { and, asc, eq } from 'drizzle-orm'
import { releases } from '../../../db/schema/catalog'
import { type TelemetryRecord, telemetry } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'

export async function insertTelemetry(tx: Queryable, record: typeof telemetry.$inferInsert): Promise<TelemetryRecord> {
  const [row] = await tx.insert(telemetry).values(record).returning()
  return row!
}

/** Whether the product has a release of that version, published or not. */
export async function hasRelease(db: Queryable, productId: number, version: string) {
  const [row] = await db
    .select({ id: releases.id })
    .from(releases)
    .where(and(eq(releases.productId, productId), eq(releases.version, version)))
  return row !== undefined
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

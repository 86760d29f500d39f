import { and, asc, count, desc, eq, inArray, isNotNull } from 'drizzle-orm'
import { type LicenseStatus, licenses } from '../../../../db/schema/licensing'
import type { Queryable } from '../../../database/connection'
import { type PageRequest, pageOf } from '../../../database/page'

/** The number of keys a contract has used of its quota. */
export async function countContractKeys(db: Queryable, contractId: number): Promise<number> {
  const [row] = await db.select({ used: count() }).from(licenses).where(eq(licenses.contractId, contractId))
  return row!.used
}

/** The used quota of these contracts, or of every contract that has keys, by contract id. */
export async function mapContractKeyCounts(db: Queryable, ids?: number[]): Promise<Map<number, number>> {
  const rows = await db
    .select({ contractId: licenses.contractId, used: count() })
    .from(licenses)
    .where(ids ? inArray(licenses.contractId, ids) : isNotNull(licenses.contractId))
    .groupBy(licenses.contractId)
  return new Map(rows.map(({ contractId, used }) => [contractId!, used]))
}

export const listContractKeys = (db: Queryable, contractId: number) =>
  db.select().from(licenses).where(eq(licenses.contractId, contractId)).orderBy(asc(licenses.id))

/** The latest keys of a contract, newest first. */
export const listLatestKeys = (db: Queryable, contractId: number, limit: number) =>
  db.select().from(licenses).where(eq(licenses.contractId, contractId)).orderBy(desc(licenses.id)).limit(limit)

const keySorts = { id: licenses.id, license_key: licenses.licenseKey }

export const pageContractKeys = (
  db: Queryable,
  { contractId, status }: { contractId: number; status?: LicenseStatus | undefined },
  wanted: PageRequest,
) =>
  pageOf(db, licenses, {
    where: and(eq(licenses.contractId, contractId), status && eq(licenses.status, status)),
    sorts: keySorts,
    wanted,
  })

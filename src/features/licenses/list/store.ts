import { and, asc, eq, gt, inArray, or, sql } from 'drizzle-orm'
import { type LicenseStatus, licenses } from '../../../../db/schema/licensing'
import type { Queryable } from '../../../database/connection'
import { beginsWith } from '../../../database/page'

export interface LicenseFilter {
  productId?: number | undefined
  status?: LicenseStatus | undefined
  ownerEmail?: string | undefined
  search?: string | undefined
  /** Only ids above this one. */
  after?: number | undefined
}

/** Keys ordered by id. Skipped rows are counted in an index, not read. */
export const listLicenses = (
  db: Queryable,
  filter: LicenseFilter,
  { limit, offset }: { limit: number; offset: number },
) => {
  const page = db
    .select({ id: licenses.id })
    .from(licenses)
    .where(conditionOf(filter))
    .orderBy(asc(licenses.id))
    .limit(limit)
    .offset(offset)
  return db.select().from(licenses).where(inArray(licenses.id, page)).orderBy(asc(licenses.id))
}

/** Whether a key, or its owner's e-mail address or name, begins with the text, ignoring case. */
const isFoundBy = (text: string) =>
  or(
    // SQLite serves an `or` from several indexes only if it need not compare case-insensitively itself.
    sql`${licenses.id} in (select id from licenses where ${beginsWith(sql`license_key collate nocase`, text)})`,
    beginsWith(sql`lower(${licenses.ownerEmail})`, text.toLowerCase()),
    beginsWith(sql`lower(${licenses.ownerName})`, text.toLowerCase()),
  )

const conditionOf = ({ productId, status, ownerEmail, search, after }: LicenseFilter) =>
  and(
    after === undefined ? undefined : gt(licenses.id, after),
    productId === undefined ? undefined : eq(licenses.productId, productId),
    status && eq(licenses.status, status),
    ownerEmail === undefined ? undefined : eq(sql`lower(${licenses.ownerEmail})`, ownerEmail.toLowerCase()),
    search === undefined ? undefined : isFoundBy(search),
  )

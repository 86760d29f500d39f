import { asc, eq, sql } from 'drizzle-orm'
import { endOfTerm, hasEndedBefore } from '../../../../db/schema/expiry'
import { licenses } from '../../../../db/schema/licensing'
import { installation } from '../../../../db/schema/operations'
import type { Queryable, Tx } from '../../../database/connection'

const end = endOfTerm(licenses)

/** A position among licences ordered by their end. */
export interface ExpiryMark {
  endsMs: number
  id: number
}

/** Assigned licences that ended before a moment, after a mark, ordered by their end. */
export const listEnded = (db: Queryable, after: ExpiryMark, now: Date, limit: number) =>
  db
    .select({ license: licenses, endsMs: end })
    .from(licenses)
    .where(
      // Without this hint SQLite reads all assigned licences instead of this index.
      sql`${licenses.id} in (
        select ${licenses.id} from ${licenses} indexed by licenses_expiry
        where ${hasEndedBefore(licenses, now)} and ${end} >= ${after.endsMs}
          and (${end} > ${after.endsMs} or ${licenses.id} > ${after.id})
        order by ${end}, ${licenses.id} limit ${limit})`,
    )
    .orderBy(end, asc(licenses.id))

const markKey = 'expiry_mark'

/** The position up to which expiries have been announced. */
export async function findExpiryMark(db: Queryable): Promise<ExpiryMark | undefined> {
  const [row] = await db.select().from(installation).where(eq(installation.key, markKey))
  return row && JSON.parse(row.value)
}

export async function upsertExpiryMark(tx: Tx, mark: ExpiryMark) {
  const value = JSON.stringify(mark)
  await tx
    .insert(installation)
    .values({ key: markKey, value })
    .onConflictDoUpdate({ target: installation.key, set: { value } })
}

import { and, count, eq, gt, isNull, lte, or, sql } from 'drizzle-orm'
import { endOfTerm, hasEndedBefore, hasTerm } from '../../../db/schema/expiry'
import { licenses } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'

const { status, assignedAt, validity, revokedAt, blockedFrom, updatedAt } = licenses

const numberOf = async (rows: PromiseLike<{ number: number }[]>) => (await rows)[0]!.number

/** The licences that are assigned and have not ended. */
export async function countActiveLicenses(db: Queryable, now: Date): Promise<number> {
  const assigned = await numberOf(db.select({ number: count() }).from(licenses).where(eq(status, 'assigned')))
  const ended = await numberOf(db.select({ number: count() }).from(licenses).where(hasEndedBefore(licenses, now)))
  return assigned - ended
}

/**
 * The licences that were active at an earlier moment, as far as those of today tell it: deleted ones are not among
 * them, and a blocked one counts as blocked since its last change.
 */
export async function countOnceActiveLicenses(db: Queryable, then: Date): Promise<number> {
  const wasSold = and(lte(assignedAt, then), or(eq(validity, 0), sql`${endOfTerm(licenses)} >= ${then.getTime()}`))
  const still = db
    .select({ number: count() })
    .from(licenses)
    .where(and(wasSold, eq(status, 'assigned')))
  const blockedSince = or(gt(revokedAt, then), and(isNull(revokedAt), eq(blockedFrom, 'assigned'), gt(updatedAt, then)))
  const meanwhile = db
    .select({ number: count() })
    .from(licenses)
    .where(and(eq(status, 'blocked'), wasSold, blockedSince))
  return (await numberOf(still)) + (await numberOf(meanwhile))
}

/** The licences that end from one moment until before another. */
export const countEndingLicenses = (db: Queryable, from: Date, to: Date) =>
  numberOf(
    db
      .select({ number: count() })
      .from(licenses)
      .where(
        and(
          hasTerm(licenses),
          sql`${endOfTerm(licenses)} >= ${from.getTime()}`,
          sql`${endOfTerm(licenses)} < ${to.getTime()}`,
        ),
      ),
  )

import { and, eq, gte, isNotNull, lt, type SQL, sql } from 'drizzle-orm'
import { hasEndedBefore } from '../../../../db/schema/expiry'
import { licenses } from '../../../../db/schema/licensing'
import type { Queryable } from '../../../database/connection'
import { dayMs } from '../../../kernel/durations'

const { status, assignedAt, revokedAt, productId } = licenses

/** Which sales to count: of one product, from a moment (inclusive) to another (exclusive). */
export interface SalesFilter {
  productId?: number | undefined
  from?: Date | undefined
  to?: Date | undefined
}

// Must match the expression of the sales index: then rows come grouped and need no sort.
const day = sql<number>`(${assignedAt} / 86400000)`
const dayOf = (moment: Date) => Math.floor(moment.getTime() / dayMs)
const counting = (condition: SQL) => sql<number>`count(*) filter (where ${condition})`

/**
 * The number of licences assigned per product and day (days since 1970 in UTC) and their present states. Expired ones
 * are not counted as assigned, nor revoked ones as blocked.
 */
export function countSales(db: Queryable, { productId: product, from, to }: SalesFilter, now: Date) {
  const hasEnded = hasEndedBefore(licenses, now)
  return db
    .select({
      day,
      productId: sql<number>`${productId}`,
      assigned: counting(sql`${status} = 'assigned' and not (${hasEnded})`),
      expired: counting(hasEnded),
      blocked: counting(sql`${status} = 'blocked' and ${revokedAt} is null`),
      revoked: counting(sql`${status} = 'blocked' and ${revokedAt} is not null`),
    })
    .from(licenses)
    .where(
      and(
        isNotNull(assignedAt),
        product === undefined ? undefined : eq(productId, product),
        from && and(sql`${day} >= ${dayOf(from)}`, gte(assignedAt, from)),
        to && and(sql`${day} <= ${dayOf(to)}`, lt(assignedAt, to)),
      ),
    )
    .groupBy(day, sql`${productId}`)
}

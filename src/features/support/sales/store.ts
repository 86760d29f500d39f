import { and, eq, gte, isNotNull, lt, type SQL, sql } from 'drizzle-orm'
import { hasEndedBefore } from '../../../../db/schema/expiry'
import { licenses } from '../../../../db/schema/licensing'
import type { Queryable } from '../../../database/connection'
import { dayMs } from '../../../kernel/durations'

const { status, assignedAt, revokedAt, productId } = licenses

/** Which sales are counted: of one product, from one moment until before another. */
export interface SalesFilter {
  productId?: number | undefined
  from?: Date | undefined
  to?: Date | undefined
}

// Written as in the index of sales, so that it serves: rows come in the order of their groups, and none is sorted.
const day = sql<number>`(${assignedAt} / 86400000)`
const dayOf = (moment: Date) => Math.floor(moment.getTime() / dayMs)
const counting = (condition: SQL) => sql<number>`count(*) filter (where ${condition})`

/**
 * How many licences of a product were assigned on a day, its number since 1970 in UTC, and how these stand now. The
 * expired are not among the assigned, nor the revoked among the blocked.
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

import { and, asc, gt, inArray, lte, max, ne, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { userTokens } from '../../../db/schema/access'
import { activations, telemetry } from '../../../db/schema/licensing'
import { callCounts, calls, signingKeyUses } from '../../../db/schema/operations'
import { deliveries, idempotencyKeys, jobs, operatorRequests, unansweredOrders } from '../../../db/schema/work'
import type { Queryable, Tx } from '../../database/connection'
import { inList } from '../../database/sets'

/** Small enough that removing them does not noticeably delay other writes. */
const rowsPerPage = 100

/** The position of a walk through old rows. */
export interface RetentionCursor {
  at: number
  id: number
}

/** Some old rows and the position of the next; undefined after the last. */
export interface OldRows {
  ids: number[]
  next: RetentionCursor | undefined
}

/** A kind of row that is not kept for ever. */
export interface RetentionRule {
  page(db: Queryable, before: Date, from: RetentionCursor | undefined): Promise<OldRows>
  remove(tx: Tx, ids: number[]): Promise<void>
}

const rowid = sql<number>`rowid`

const removeFrom = (table: SQLiteTable) => async (tx: Tx, ids: number[]) => {
  await tx.delete(table).where(inList(rowid, ids))
}

/** Rows by a moment that is indexed, or of a small table. */
const byMoment = (table: SQLiteTable, moment: SQLiteColumn | SQL, also?: SQL): RetentionRule => ({
  async page(db, before, from) {
    const beyond = from && sql`(${moment}, rowid) > (${from.at}, ${from.id})`
    const rows = await db
      .select({ id: rowid, at: sql<number>`${moment}` })
      .from(table)
      .where(and(sql`${moment} < ${before.getTime()}`, also, beyond))
      .orderBy(sql`${moment}`, rowid)
      .limit(rowsPerPage)
    return { ids: rows.map(({ id }) => id), next: rows.length < rowsPerPage ? undefined : rows.at(-1) }
  },
  remove: removeFrom(table),
})

/**
 * Finished jobs in the order they were queued, which is roughly the order they ended in: a page without an old one is
 * the last. One that was skipped is found another night.
 */
const overJobs: RetentionRule = {
  async page(db, before, from = { at: 0, id: 0 }) {
    const rows = await db
      .select({ id: jobs.id, finishedAt: jobs.finishedAt })
      .from(jobs)
      .where(and(inArray(jobs.state, ['done', 'dead']), gt(jobs.id, from.id)))
      .orderBy(asc(jobs.id))
      .limit(rowsPerPage)
    const old = rows.filter(({ finishedAt }) => finishedAt !== null && finishedAt < before)
    const isLast = rows.length < rowsPerPage || !old.length
    return { ids: old.map(({ id }) => id), next: isLast ? undefined : { at: 0, id: rows.at(-1)!.id } }
  },
  remove: removeFrom(jobs),
}

const seatsPerPage = 1000

/**
 * Freed seats by id, roughly the order in which they were taken: after a page whose last seat was taken too late, none
 * was freed in time. One that was skipped is found another night.
 */
const freedSeats: RetentionRule = {
  async page(db, before, from = { at: 0, id: 0 }) {
    const rows = await db
      .select({ id: activations.id, activatedAt: activations.activatedAt, freedAt: activations.deactivatedAt })
      .from(activations)
      .where(gt(activations.id, from.id))
      .orderBy(asc(activations.id))
      .limit(seatsPerPage)
    const last = rows.at(-1)
    const isLast = rows.length < seatsPerPage || last!.activatedAt >= before
    const old = rows.filter(({ freedAt }) => freedAt !== null && freedAt < before)
    return { ids: old.map(({ id }) => id), next: isLast ? undefined : { at: 0, id: last!.id } }
  },
  remove: removeFrom(activations),
}

export const retentionRules = {
  calls: byMoment(calls, calls.at),
  // Their attempts are removed with them.
  deliveries: byMoment(deliveries, deliveries.createdAt, ne(deliveries.state, 'pending')),
  jobs: overJobs,
  telemetry: byMoment(telemetry, telemetry.createdAt),
  freed_seats: freedSeats,
  user_tokens: byMoment(userTokens, sql`coalesce(${userTokens.revokedAt}, ${userTokens.expiresAt})`),
  signing_key_uses: byMoment(signingKeyUses, sql`unixepoch(${signingKeyUses.day}) * 1000`),
  call_counts: byMoment(callCounts, callCounts.hour),
  idempotency_keys: byMoment(idempotencyKeys, idempotencyKeys.createdAt),
  operator_requests: byMoment(operatorRequests, operatorRequests.createdAt),
  unanswered_orders: byMoment(unansweredOrders, unansweredOrders.createdAt),
} satisfies Record<string, RetentionRule>

export type RetentionRuleName = keyof typeof retentionRules

/** The oldest calls beyond a number. */
export async function pageSurplusCalls(db: Queryable, most: number): Promise<number[]> {
  const [newest] = await db.select({ id: max(calls.id) }).from(calls)
  const rows = await db
    .select({ id: calls.id })
    .from(calls)
    .where(lte(calls.id, (newest?.id ?? 0) - most))
    .orderBy(asc(calls.id))
    .limit(rowsPerPage)
  return rows.map(({ id }) => id)
}

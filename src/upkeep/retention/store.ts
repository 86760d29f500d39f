import { and, asc, gt, inArray, lte, max, ne, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { userTokens } from '../../../db/schema/access'
import { activations, telemetry } from '../../../db/schema/licensing'
import { callCounts, calls, signingKeyUses } from '../../../db/schema/operations'
import { deliveries, idempotencyKeys, jobs, operatorRequests, unansweredOrders } from '../../../db/schema/work'
import type { Queryable, Tx } from '../../database/connection'
import { hasKeyAmong, keyColumns, type RowKey, rowKeyOf, selectKey } from '../../database/row-keys'

/** Small enough that removing them does not noticeably delay other writes. */
const rowsPerPage = 100

/** The position of a walk through old rows. */
export interface RetentionCursor {
  at: number | string
  key: RowKey
}

/** Some old rows and the position of the next; undefined after the last. */
export interface OldRows {
  keys: RowKey[]
  next: RetentionCursor | undefined
}

/** A kind of row that is not kept for ever. */
export interface RetentionRule {
  page(db: Queryable, before: Date, from: RetentionCursor | undefined): Promise<OldRows>
  remove(tx: Tx, keys: readonly RowKey[]): Promise<void>
}

const removeFrom = (table: SQLiteTable) => async (tx: Tx, keys: readonly RowKey[]) => {
  await tx.delete(table).where(hasKeyAmong(table, keys))
}

/** Rows by a moment that is indexed, or of a small table. */
const byMoment = (table: SQLiteTable, moment: SQLiteColumn | SQL, also?: SQL): RetentionRule =>
  inOrder(table, { moment, also, cutOf: (before) => before.getTime() })

interface Order {
  moment: SQLiteColumn | SQL
  also?: SQL | undefined
  /** What `moment` is less than in a row that is older. */
  cutOf(before: Date): number | string
}

const inOrder = (table: SQLiteTable, { moment, also, cutOf }: Order): RetentionRule => ({
  async page(db, before, from) {
    const order = [sql`${moment}`, ...keyColumns(table).map((column) => sql`${column}`)]
    const place = from && [from.at, ...from.key].map((value) => sql`${value}`)
    const beyond = place && sql`(${sql.join(order, sql`, `)}) > (${sql.join(place, sql`, `)})`
    const rows = await db
      .select({ ...selectKey(table), retained_at: sql<number | string>`${moment}` })
      .from(table)
      .where(and(sql`${moment} < ${cutOf(before)}`, also, beyond))
      .orderBy(...order)
      .limit(rowsPerPage)
    const found = rows.map((row) => ({ at: row.retained_at as number | string, key: rowKeyOf(table, row) }))
    return { keys: found.map(({ key }) => key), next: found.length < rowsPerPage ? undefined : found.at(-1) }
  },
  remove: removeFrom(table),
})

/**
 * Finished jobs in the order they were queued, which is roughly the order they ended in: a page without an old one is
 * the last. One that was skipped is found another night.
 */
const overJobs: RetentionRule = {
  async page(db, before, { key: [after = 0] } = { at: 0, key: [] }) {
    const rows = await db
      .select({ id: jobs.id, finishedAt: jobs.finishedAt })
      .from(jobs)
      .where(and(inArray(jobs.state, ['done', 'dead']), gt(jobs.id, Number(after))))
      .orderBy(asc(jobs.id))
      .limit(rowsPerPage)
    const old = rows.filter(({ finishedAt }) => finishedAt !== null && finishedAt < before)
    const isLast = rows.length < rowsPerPage || !old.length
    return { keys: old.map(({ id }) => [id]), next: isLast ? undefined : { at: 0, key: [rows.at(-1)!.id] } }
  },
  remove: removeFrom(jobs),
}

const seatsPerPage = 1000

/**
 * Freed seats by id, roughly the order in which they were taken: after a page whose last seat was taken too late, none
 * was freed in time. One that was skipped is found another night.
 */
const freedSeats: RetentionRule = {
  async page(db, before, { key: [after = 0] } = { at: 0, key: [] }) {
    const rows = await db
      .select({ id: activations.id, activatedAt: activations.activatedAt, freedAt: activations.deactivatedAt })
      .from(activations)
      .where(gt(activations.id, Number(after)))
      .orderBy(asc(activations.id))
      .limit(seatsPerPage)
    const last = rows.at(-1)
    const isLast = rows.length < seatsPerPage || last!.activatedAt >= before
    const old = rows.filter(({ freedAt }) => freedAt !== null && freedAt < before)
    return { keys: old.map(({ id }) => [id]), next: isLast ? undefined : { at: 0, key: [last!.id] } }
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
  signing_key_uses: inOrder(signingKeyUses, { moment: signingKeyUses.day, cutOf: (before) => before.toISOString() }),
  call_counts: byMoment(callCounts, callCounts.hour),
  idempotency_keys: byMoment(idempotencyKeys, idempotencyKeys.createdAt),
  operator_requests: byMoment(operatorRequests, operatorRequests.createdAt),
  unanswered_orders: byMoment(unansweredOrders, unansweredOrders.createdAt),
} satisfies Record<string, RetentionRule>

export type RetentionRuleName = keyof typeof retentionRules

/** The oldest calls beyond a number. */
export async function pageSurplusCalls(db: Queryable, most: number): Promise<RowKey[]> {
  const [newest] = await db.select({ id: max(calls.id) }).from(calls)
  const rows = await db
    .select({ id: calls.id })
    .from(calls)
    .where(lte(calls.id, (newest?.id ?? 0) - most))
    .orderBy(asc(calls.id))
    .limit(rowsPerPage)
  return rows.map(({ id }) => [id])
}

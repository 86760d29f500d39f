import { and, asc, eq, gt, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { activations, contracts, licenses, seatIsTaken } from '../../../db/schema/licensing'
import { deliveries, jobs } from '../../../db/schema/work'
import type { Queryable } from '../../database/connection'
import { rowKeyOf, selectKey } from '../../database/row-keys'

/** The maximum number of rows reported of one kind; the rest can be found after these are fixed. */
export const namedMax = 100

/** Duplicate keys, even if their index hides them. */
export const listDoubleKeys = (db: Queryable) =>
  db
    .select({ licenseKey: licenses.licenseKey, ids: sql<string>`group_concat(${licenses.id}, ', ')` })
    .from(licenses)
    .groupBy(licenses.licenseKey)
    .having(sql`count(*) > 1`)
    .limit(namedMax)

/** Licences whose status and date contradict each other: an assigned one has a date, one in stock has none. */
export const listOddDates = (db: Queryable) =>
  db
    .select({ id: licenses.id, status: licenses.status })
    .from(licenses)
    .where(
      or(
        and(eq(licenses.status, 'assigned'), isNull(licenses.assignedAt)),
        and(inArray(licenses.status, ['available', 'reserved']), isNotNull(licenses.assignedAt)),
      ),
    )
    .limit(namedMax)

/** Licences assigned again without a return to stock in between, by the audit log. */
export const listAssignedTwice = (db: Queryable) =>
  db
    .select({ licenseId: sql<string>`subject_id`, entry: sql<number>`id` })
    .from(
      sql`(
        select id, subject_id, verb, lag(verb) over (partition by subject_id order by id) as verb_before
        from audit_log indexed by audit_log_subject
        where subject = 'license' and (verb = 'license.assigned'
          or (verb = 'license.updated' and json_extract(after, '$.status') in ('available', 'reserved')))) as assignments`,
    )
    .where(sql`verb = 'license.assigned' and verb_before = 'license.assigned'`)
    .limit(namedMax)

/** Licences with more seats taken than their limit. */
export const listOverfull = (db: Queryable) =>
  db
    .select({ id: licenses.id, limit: licenses.activationLimit, seats: sql<number>`seats` })
    .from(
      sql`(
        select license_id, count(*) as seats from activations
        where ${sql.raw(seatIsTaken)} group by license_id) as taken`,
    )
    .innerJoin(licenses, sql`licenses.id = taken.license_id`)
    .where(and(gt(licenses.activationLimit, 0), sql`seats > ${licenses.activationLimit}`))
    .limit(namedMax)

/** Devices that hold two seats of one licence. */
export const listDoubleSeats = (db: Queryable) =>
  db
    .select({ licenseId: activations.licenseId, ids: sql<string>`group_concat(${activations.id}, ', ')` })
    .from(activations)
    .where(sql.raw(seatIsTaken))
    .groupBy(activations.licenseId, activations.identifier)
    .having(sql`count(*) > 1`)
    .limit(namedMax)

/** Contracts with more keys than their quota. */
export const listOverdrawn = (db: Queryable) =>
  db
    .select({ id: contracts.id, quota: contracts.licenseKeysQuantity, keys: sql<number>`count(*)` })
    .from(contracts)
    .innerJoin(licenses, eq(licenses.contractId, contracts.id))
    .groupBy(contracts.id)
    .having(sql`count(*) > ${contracts.licenseKeysQuantity}`)
    .limit(namedMax)

const ofOrder = (kind: string) => and(eq(jobs.kind, kind), eq(jobs.state, 'done'))

// The delivery is inserted when its job ends, so their times are adjacent.
const deliveryOfOrder = sql`
  from deliveries indexed by deliveries_created
  where deliveries.created_at between jobs.finished_at - 60000 and jobs.finished_at + 60000
    and deliveries.kind = 'order' and coalesce(cast(json_extract(deliveries.content, '$.jobId') as bigint), jobs.id) = jobs.id
    and deliveries.url = json_extract(jobs.payload, '$.webhook_url')`

/** Finished orders without a delivery of their outcome. */
export const listUntoldOrders = (db: Queryable, kind: string, after: Date) =>
  db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(ofOrder(kind), gt(jobs.finishedAt, after), sql`not exists (select 1 ${deliveryOfOrder})`))
    .limit(namedMax)

/** Orders answered with another number of keys than they asked for. */
export const listShortOrders = (db: Queryable, kind: string, after: Date) =>
  db
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(
        ofOrder(kind),
        gt(jobs.finishedAt, after),
        sql`exists (select 1 ${deliveryOfOrder}
          and json_extract(deliveries.content, '$.outcome.answer') = 'license_keys_assigned'
          and json_array_length(deliveries.content, '$.outcome.data.license_keys')
            <> coalesce(cast(json_extract(jobs.payload, '$.quantity') as bigint), 1))`,
      ),
    )
    .limit(namedMax)

/** Abandoned jobs of a kind. */
export const listDeadJobs = (db: Queryable, kind: string) =>
  db
    .select({ id: jobs.id, error: jobs.lastError })
    .from(jobs)
    .where(and(eq(jobs.state, 'dead'), eq(jobs.kind, kind)))
    .orderBy(asc(jobs.id))
    .limit(namedMax)

const waiting = (kind: string) => sql`
  select cast(json_extract(payload, '$.deliveryId') as bigint) from jobs where state in ('queued', 'running') and kind = ${kind}`

/** Deliveries waiting for a job that does not exist. */
export const listForlornDeliveries = (db: Queryable, kind: string) =>
  db
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(and(eq(deliveries.state, 'pending'), sql`${deliveries.id} not in (${waiting(kind)})`))
    .limit(namedMax)

/** Jobs for a delivery that is missing or finished. */
export const listIdleJobs = (db: Queryable, kind: string) =>
  db
    .select({ id: jobs.id })
    .from(jobs)
    .where(
      and(
        eq(jobs.kind, kind),
        inArray(jobs.state, ['queued', 'running']),
        sql`not exists (select 1 from deliveries
          where deliveries.id = cast(json_extract(jobs.payload, '$.deliveryId') as bigint) and deliveries.state = 'pending')`,
      ),
    )
    .limit(namedMax)

/** The keys of rows of a table dated in the future. */
export async function listFuture(db: Queryable, table: SQLiteTable, moment: SQLiteColumn, now: Date) {
  const rows = await db.select(selectKey(table)).from(table).where(gt(moment, now)).limit(namedMax)
  return rows.map((row) => rowKeyOf(table, row))
}

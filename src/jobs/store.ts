import type { Static, TSchema } from '@sinclair/typebox'
import { and, asc, count, eq, gt, inArray, lte, min, sql } from 'drizzle-orm'
import { type Job, jobs } from '../../db/schema/work'
import type { Queryable, Tx } from '../database/connection'
import { type PageRequest, pageOf } from '../database/page'
import type { JobKind } from './job'

// SQLite binds at most 32,766 values in one statement.
const rowsPerInsert = 2000

interface When {
  now: Date
  runAt?: Date
  lane?: string | undefined
}

/**
 * Enqueues a job in the caller's transaction: it runs if and only if that commits. Jobs of one lane run one after the
 * other. Returns its id.
 */
export async function enqueue<Payload extends TSchema>(
  tx: Tx,
  kind: JobKind<Payload>,
  payload: Static<Payload>,
  when: When,
): Promise<number> {
  const [row] = await tx
    .insert(jobs)
    .values(queued(kind, { payload, lane: when.lane }, when))
    .returning({ id: jobs.id })
  return row!.id
}

/** Enqueues many jobs of one kind, in the order given. */
export async function enqueueAll<Payload extends TSchema>(
  tx: Tx,
  kind: JobKind<Payload>,
  work: readonly Work<Static<Payload>>[],
  when: Omit<When, 'lane'>,
) {
  for (let start = 0; start < work.length; start += rowsPerInsert) {
    const rows = work.slice(start, start + rowsPerInsert).map((each) => queued(kind, each, when))
    await tx.insert(jobs).values(rows)
  }
}

interface Work<Payload> {
  payload: Payload
  lane?: string | undefined
}

const queued = ({ name }: Pick<JobKind, 'name'>, { payload, lane }: Work<unknown>, { now, runAt = now }: When) => ({
  kind: name,
  payload,
  lane: lane ?? null,
  state: 'queued' as const,
  runAt,
  createdAt: now,
})

/** Enqueues one job of each recurring kind that has none. */
export async function ensureRecurring(tx: Tx, kinds: readonly JobKind[], now: Date) {
  const names = kinds.map(({ name }) => name)
  const rows = await tx
    .select({ kind: jobs.kind })
    .from(jobs)
    .where(and(inArray(jobs.kind, names), inArray(jobs.state, ['queued', 'running'])))
  const pending = new Set(rows.map(({ kind }) => kind))
  for (const kind of kinds) if (!pending.has(kind.name)) await enqueue(tx, kind, {}, { now })
}

/**
 * Claims due jobs of these kinds, and those whose lease expired; longest due first. A lane's next job is its oldest, if
 * none of the lane is running. Each part names its index, for long queues and lanes: otherwise SQLite would read the
 * whole queue.
 */
export const claimDue = (tx: Tx, kinds: readonly JobKind[], now: Date, limit: number): Promise<Job[]> => {
  const at = now.getTime()
  const names = kinds.map(({ name }) => sql`${name}`)
  const leases = kinds.map(({ name, leaseMs }) => sql`when ${name} then cast(${leaseMs} as bigint)`)
  const ofKinds = sql`kind in (${sql.join(names, sql`, `)})`
  const leaseUntil = sql`${at} + case kind ${sql.join(leases, sql` `)} end`
  const inLane = sql.raw("from jobs indexed by jobs_lane where state in ('queued', 'running')")
  return Promise.resolve(
    tx
      .update(jobs)
      .set({ state: 'running', attempts: sql`attempts + 1`, leaseUntil })
      .where(sql`id in (
        with recursive
          lanes(lane) as (
            select min(lane) ${inLane} and lane is not null
            union all
            select (select min(lane) ${inLane} and lane > lanes.lane) from lanes where lanes.lane is not null),
          heads(lane, id) as (
            select lane, (select min(id) ${inLane} and lane = lanes.lane) from lanes where lane is not null),
          first_of_lanes as (
            select jobs.id, run_at from heads join jobs on jobs.id = heads.id
            where state = 'queued' and run_at <= ${at} and ${ofKinds} and not exists (
              select 1 from jobs as other indexed by jobs_running
              where other.state = 'running' and other.lane = heads.lane)),
          loose as (
            select id, run_at from jobs indexed by jobs_due
            where state = 'queued' and lane is null and run_at <= ${at} and ${ofKinds}
            order by run_at limit ${limit}),
          lapsed as (
            select id, run_at from jobs indexed by jobs_running
            where state = 'running' and lease_until < ${at} and ${ofKinds})
        select id from (select * from lapsed union all select * from loose union all select * from first_of_lanes) as due
        order by run_at, id limit ${limit})`)
      .returning(),
  )
}

/** After its lease a run no longer owns the job: a later claim has another attempt and lease. */
const stillOurs = ({ id, attempts, leaseUntil }: Job) =>
  and(eq(jobs.id, id), eq(jobs.attempts, attempts), eq(jobs.leaseUntil, leaseUntil!), eq(jobs.state, 'running'))

/** How a claimed job continues: finished, or back in the queue. */
export type End = Pick<typeof jobs.$inferInsert, 'state'> &
  Partial<Pick<Job, 'runAt' | 'attempts' | 'lastError' | 'finishedAt'>>

/** Ends or postpones a claimed job. Throws if the lease was lost, so that what was written with it is rolled back. */
export async function settle(tx: Tx, job: Job, end: End) {
  const settled = await tx
    .update(jobs)
    .set({ ...end, leaseUntil: null })
    .where(stillOurs(job))
    .returning({ id: jobs.id })
  if (!settled.length) throw new Error(`job ${job.id} was taken over after its lease ran out`)
}

/** Moves queued jobs forward by `byMs`. */
export async function bringForward(tx: Tx, now: Date, byMs: number) {
  await tx
    .update(jobs)
    .set({ runAt: sql`case when run_at - ${byMs} > ${now.getTime()} then run_at - ${byMs} else ${now.getTime()} end` })
    .where(and(eq(jobs.state, 'queued'), gt(jobs.runAt, now)))
}

/**
 * For a server that starts as the only user of the folder: makes due again what was running when the previous one
 * ended, and what was enqueued by a clock that has since been set back.
 */
export async function releaseRunning(tx: Tx, now: Date) {
  await tx.update(jobs).set({ state: 'queued', leaseUntil: null, runAt: now }).where(eq(jobs.state, 'running'))
  await tx
    .update(jobs)
    .set({ runAt: now })
    .where(and(eq(jobs.state, 'queued'), gt(jobs.createdAt, now)))
}

/** How many due jobs wait, and since when the first of them has been due. */
export async function findOldestDue(db: Queryable, now: Date): Promise<{ waiting: number; oldestRunAt: Date | null }> {
  const [row] = await db
    .select({ waiting: count(), oldestRunAt: min(jobs.runAt) })
    .from(jobs)
    .where(and(eq(jobs.state, 'queued'), lte(jobs.runAt, now)))
  return row!
}

/** What waits in a lane: how many jobs, and the one whose turn it is. */
export async function findLane(db: Queryable, lane: string): Promise<{ waiting: number; first: Job | undefined }> {
  const isWaiting = and(eq(jobs.lane, lane), sql`${jobs.state} in ('queued', 'running')`)
  const [first] = await db.select().from(jobs).where(isWaiting).orderBy(asc(jobs.id)).limit(1)
  return { waiting: first ? await db.$count(jobs, isWaiting) : 0, first }
}

export async function findJob(db: Queryable, id: number): Promise<Job | undefined> {
  const [job] = await db.select().from(jobs).where(eq(jobs.id, id))
  return job
}

const jobSorts = { id: jobs.id, run_at: jobs.runAt, attempts: jobs.attempts }

/** A page of the jobs, filtered by state and kind. */
export const pageJobs = (
  db: Queryable,
  { states, kinds }: { states?: Job['state'][] | undefined; kinds?: string[] | undefined },
  wanted: PageRequest,
) => {
  const where = and(states && inArray(jobs.state, states), kinds && inArray(jobs.kind, kinds))
  return pageOf(db, jobs, { where, sorts: jobSorts, wanted })
}

/** The first dead jobs of a kind. */
export const listDead = (db: Queryable, kind: string, limit: number) =>
  db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.state, 'dead'), eq(jobs.kind, kind)))
    .orderBy(jobs.id)
    .limit(limit)

export async function updateJob(tx: Tx, id: number, changes: Partial<typeof jobs.$inferInsert>): Promise<Job> {
  const [job] = await tx.update(jobs).set(changes).where(eq(jobs.id, id)).returning()
  return job!
}

export async function deleteJobRow(tx: Tx, id: number) {
  await tx.delete(jobs).where(eq(jobs.id, id))
}

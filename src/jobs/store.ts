import type { Static, TSchema } from '@sinclair/typebox'
import { and, asc, eq, inArray, lt, lte, or, sql } from 'drizzle-orm'
import { type Job, jobs } from '../../db/schema/work'
import type { Queryable } from '../database/connection'
import type { JobKind } from './job'

/**
 * Puts work in, in the caller's transaction: it is done if and only if that commits. Jobs of one lane run one after
 * the other.
 */
export async function enqueue<Payload extends TSchema>(
  tx: Queryable,
  kind: JobKind<Payload>,
  payload: Static<Payload>,
  { now, runAt = now, lane }: { now: Date; runAt?: Date; lane?: string },
): Promise<number> {
  const [job] = await tx
    .insert(jobs)
    .values({ kind: kind.name, payload, lane: lane ?? null, state: 'queued', runAt, createdAt: now })
    .returning({ id: jobs.id })
  return job!.id
}

const nothingBeforeItInItsLane = sql.raw(`(jobs.lane is null or not exists (
  select 1 from jobs as earlier
  where earlier.lane = jobs.lane and earlier.id < jobs.id and earlier.state in ('queued', 'running')))`)

/** Takes due jobs, and those whose lease ran out, for as long as `leaseUntil` says; the longest due first. */
export const claimDue = (tx: Queryable, now: Date, leaseUntil: Date, limit: number): Promise<Job[]> =>
  Promise.resolve(
    tx
      .update(jobs)
      .set({ state: 'running', attempts: sql`${jobs.attempts} + 1`, leaseUntil })
      .where(
        inArray(
          jobs.id,
          tx
            .select({ id: jobs.id })
            .from(jobs)
            .where(
              and(
                or(
                  and(eq(jobs.state, 'queued'), lte(jobs.runAt, now)),
                  and(eq(jobs.state, 'running'), lt(jobs.leaseUntil, now)),
                ),
                nothingBeforeItInItsLane,
              ),
            )
            .orderBy(asc(jobs.runAt), asc(jobs.id))
            .limit(limit),
        ),
      )
      .returning(),
  )

/** `attempts` is the fencing token: a run that outlived its lease no longer owns the job. */
const stillOurs = ({ id, attempts }: Job) =>
  and(eq(jobs.id, id), eq(jobs.attempts, attempts), eq(jobs.state, 'running'))

/** Ends or postpones a claimed job. Throws, so that what was written with it is undone, when it is no longer ours. */
export async function settle(
  tx: Queryable,
  job: Job,
  end: Pick<typeof jobs.$inferInsert, 'state'> & Partial<Pick<Job, 'runAt' | 'lastError' | 'finishedAt'>>,
) {
  const settled = await tx
    .update(jobs)
    .set({ ...end, leaseUntil: null })
    .where(stillOurs(job))
    .returning({ id: jobs.id })
  if (!settled.length) throw new Error(`job ${job.id} was taken over after its lease ran out`)
}

/** At start: what was running when the process before us ended is due again. */
export async function releaseRunning(tx: Queryable, now: Date) {
  await tx.update(jobs).set({ state: 'queued', leaseUntil: null, runAt: now }).where(eq(jobs.state, 'running'))
}

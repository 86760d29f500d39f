import type { Job } from '../../db/schema/work'
import { record } from '../audit/record'
import type { Queryable, Tx } from '../database/connection'
import type { Db } from '../database/database'
import { message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { deleteJobRow, findJob, listDead, updateJob } from './store'

export { enqueue, enqueueAll, findLane, findOldestDue, pageJobs, releaseRunning } from './store'

/** The job with that id; throws an `OperatorError` if there is none. */
export async function requireJob(db: Queryable, id: number): Promise<Job> {
  const job = await findJob(db, id)
  if (!job) throw new OperatorError(message`there is no job ${id}: see ${remedy('job list')}`, 'not_found')
  return job
}

/** Makes a job due now: a dead one with all its attempts, a queued one with those it has left. */
export async function retryJob(tx: Tx, id: number, now: Date): Promise<Job> {
  const job = await requireJob(tx, id)
  if (job.state === 'running')
    throw new OperatorError(message`job ${id} is running: see how it ends with ${remedy('job show', { id })}`)
  if (job.state === 'done') throw new OperatorError(`job ${id} is done, so that there is nothing to retry`)
  const isDead = job.state === 'dead'
  await record(tx, { verb: 'job.retried', id }, now)
  return updateJob(tx, id, { state: 'queued', runAt: now, ...(isDead && { attempts: 0, finishedAt: null }) })
}

const jobsPerWrite = 500

/** Makes every dead job of a kind due again, some hundreds per write. Returns how many. */
export async function retryDead(db: Db, kind: string, now: Date): Promise<number> {
  for (let retried = 0; ; ) {
    const dead = await db.write(async (tx) => {
      const some = await listDead(tx, kind, jobsPerWrite)
      for (const { id } of some) await retryJob(tx, id, now)
      return some
    })
    retried += dead.length
    if (dead.length < jobsPerWrite) return retried
  }
}

/** Deletes a job, queued or finished; returns it as it was. */
export async function deleteJob(tx: Tx, id: number, now: Date): Promise<Job> {
  const job = await requireJob(tx, id)
  if (job.state === 'running') throw new OperatorError(`job ${id} is running: delete it when it has ended`)
  await deleteJobRow(tx, id)
  await record(tx, { verb: 'job.deleted', id, before: job }, now)
  return job
}

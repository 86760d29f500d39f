import type { Job } from '../../db/schema/work'
import { record } from '../audit/record'
import type { Queryable } from '../database/connection'
import { Sorry } from '../kernel/sorry'
import { deleteJobRow, findJob, updateJob } from './store'

/** The job of that id; a `Sorry` when there is none. */
export async function requireJob(db: Queryable, id: number): Promise<Job> {
  const job = await findJob(db, id)
  if (!job) throw new Sorry(`there is no job ${id}: see "latchkey job list"`, 'missing')
  return job
}

/** Makes a job due now: a dead one with all its attempts before it again, a waiting one with those it has left. */
export async function retryJob(tx: Queryable, id: number, now: Date): Promise<Job> {
  const job = await requireJob(tx, id)
  if (job.state === 'running') throw new Sorry(`job ${id} is running: see how it ends with "latchkey job show ${id}"`)
  if (job.state === 'done') throw new Sorry(`job ${id} is done, so that there is nothing to retry`)
  const isDead = job.state === 'dead'
  await record(tx, { verb: 'job.retried', id }, now)
  return updateJob(tx, id, { state: 'queued', runAt: now, ...(isDead && { attempts: 0, finishedAt: null }) })
}

/** Takes a job out of the queue, or out of the list when it is over; returns it as it was. */
export async function deleteJob(tx: Queryable, id: number, now: Date): Promise<Job> {
  const job = await requireJob(tx, id)
  if (job.state === 'running') throw new Sorry(`job ${id} is running: delete it when it has ended`)
  await deleteJobRow(tx, id)
  await record(tx, { verb: 'job.deleted', id, before: job }, now)
  return job
}

import { type Static, Type } from '@sinclair/typebox'
import type { Job } from '../../db/schema/work'
import { counter, nullable, nullableTimestamp, timestamp, view, word } from '../kernel/view'

export const jobStates = ['queued', 'running', 'done', 'dead'] as const satisfies Job['state'][]

/** A job as operators see it. */
export const JobView = view('Job', {
  id: Type.Integer(),
  kind: Type.String(),
  state: word(jobStates),
  lane: nullable(Type.String({ description: 'The jobs of one lane run one after the other.' })),
  payload: Type.Unknown({ description: 'What the job is about, as JSON; each kind has its own.' }),
  attempts: counter(),
  run_at: timestamp('When it is due.'),
  last_error: nullable(Type.String()),
  created_at: timestamp(),
  finished_at: nullableTimestamp(),
})

export const jobView = (job: Job): Static<typeof JobView> => ({
  id: job.id,
  kind: job.kind,
  state: job.state,
  lane: job.lane,
  payload: job.payload,
  attempts: job.attempts,
  run_at: job.runAt.toISOString(),
  last_error: job.lastError,
  created_at: job.createdAt.toISOString(),
  finished_at: job.finishedAt?.toISOString() ?? null,
})

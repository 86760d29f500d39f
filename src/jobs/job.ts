import type { Static, TSchema } from '@sinclair/typebox'
import type { Tx } from '../database/connection'

const secondMs = 1000
const hourMs = 3_600_000

/** A kind of job, declared where it is enqueued and run by a handler at a higher level. */
export interface JobKind<Payload extends TSchema = TSchema> {
  readonly name: string
  readonly payload: Payload
  /** The delays after the first, second, … failure; after the last one the job is dead. */
  readonly delaysMs: readonly number[]
  /** The time limit of a run; after it the job counts as abandoned and is claimed again. */
  readonly leaseMs: number
  /** How many one worker runs at once. */
  readonly atOnceMax: number
  /**
   * The interval of a recurring job, from the end of one run to the next. There is one such job; it is never done or
   * dead.
   */
  readonly everyMs?: number
}

type Terms = Partial<Pick<JobKind, 'delaysMs' | 'leaseMs' | 'atOnceMax' | 'everyMs'>>

/** Doubles from a second to an hour: eighteen attempts in about seven hours. */
const defaultDelaysMs = Array.from({ length: 17 }, (_, i) => Math.min(hourMs, secondMs * 2 ** i))

export const declareJob = <Payload extends TSchema>(name: string, payload: Payload, terms: Terms = {}) =>
  ({ name, payload, delaysMs: defaultDelaysMs, leaseMs: 60 * secondMs, atOnceMax: 32, ...terms }) as JobKind<Payload>

/** The result of a run. `write` is committed together with the job's end. */
export interface Conclusion {
  write?: (tx: Tx) => Promise<void>
  /** Set if the run failed: the job is retried later, or is dead after its last attempt. */
  error?: string
  /** Set if the job could not be tried yet: it is retried then, and this does not count as an attempt. */
  postponedTo?: Date
}

export interface Run {
  readonly jobId: number
  readonly attempt: number
  readonly isLast: boolean
  readonly now: Date
  /** Aborted when the server stops: slow work may throw then, and the job is run again. */
  readonly signal: AbortSignal
}

/** Does the slow part and returns what to write. If it throws, the run has failed with that message. */
export type Handler<Payload extends TSchema = TSchema> = (payload: Static<Payload>, run: Run) => Promise<Conclusion>

/** Binds a job kind to its handler. */
export const handles = <Payload extends TSchema>(kind: JobKind<Payload>, handler: Handler<Payload>) => ({
  kind: kind as JobKind,
  handler: handler as Handler,
})

export type Handled = ReturnType<typeof handles>

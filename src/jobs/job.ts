import type { Static, TSchema } from '@sinclair/typebox'
import type { Tx } from '../database/connection'

const secondMs = 1000
const hourMs = 3_600_000

/** A kind of work, declared where it is put in and done by a handler of a higher floor. */
export interface JobKind<Payload extends TSchema = TSchema> {
  readonly name: string
  readonly payload: Payload
  /** How long to wait after the first, second, … failure; the job is dead when they are used up. */
  readonly delaysMs: readonly number[]
  /** How long one run may take; after that the job is taken for abandoned and claimed again. */
  readonly leaseMs: number
  /** How many one worker runs at once. */
  readonly atOnceMax: number
  /** How long after one run the next is due, for work that recurs: one job, never done and never dead. */
  readonly everyMs?: number
}

type Terms = Partial<Pick<JobKind, 'delaysMs' | 'leaseMs' | 'atOnceMax' | 'everyMs'>>

/** Doubling from a second to an hour: eighteen attempts in about seven hours. */
const patiently = Array.from({ length: 17 }, (_, i) => Math.min(hourMs, secondMs * 2 ** i))

export const declareJob = <Payload extends TSchema>(name: string, payload: Payload, terms: Terms = {}) =>
  ({ name, payload, delaysMs: patiently, leaseMs: 60 * secondMs, atOnceMax: 32, ...terms }) as JobKind<Payload>

/** What a run came to. What is to be written is committed together with the job's end. */
export interface Conclusion {
  write?: (tx: Tx) => Promise<void>
  /** Set when the run failed: the job comes back later, or is dead after its last attempt. */
  error?: string
  /** Set when it could not be tried yet: the job comes back then, and this was no attempt. */
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

/** Does the slow part, then says what to write. One that throws has failed with that message. */
export type Handler<Payload extends TSchema = TSchema> = (payload: Static<Payload>, run: Run) => Promise<Conclusion>

/** Binds a kind to who does it. */
export const handles = <Payload extends TSchema>(kind: JobKind<Payload>, handler: Handler<Payload>) => ({
  kind: kind as JobKind,
  handler: handler as Handler,
})

export type Handled = ReturnType<typeof handles>

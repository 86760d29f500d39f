import { Value } from '@sinclair/typebox/value'
import type { Job } from '../../db/schema/work'
import type { Db } from '../database/database'
import { isUnavailable } from '../database/failure'
import type { Clock } from '../kernel/clock'
import type { Log } from '../kernel/log'
import type { Conclusion, Handled, JobKind } from './job'
import { bringForward, claimDue, type End, ensureRecurring, settle } from './store'

const pollEveryMs = 500
const errorLengthMax = 500
// Clocks are often adjusted by less.
const setBackMsMin = 1000

export interface Worker {
  /** Looks for due jobs now instead of at the next poll. */
  poke(): void
  /** Stops claiming jobs and waits for the running ones to end. */
  stop(): Promise<void>
}

/** Runs due jobs; polls twice a second, since another process may enqueue some. */
export async function startWorker(
  { db, clock, log }: { db: Db; clock: Clock; log: Log },
  handled: readonly Handled[],
): Promise<Worker> {
  const byName = new Map(handled.map((each) => [each.kind.name, each]))
  const runningOf = new Map(handled.map(({ kind }) => [kind.name, 0]))
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  let looking: Promise<void> | undefined
  let lookAgain = false
  let latest = clock()

  const recurring = handled.map(({ kind }) => kind).filter(({ everyMs }) => everyMs !== undefined)
  await db.write((tx) => ensureRecurring(tx, recurring, clock()))

  function look() {
    lookAgain = true
    looking ??= claimAll()
      .catch((error) => log(clock(), { event: 'jobs cannot be claimed', error: messageOf(error) }))
      .finally(() => {
        looking = undefined
        if (lookAgain && !stopping.signal.aborted) look()
      })
  }

  /** Claims due jobs until none are left, never more at once than fit the kind with the least room. */
  async function claimAll() {
    while (lookAgain && !stopping.signal.aborted) {
      lookAgain = false
      await followClock()
      const kinds = handled.map(({ kind }) => kind).filter((kind) => roomFor(kind) > 0)
      if (!kinds.length) return
      const limit = Math.min(...kinds.map(roomFor))
      const claimed = await db.write((tx) => claimDue(tx, kinds, clock(), limit))
      for (const job of claimed) start(job)
      if (claimed.length === limit) lookAgain = true
    }
  }

  /** Moves queued jobs forward after the clock was set back, which would delay them. */
  async function followClock() {
    const now = clock()
    const backMs = latest.getTime() - now.getTime()
    if (backMs >= setBackMsMin) await db.write((tx) => bringForward(tx, now, backMs))
    latest = now
  }

  const roomFor = (kind: JobKind) => kind.atOnceMax - runningOf.get(kind.name)!

  function start(job: Job) {
    runningOf.set(job.kind, runningOf.get(job.kind)! + 1)
    const run = work(job, byName.get(job.kind)!).finally(() => {
      runningOf.set(job.kind, runningOf.get(job.kind)! - 1)
      running.delete(run)
      if (!stopping.signal.aborted) look()
    })
    running.add(run)
  }

  async function work(job: Job, { kind, handler }: Handled) {
    const conclusion = await conclude(job, kind, handler)
    try {
      await endPatiently(job, kind, conclusion)
    } catch (fault) {
      // The job was claimed by another run, or will be once the lease expires.
      log(clock(), { event: 'a job could not be ended', job: job.id, error: messageOf(fault) })
    }
  }

  async function conclude(job: Job, kind: JobKind, handler: Handled['handler']): Promise<Conclusion> {
    try {
      const payload = Value.Decode(kind.payload, job.payload)
      const isLast = job.attempts > kind.delaysMs.length
      const { id: jobId, attempts: attempt } = job
      return await handler(payload, { jobId, attempt, isLast, now: clock(), signal: stopping.signal })
    } catch (error) {
      return stopping.signal.aborted ? { postponedTo: clock() } : { error: messageOf(error) }
    }
  }

  /**
   * Writes a run's end. If that fails the run has failed, unless the database is locked by another process or the disk
   * is full: then it retries until that passes or the lease expires.
   */
  async function endPatiently(job: Job, kind: JobKind, conclusion: Conclusion) {
    for (;;) {
      try {
        return await end(job, kind, conclusion)
      } catch (fault) {
        if (!isUnavailable(fault)) return end(job, kind, { error: messageOf(fault) })
        if (stopping.signal.aborted || clock() >= job.leaseUntil!) throw fault
      }
      await Bun.sleep(pollEveryMs)
    }
  }

  const end = (job: Job, kind: JobKind, conclusion: Conclusion) =>
    db.as({ actor: `job ${job.id} ${kind.name}` }).write(async (tx) => {
      await conclusion.write?.(tx)
      await settle(tx, job, endOf(job, kind, conclusion, clock()))
    })

  const timer = setInterval(look, pollEveryMs)
  look()

  return {
    poke: look,
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await looking
      while (running.size) await Promise.all(running)
    },
  }
}

function endOf(job: Job, kind: JobKind, { error, postponedTo }: Conclusion, now: Date): End {
  if (postponedTo) return { state: 'queued', runAt: postponedTo, attempts: job.attempts - 1 }
  if (error === undefined && kind.everyMs === undefined) return { state: 'done', finishedAt: now, lastError: null }
  const delayMs = error === undefined ? undefined : kind.delaysMs[job.attempts - 1]
  if (delayMs !== undefined) return { state: 'queued', lastError: error!, runAt: later(now, delayMs) }
  if (kind.everyMs === undefined) return { state: 'dead', finishedAt: now, lastError: error! }
  return { state: 'queued', lastError: error ?? null, runAt: after(now, kind.everyMs), attempts: 0 }
}

const after = (now: Date, ms: number) => new Date(now.getTime() + ms)

/** Adds up to a tenth of the delay, so that jobs that failed together are not retried together. */
const later = (now: Date, delayMs: number) => after(now, delayMs * (1 + Math.random() / 10))

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, errorLengthMax)

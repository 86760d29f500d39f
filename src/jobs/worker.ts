import { Value } from '@sinclair/typebox/value'
import type { Job } from '../../db/schema/work'
import type { Db } from '../database/database'
import type { Clock } from '../kernel/clock'
import type { Log } from '../kernel/log'
import type { Conclusion, Handled } from './job'
import { claimDue, releaseRunning, settle } from './store'

const pollEveryMs = 500
const mostAtOnce = 32
const longestError = 500

export interface Worker {
  /** Looks for due work now instead of at the next half second. */
  poke(): void
  /** Lets running jobs end and takes no more. */
  stop(): Promise<void>
}

/** Runs due jobs, up to 32 at once; looks for them twice a second, since another process may put some in. */
export async function startWorker(
  { db, clock, log }: { db: Db; clock: Clock; log: Log },
  handled: readonly Handled[],
): Promise<Worker> {
  const byName = new Map(handled.map((each) => [each.kind.name, each]))
  const longestLeaseMs = Math.max(...handled.map(({ kind }) => kind.leaseMs))
  const stopping = new AbortController()
  const running = new Set<Promise<void>>()
  let isLooking = false
  let lookAgain = false

  await db.write((tx) => releaseRunning(tx, clock()))

  async function look() {
    lookAgain = true
    if (isLooking) return
    isLooking = true
    try {
      while (lookAgain && !stopping.signal.aborted && running.size < mostAtOnce) {
        lookAgain = false
        const now = clock()
        const leaseUntil = new Date(now.getTime() + longestLeaseMs)
        const claimed = await db.write((tx) => claimDue(tx, now, leaseUntil, mostAtOnce - running.size))
        for (const job of claimed) start(job)
      }
    } catch (error) {
      log({ at: clock().toISOString(), event: 'jobs cannot be claimed', error: messageOf(error) })
    } finally {
      isLooking = false
    }
  }

  function start(job: Job) {
    const run = work(job).finally(() => {
      running.delete(run)
      look()
    })
    running.add(run)
  }

  async function work(job: Job) {
    const { kind, handler } = byName.get(job.kind) ?? {}
    const isLast = !kind || job.attempts > kind.delaysMs.length
    let conclusion: Conclusion
    try {
      if (!handler || !kind) throw new Error(`this version knows no job "${job.kind}"`)
      const payload = Value.Decode(kind.payload, job.payload)
      const run = { attempt: job.attempts, isLast, now: clock(), signal: stopping.signal }
      conclusion = await handler(payload, run)
    } catch (error) {
      conclusion = { error: messageOf(error) }
    }
    const { error, write } = conclusion
    const delayMs = kind?.delaysMs[job.attempts - 1] ?? 0
    try {
      await db.write(async (tx) => {
        const now = clock()
        await write?.(tx)
        if (error === undefined) await settle(tx, job, { state: 'done', finishedAt: now, lastError: null })
        else if (isLast) await settle(tx, job, { state: 'dead', finishedAt: now, lastError: error })
        else await settle(tx, job, { state: 'queued', lastError: error, runAt: later(now, delayMs) })
      })
    } catch (fault) {
      // Its lease runs out and it is claimed again.
      log({ at: clock().toISOString(), event: 'a job could not be ended', job: job.id, error: messageOf(fault) })
    }
  }

  const timer = setInterval(look, pollEveryMs)
  look()

  return {
    poke: () => void look(),
    async stop() {
      clearInterval(timer)
      stopping.abort()
      while (running.size) await Promise.all(running)
    },
  }
}

/** Up to a tenth later than asked, so that what failed together does not come back together. */
const later = (now: Date, delayMs: number) => new Date(now.getTime() + delayMs * (1 + Math.random() / 10))

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, longestError)

import { stopwatch } from '../kernel/clock'
import type { Connection } from './connection'
import { endTransaction, lockPatienceMs } from './connection'

const lockPauseMs = 5
// Enough for clients that were answered together to return together; otherwise they split into two alternating halves.
const turnsMax = 3

type Result = { value: unknown } | { error: unknown }

type Orm = Connection['orm']

interface Waiting {
  work: (orm: Orm) => Promise<unknown>
  settle: (result: Result) => void
}

/** Commits units of work that arrive together in one transaction; one that throws is rolled back alone. */
export interface Queue {
  /** Settles once the work is committed. If the lock cannot be taken, all waiting units fail together. */
  put<T>(work: (orm: Orm) => Promise<T>): Promise<T>
  /** Resolves when all pending work has settled. */
  idle(): Promise<void>
}

/** A connection's hooks around a transaction. */
export interface Around {
  begin(): void
  beforeCommit?(): void
  /** Called when the transaction is over or failed to begin, before any result is delivered. */
  ended(): void
}

export function openQueue({ raw, orm }: Connection, { begin, beforeCommit, ended }: Around): Queue {
  const savepoint = raw.query('savepoint work')
  const undo = raw.query('rollback to work')
  const release = raw.query('release work')
  const commit = raw.query('commit')
  const rollback = raw.query('rollback')

  let waiting: Waiting[] = []
  let flushing: Promise<void> | undefined

  /** Retries while another process holds the lock; reads go on meanwhile. Undefined once taken, else the error. */
  async function takeLock(): Promise<{ error: unknown } | undefined> {
    for (const startedAt = stopwatch(); ; await Bun.sleep(lockPauseMs)) {
      try {
        begin()
        return undefined
      } catch (error) {
        const isHeld = (error as { code?: string }).code?.startsWith('SQLITE_BUSY')
        if (!isHeld || stopwatch() - startedAt > lockPatienceMs) return { error }
      }
    }
  }

  async function commitTogether(batch: Waiting[]): Promise<Result[]> {
    const results: Result[] = []
    try {
      for (const { work } of batch) {
        savepoint.run()
        try {
          results.push({ value: await work(orm) })
        } catch (error) {
          // A full disk can end the whole transaction, savepoint included.
          if (!raw.inTransaction) throw error
          undo.run()
          results.push({ error })
        }
        release.run()
      }
      beforeCommit?.()
      commit.run()
      return results
    } catch (error) {
      // All waiting callers must get the original error.
      endTransaction(raw, rollback)
      return batch.map(() => ({ error }))
    }
  }

  /**
   * Waits while each event loop turn brings more work, for at most `turnsMax`: a commit costs the same for one as for
   * many.
   */
  async function collectBatch() {
    for (let known = 0, turns = 0; waiting.length > known && turns < turnsMax; turns++) {
      known = waiting.length
      await new Promise((resume) => setImmediate(resume))
    }
  }

  /** Runs in a separate event loop turn: nothing else runs between the steps of a transaction. */
  async function flush() {
    while (waiting.length) {
      await collectBatch()
      const fault = await takeLock()
      // Includes what arrived while the lock was awaited.
      const batch = waiting
      waiting = []
      const results = fault ? batch.map(() => fault) : await commitTogether(batch)
      ended()
      batch.forEach(({ settle }, i) => {
        settle(results[i]!)
      })
    }
    flushing = undefined
  }

  return {
    put: <T>(work: (orm: Orm) => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        waiting.push({
          work,
          settle: (result) => ('error' in result ? reject(result.error) : resolve(result.value as T)),
        })
        flushing ??= flush()
      }),
    async idle() {
      await flushing
    },
  }
}

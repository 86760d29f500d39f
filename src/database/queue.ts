import { stopwatch } from '../kernel/clock'
import type { Connection } from './connection'
import { endTransaction, lockPatienceMs } from './connection'

const lockPauseMs = 5
// Enough for all who were answered together to come back together, or they fall into two halves that take turns.
const turnsMax = 3

type Result = { value: unknown } | { error: unknown }

type Orm = Connection['orm']

interface Waiting {
  work: (orm: Orm) => Promise<unknown>
  settle: (result: Result) => void
}

/** Works that arrive together are committed together, each undone alone where it throws. */
export interface Queue {
  /** Settles when what was put in is committed. All that wait for the lock in vain are told so together. */
  put<T>(work: (orm: Orm) => Promise<T>): Promise<T>
  /** Ends when everything that was put in has been answered. */
  idle(): Promise<void>
}

/** What a queue's connection does around a transaction beyond beginning and committing it. */
export interface Around {
  begin(): void
  beforeCommit?(): void
  /** The transaction is over, or never began; nobody has been answered yet. */
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

  /** Another process may hold the lock: reads go on meanwhile. Undefined once it is ours, else why it is not. */
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
          // A full disk can end the whole transaction, and the savepoint with it.
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
      // Whoever waits must be told what went wrong in the first place.
      endTransaction(raw, rollback)
      return batch.map(() => ({ error }))
    }
  }

  /** Waits as long as each turn of the event loop brings more works: a commit serves many as it serves one. */
  async function gatherWorks() {
    for (let known = 0, turns = 0; waiting.length > known && turns < turnsMax; turns++) {
      known = waiting.length
      await new Promise((resume) => setImmediate(resume))
    }
  }

  /** Begins in a turn of its own: nothing else goes on between the steps of a transaction. */
  async function flush() {
    while (waiting.length) {
      await gatherWorks()
      const fault = await takeLock()
      // Whatever arrived while the lock was waited for goes with the rest.
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

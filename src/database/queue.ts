import type { Writable } from './connection'

// Enough for clients that were answered together to return together; otherwise they split into two alternating halves.
const turnsMax = 3

type Result = { value: unknown } | { error: unknown }

interface Waiting<Orm> {
  work: (orm: Orm) => Promise<unknown>
  settle: (result: Result) => void
}

/** Commits units of work that arrive together in one transaction; one that throws is rolled back alone. */
export interface Queue<Orm> {
  /** Settles once the work is committed. If the lock cannot be taken, all waiting units fail together. */
  put<T>(work: (orm: Orm) => Promise<T>): Promise<T>
  /** Resolves when all pending work has settled. */
  idle(): Promise<void>
  /** Resolves likewise, and gives back the connection. */
  close(): Promise<void>
}

/** The transactions of one connection, one after the other. */
export interface Transactions<Orm> {
  /** Takes the lock that all writers share, and begins. Others may read meanwhile. */
  begin(): Promise<Orm>
  /** What is changed from here on can be undone alone. */
  savepoint(): void | Promise<void>
  undo(): void | Promise<void>
  release(): void | Promise<void>
  commit(): void | Promise<void>
  /** Ends the transaction after a failure; never throws. */
  rollback(): void | Promise<void>
  /** Whether the transaction is open: a severe failure ends it. */
  isOpen(): boolean
  /** Called when the transaction is over or failed to begin, before any result is delivered. */
  ended(): void
  /** Gives back the connection, where it is one of a pool. */
  close?(): void
}

export function openQueue<Orm extends Writable>(transactions: Transactions<Orm>): Queue<Orm> {
  let waiting: Waiting<Orm>[] = []
  let flushing: Promise<void> | undefined

  async function commitTogether(orm: Orm, batch: Waiting<Orm>[]): Promise<Result[]> {
    const results: Result[] = []
    try {
      for (const { work } of batch) {
        await transactions.savepoint()
        try {
          results.push({ value: await work(orm) })
        } catch (error) {
          // A full disk can end the whole transaction, savepoint included.
          if (!transactions.isOpen()) throw error
          await transactions.undo()
          results.push({ error })
        }
        await transactions.release()
      }
      await transactions.commit()
      return results
    } catch (error) {
      // All waiting callers must get the original error.
      await transactions.rollback()
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

  async function begin(): Promise<{ orm: Orm } | { error: unknown }> {
    try {
      return { orm: await transactions.begin() }
    } catch (error) {
      return { error }
    }
  }

  /** Runs in a separate event loop turn: nothing else runs between the steps of a transaction. */
  async function flush() {
    while (waiting.length) {
      await collectBatch()
      const begun = await begin()
      // Includes what arrived while the lock was awaited.
      const batch = waiting
      waiting = []
      const results = 'orm' in begun ? await commitTogether(begun.orm, batch) : batch.map(() => begun)
      transactions.ended()
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
    async close() {
      await flushing
      transactions.close?.()
    },
  }
}

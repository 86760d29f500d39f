import { stopwatch } from '../kernel/clock'
import { type Connection, endTransaction, lockPatienceMs } from './connection'
import type { Transactions } from './queue'

const lockPauseMs = 5

/** A connection's hooks around a transaction. */
export interface Around {
  begin(): void
  beforeCommit?(): void
  /** Called when the transaction is over or failed to begin, before any result is delivered. */
  ended(): void
}

/** The transactions of an SQLite connection. */
export function transactionsOf(
  { raw, orm }: Connection,
  { begin, beforeCommit, ended }: Around,
): Transactions<Connection['orm']> {
  const savepoint = raw.query('savepoint work')
  const undo = raw.query('rollback to work')
  const release = raw.query('release work')
  const commit = raw.query('commit')
  const rollback = raw.query('rollback')
  return {
    /** Retries while another process holds the lock; reads go on meanwhile. */
    async begin() {
      for (const startedAt = stopwatch(); ; await Bun.sleep(lockPauseMs)) {
        try {
          begin()
          return orm
        } catch (error) {
          const isHeld = (error as { code?: string }).code?.startsWith('SQLITE_BUSY')
          if (!isHeld || stopwatch() - startedAt > lockPatienceMs) throw error
        }
      }
    },
    savepoint() {
      savepoint.run()
    },
    undo() {
      undo.run()
    },
    release() {
      release.run()
    },
    commit() {
      beforeCommit?.()
      commit.run()
    },
    rollback: () => endTransaction(raw, rollback),
    isOpen: () => raw.inTransaction,
    ended,
  }
}

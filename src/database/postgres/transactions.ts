import type { Writable } from '../connection'
import type { Transactions } from '../queue'
import type { Pool, Rows, Session } from './client'
import { endsSession } from './failure'
import { writersLock } from './locked-transaction'
import { ormOf } from './orm'
import { requireLease, type ServerLease } from './server-lease'

const lockPatienceMs = 5000
const idleMs = 15_000

interface Around {
  /** Whether a commit may be lost in a crash of the database: for statistics alone. */
  isLossy: boolean
  /** The lease without which nothing may be changed; a command has none. */
  lease: ServerLease | undefined
  /** Told the access epoch as of a commit. */
  committed(epoch: string): Promise<void>
}

/**
 * The transactions of one connection of a pool. All servers take one lock for the length of a transaction, so that
 * every rule may look first and write then. A savepoint costs no round trip of its own where another statement goes
 * along.
 */
export function postgresTransactions(pool: Pool, { isLossy, lease, committed }: Around): Transactions<Writable> {
  const begin = `begin isolation level read committed;
    set local idle_in_transaction_session_timeout = ${idleMs};
    set local lock_timeout = ${lockPatienceMs};
    ${isLossy ? 'set local synchronous_commit = off;' : ''}
    select pg_advisory_xact_lock(${writersLock});
    ${lease ? `${lease.check};` : ''}
    savepoint work`
  const commit = "select value from installation where key = 'access_epoch'; commit"

  let open: { session: Session; orm: Writable } | undefined
  let isOpen = false
  let savepoint: 'fresh' | 'taken' | 'released' = 'fresh'

  async function reserve() {
    const reserved = await pool.reserve()
    const session: Session = {
      engine: 'postgres',
      query: (text, values) => watched(reserved.query(text, values)),
      script: (text) => watched(reserved.script(text)),
      release: () => reserved.release(),
    }
    return { session, orm: ormOf(session) }
  }

  /** Gives up a connection that has failed, and its transaction with it. */
  async function watched<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (error) {
      if (endsSession(error)) drop()
      throw error
    }
  }

  function drop() {
    isOpen = false
    const session = open?.session
    open = undefined
    try {
      session?.release()
    } catch {
      // The connection has gone with its pool.
    }
  }

  return {
    async begin() {
      open ??= await reserve()
      const { session, orm } = open
      try {
        const results = await session.script(begin)
        if (lease) requireLease(results)
      } catch (error) {
        await open?.session.script('rollback').catch(drop)
        throw error
      }
      isOpen = true
      savepoint = 'fresh'
      return orm
    },
    async savepoint() {
      if (savepoint === 'released') await open!.session.script('release work; savepoint work')
      savepoint = 'taken'
    },
    async undo() {
      await open!.session.script('rollback to work')
    },
    release() {
      savepoint = 'released'
    },
    async commit() {
      const results = await open!.session.script(commit)
      isOpen = false
      await committed(epochIn(results))
    },
    async rollback() {
      if (isOpen) await open?.session.script('rollback').catch(drop)
      isOpen = false
    },
    isOpen: () => isOpen,
    ended() {},
    close: drop,
  }
}

const epochIn = (results: Rows[]) => String(results.flat(1).at(0)?.[0] ?? '')

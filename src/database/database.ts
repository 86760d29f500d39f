import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import type { Author } from '../kernel/author'
import { stopwatch } from '../kernel/clock'
import { type Connection, clientOf, connect, type Queryable, type Tx, txOf, type Writable } from './connection'
import { isUnavailable } from './failure'
import { openQueue } from './queue'
import { openReader } from './reader'
import { transactionsOf } from './transactions'

const busyMs = 500

/** The only access to the data: one connection for reads, one for writes. */
export interface Db {
  /**
   * Read-only. Reads of one event loop turn share a snapshot, for at most a millisecond: a turn lasts as long as
   * requests keep coming, and a key revoked meanwhile must be refused.
   */
  readonly read: Queryable
  /**
   * Runs a unit of work atomically; it is on disk when the promise resolves. Units that arrive together share a commit;
   * one that throws is rolled back alone. The work may await nothing but `tx`.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * Runs an atomic unit of work for statistics only: committed when the promise resolves, but a power failure may lose
   * it. A commit on one connection invalidates the page cache of the other, so the read connection commits it, unless
   * writes are under way: then it joins them.
   */
  note(work: (tx: Writable) => Promise<void>): Promise<void>
  /** This database, recording changes under another author. */
  as(author: Author): Db
  /**
   * A cache key that changes when API keys, the blocklist, signing keys or settings change, in this process or another.
   */
  accessEpoch(): string
  /** Every stored setting by name; returns one map until the epoch changes. */
  storedSettings(): ReadonlyMap<string, string>
  /** Resolves when every pending `write` has settled. */
  close(): Promise<void>
}

interface Opening {
  hasCheckpoints?: boolean
  /** Absent for databases whose writes are discarded. */
  auditKey?: Buffer
}

/** Opens a migrated database file; changes are recorded under this author unless `as` names another. */
export function openDatabase(path: string, author: Author, opening: Opening = {}): Db {
  const { hasCheckpoints = false, auditKey = randomBytes(32) } = opening
  const writer = connect(path, { hasCheckpoints })
  // SQLite would block the event loop, reads included, while it waits for the lock.
  writer.raw.run('pragma busy_timeout = 0')
  const reader = openReader(path, { hasCheckpoints })
  const file = fileAt(path)
  const begin = writer.raw.query('begin immediate')
  const rowsChanged = writer.raw.query<{ count: number }, []>('select total_changes() as count')
  const changes = openQueue(
    transactionsOf(writer, {
      begin: () => begin.run(),
      beforeCommit: requireUnmoved,
      // The next read sees what was committed.
      ended: reader.endSnapshot,
    }),
  )

  let changedAt = Number.NEGATIVE_INFINITY

  /** Whether a write has changed rows within the last `busyMs`. */
  const isBusy = () => stopwatch() - changedAt < busyMs

  /** Throws if the file was moved or replaced: writes would still succeed, but acknowledged data would be lost. */
  function requireUnmoved() {
    if (fileAt(path) === file) return
    throw Object.assign(new Error(`${path} is not the file that was opened`), { code: 'SQLITE_READONLY_DBMOVED' })
  }

  async function changeAs<T>(author: Author, work: (tx: Tx) => Promise<T>, orm: Connection['orm']): Promise<T> {
    const before = isBusy() ? undefined : rowsChanged.get()!.count
    try {
      return await work(txOf(orm, author, auditKey))
    } finally {
      if (before !== undefined && rowsChanged.get()!.count > before) changedAt = stopwatch()
    }
  }

  /** Passive: any other mode would wait for readers and block a running server's writers. */
  function checkpoint() {
    try {
      writer.raw.run('pragma wal_checkpoint(passive)')
    } catch (error) {
      // Committed data stays safe in the write-ahead log.
      if (!isUnavailable(error)) throw error
    }
  }

  const inNameOf = (author: Author): Db => ({
    get read() {
      return reader.read()
    },
    write: (work) => changes.put((orm) => changeAs(author, work, orm)),
    note: (work) => (isBusy() ? changes : reader.notes).put(work),
    as: inNameOf,
    accessEpoch: reader.accessEpoch,
    storedSettings: reader.storedSettings,
    async close() {
      await changes.idle()
      await reader.close()
      checkpoint()
      writer.close()
    },
  })
  return inNameOf(author)
}

/** The inode of the file at a path; undefined if there is none. */
const fileAt = (path: string) => statSync(path, { throwIfNoEntry: false, bigint: true })?.ino

/**
 * Caches a compiled query per connection, for the hot path: SQLite would compile it at every call. Use no bound limit
 * and no join, or it is compiled again when values are bound.
 */
export function prepared<P, D extends Queryable>(build: (db: D) => P): (db: D) => P {
  const perConnection = new WeakMap<object, P>()
  return (db) => {
    const connection = clientOf(db)
    const known = perConnection.get(connection)
    if (known) return known
    const query = build(db)
    perConnection.set(connection, query)
    return query
  }
}

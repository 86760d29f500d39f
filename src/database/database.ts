import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import type { Author } from '../kernel/author'
import { stopwatch } from '../kernel/clock'
import { type Connection, clientOf, connect, type Queryable, type Tx, txOf, type Writable } from './connection'
import { isUnavailable } from './failure'
import { openQueue } from './queue'
import { openReader } from './reader'

const busyMs = 500

/** The one way to the data: one connection to read, one to write, nothing else. */
export interface Db {
  /**
   * For reading only. Reads of one turn of the event loop share one snapshot, for a millisecond at most: a turn lasts as
   * long as requests keep coming, and what was revoked meanwhile must not be let in.
   */
  readonly read: Queryable
  /**
   * One atomic piece of work, on disk when the promise resolves; it commits together with those that arrive with it.
   * Work that throws is undone alone. It may await nothing but `tx`.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * For statistics alone: an atomic piece of work that stands in the file when the promise resolves, and may still be
   * lost with the power. What one connection commits makes the other forget all it knows of the file: so the one for
   * reading does it by itself, unless there are changes anyhow, with which it is committed then.
   */
  note(work: (tx: Writable) => Promise<void>): Promise<void>
  /** This database, with changes recorded in the name of another author. */
  as(author: Author): Db
  /** Moves whenever API keys, blocklist, signing keys or settings change, in this process or another: what to key a cache by. */
  accessEpoch(): string
  /** Every stored setting, by its name; the same map until the epoch moves. */
  storedSettings(): ReadonlyMap<string, string>
  /** Ends when everything handed to `write` has been answered. */
  close(): Promise<void>
}

interface Opening {
  hasCheckpoints?: boolean
  /** Absent where what is written is thrown away. */
  auditKey?: Buffer
}

/** Opens a migrated database file; what it writes is the author's doing, unless it is said to be another's. */
export function openDatabase(path: string, author: Author, opening: Opening = {}): Db {
  const { hasCheckpoints = false, auditKey = randomBytes(32) } = opening
  const writer = connect(path, { hasCheckpoints })
  // It would wait for the lock inside SQLite, and the event loop, reads and all, with it.
  writer.raw.run('pragma busy_timeout = 0')
  const reader = openReader(path, { hasCheckpoints })
  const file = fileAt(path)
  const begin = writer.raw.query('begin immediate')
  const rowsChanged = writer.raw.query<{ count: number }, []>('select total_changes() as count')
  const changes = openQueue(writer, {
    begin: () => begin.run(),
    beforeCommit: requireUnmoved,
    // Whoever reads next sees what was committed.
    ended: reader.endSnapshot,
  })

  let changedAt = Number.NEGATIVE_INFINITY

  /** Whether something has been changed a moment ago, by somebody. */
  const isBusy = () => stopwatch() - changedAt < busyMs

  /** A file that was taken away can still be written to, but nobody would find there what was acknowledged. */
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

  /** Of another kind, it would wait for readers and hold up the writers of a server beside us while it does. */
  function checkpoint() {
    try {
      writer.raw.run('pragma wal_checkpoint(passive)')
    } catch (error) {
      // What was committed stays safe in the log beside the file.
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

/** Which file lies at a path now; undefined when there is none. */
const fileAt = (path: string) => statSync(path, { throwIfNoEntry: false, bigint: true })?.ino

/**
 * Compiles a query once per connection, for the hot path: SQLite compiles an ordinary one at every call.
 * Write it so that it need not be compiled again when values are bound: no bound limit, no join.
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

import { statSync } from 'node:fs'
import type { Author } from '../kernel/author'
import { stopwatch } from '../kernel/clock'
import { connect, type Queryable } from './connection'
import { isUnavailable } from './failure'

const lockPatienceMs = 5000
const lockPauseMs = 5
const longestSnapshotMs = 1

type Result = { value: unknown } | { error: unknown }
interface Waiting {
  author: Author
  work: (tx: Queryable) => Promise<unknown>
  settle: (result: Result) => void
}

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
  write<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
  /**
   * For statistics alone: an atomic piece of work that stands in the file when the promise resolves, and may still be
   * lost with the power. The connection for reading does it by itself: what another connection writes makes it forget
   * all it knows of the file.
   */
  note(work: (tx: Queryable) => Promise<void>): Promise<void>
  /** The same database, changed in another's name. */
  as(author: Author): Db
  /** Moves whenever API keys, blocklist, signing keys or settings change, in this process or another: what to key a cache by. */
  accessEpoch(): string
  /** Every stored setting, by its name; the same map until the epoch moves. */
  storedSettings(): ReadonlyMap<string, string>
  /** Ends when everything handed to `write` has been answered. */
  close(): Promise<void>
}

const authors = new WeakMap<Queryable, Author>()

/** In whose name the write is done that this transaction stands in. */
export function authorOf(tx: Queryable): Author {
  const author = authors.get(tx)
  if (!author) throw new Error('changes are made inside db.write alone')
  return author
}

/** Opens a migrated database file; what it writes is the author's doing, unless it is said to be another's. */
export function openDatabase(path: string, author: Author, { hasCheckpoints = false } = {}): Db {
  const writer = connect(path)
  // It would wait for the lock inside SQLite, and the event loop, reads and all, with it.
  writer.raw.run('pragma busy_timeout = 0')
  const reader = connect(path)
  // Where a thread takes the log in, a commit does so only should that have failed for long.
  if (hasCheckpoints) for (const { raw } of [writer, reader]) raw.run('pragma wal_autocheckpoint = 50000')
  // Of a statistic, nobody is told that it is on disk.
  reader.raw.run('pragma synchronous = normal')
  reader.raw.run('pragma query_only = on')
  const file = fileAt(path)
  const begin = writer.raw.query('begin immediate')
  const savepoint = writer.raw.query('savepoint work')
  const undo = writer.raw.query('rollback to work')
  const release = writer.raw.query('release work')
  const commit = writer.raw.query('commit')
  const rollback = writer.raw.query('rollback')
  const beginRead = reader.raw.query('begin')
  const beginNote = reader.raw.query('begin immediate')
  const endRead = reader.raw.query('commit')
  const undoNote = reader.raw.query('rollback')
  const dataVersion = reader.raw.query<{ data_version: number }, []>('pragma data_version')
  const accessEpoch = reader.raw.query<{ value: string }, []>(
    "select value from installation where key = 'access_epoch'",
  )
  const settingRows = reader.raw.query<{ name: string; value: string }, []>('select name, value from settings')

  let waiting: Waiting[] = []
  let flushing: Promise<void> | undefined
  let hasSnapshot = false
  let isNoting = false
  let lastNote: Promise<unknown> = Promise.resolve()
  let snapshotAt = 0
  let seenVersion: number | undefined
  let epoch = ''
  let stored: { epoch?: string; settings: ReadonlyMap<string, string> } = { settings: new Map() }

  function takeSnapshot() {
    // Nobody can change anything meanwhile.
    if (isNoting) return
    const now = stopwatch()
    if (hasSnapshot && now - snapshotAt < longestSnapshotMs) return
    endSnapshot()
    beginRead.run()
    hasSnapshot = true
    snapshotAt = now
    setImmediate(endSnapshot)
    const version = dataVersion.get()?.data_version
    if (version === seenVersion) return
    epoch = accessEpoch.get()?.value ?? ''
    seenVersion = version
  }

  function endSnapshot() {
    if (!hasSnapshot) return
    hasSnapshot = false
    // A failure that is grave enough has ended it already.
    if (!reader.raw.inTransaction) return
    try {
      endRead.run()
    } catch {
      // It ends all the same, and says once more what a read has failed with.
    }
  }

  /** Another process may hold the lock: reads go on meanwhile. Undefined once it is ours, else why it is not. */
  async function takeLock(tryToBegin: () => void): Promise<{ error: unknown } | undefined> {
    for (const startedAt = stopwatch(); ; await Bun.sleep(lockPauseMs)) {
      try {
        tryToBegin()
        return undefined
      } catch (error) {
        const isHeld = (error as { code?: string }).code?.startsWith('SQLITE_BUSY')
        if (!isHeld || stopwatch() - startedAt > lockPatienceMs) return { error }
      }
    }
  }

  /** Whether the connection for reading may write. It waits for nobody then, or reads would wait with it. */
  function allowNotes(isAllowed: boolean) {
    isNoting = isAllowed
    reader.raw.run(`pragma query_only = ${isAllowed ? 'off' : 'on'}`)
    reader.raw.run(`pragma busy_timeout = ${isAllowed ? 0 : lockPatienceMs}`)
  }

  function tryToBeginNote() {
    endSnapshot()
    allowNotes(true)
    try {
      beginNote.run()
    } catch (error) {
      allowNotes(false)
      throw error
    }
  }

  async function noteAlone(work: (tx: Queryable) => Promise<void>) {
    const fault = await takeLock(tryToBeginNote)
    if (fault) throw fault.error
    try {
      await work(reader.orm)
      endRead.run()
    } catch (error) {
      // A full disk can end the whole transaction.
      if (reader.raw.inTransaction) undoNote.run()
      throw error
    } finally {
      allowNotes(false)
      // What this connection changes does not move its data version.
      seenVersion = undefined
    }
  }

  /** A file that was taken away can still be written to, but nobody would find there what was acknowledged. */
  function requireUnmoved() {
    if (fileAt(path) === file) return
    throw Object.assign(new Error(`${path} is not the file that was opened`), { code: 'SQLITE_READONLY_DBMOVED' })
  }

  async function commitTogether(batch: Waiting[]): Promise<Result[]> {
    const results: Result[] = []
    try {
      for (const { author, work } of batch) {
        authors.set(writer.orm, author)
        savepoint.run()
        try {
          results.push({ value: await work(writer.orm) })
        } catch (error) {
          // A full disk can end the whole transaction, and the savepoint with it.
          if (!writer.raw.inTransaction) throw error
          undo.run()
          results.push({ error })
        }
        release.run()
      }
      requireUnmoved()
      commit.run()
      return results
    } catch (error) {
      undoAll()
      return batch.map(() => ({ error }))
    }
  }

  function undoAll() {
    if (!writer.raw.inTransaction) return
    try {
      rollback.run()
    } catch {
      // As with a read. Whoever waits must be told what went wrong in the first place.
    }
  }

  async function flush() {
    while (waiting.length) {
      const fault = await takeLock(() => begin.run())
      // Whatever arrived while the lock was waited for goes with the rest.
      const batch = waiting
      waiting = []
      const results = fault ? batch.map(() => fault) : await commitTogether(batch)
      // Whoever reads next sees what was committed.
      endSnapshot()
      batch.forEach(({ settle }, i) => {
        settle(results[i]!)
      })
      await new Promise((resume) => setImmediate(resume))
    }
    flushing = undefined
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
      takeSnapshot()
      return reader.orm
    },
    write: <T>(work: (tx: Queryable) => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        waiting.push({
          author,
          work,
          settle: (result) => ('error' in result ? reject(result.error) : resolve(result.value as T)),
        })
        flushing ??= new Promise((resume) => setImmediate(resume)).then(flush)
      }),
    note(work) {
      const noted = lastNote.then(() => noteAlone(work))
      lastNote = noted.catch(() => {})
      return noted
    },
    as: inNameOf,
    accessEpoch() {
      takeSnapshot()
      return epoch
    },
    storedSettings() {
      takeSnapshot()
      if (stored.epoch !== epoch) {
        stored = { epoch, settings: new Map(settingRows.all().map(({ name, value }) => [name, value])) }
      }
      return stored.settings
    },
    async close() {
      await flushing
      await lastNote
      endSnapshot()
      reader.close()
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
export function prepared<P>(build: (db: Queryable) => P): (db: Queryable) => P {
  const perConnection = new WeakMap<Queryable, P>()
  return (db) => {
    const known = perConnection.get(db)
    if (known) return known
    const query = build(db)
    perConnection.set(db, query)
    return query
  }
}

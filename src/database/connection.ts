import { Database, type Statement } from 'bun:sqlite'
import { drizzle } from 'drizzle-orm/bun-sqlite'
import type { Author } from '../kernel/author'

/** How long a writer waits for the write lock, in milliseconds. */
export const lockPatienceMs = 5000

/** Opens an SQLite connection with this server's settings. */
export function connect(path: string, { readonly = false, hasCheckpoints = false } = {}) {
  const raw = new Database(path, readonly ? { readonly, strict: true } : { create: true, strict: true })
  const endStatements = keepStatements(raw)
  // Must come first: the switch to WAL may itself find the file busy.
  raw.run(`pragma busy_timeout = ${lockPatienceMs}`)
  if (!readonly) raw.run('pragma journal_mode = wal')
  // A larger log is cut to this many bytes when it restarts.
  if (!readonly) raw.run('pragma journal_size_limit = 16777216')
  // If a thread checkpoints, commits do so only after it has failed for long.
  if (hasCheckpoints) raw.run('pragma wal_autocheckpoint = 50000')
  raw.run('pragma synchronous = full')
  raw.run('pragma foreign_keys = on')
  // Overwrites deleted or changed content within its page, at no cost of further pages.
  raw.run('pragma secure_delete = fast')
  raw.run('pragma mmap_size = 1073741824')
  return {
    raw,
    orm: drizzle(raw),
    close() {
      endStatements()
      raw.close()
    },
  }
}

/** Ends an open transaction with that statement; a severe failure may have ended it already. */
export function endTransaction(raw: Database, statement: Statement) {
  if (!raw.inTransaction) return
  try {
    statement.run()
  } catch {
    // The transaction has ended; the error only repeats the earlier failure.
  }
}

const keptMax = 500
const keptLengthMax = 4096

/**
 * Caches compiled statements by their text: compiling one costs more than running it. Evicts the least recently used,
 * and skips very long ones, which occur once. Returns a function that finalizes all, without which SQLite would keep
 * the closed file open.
 */
function keepStatements(raw: Database) {
  const kept = new Map<string, Statement>()
  const passing = new Set<WeakRef<Statement>>()
  const collected = new FinalizationRegistry<WeakRef<Statement>>((statement) => passing.delete(statement))
  const prepare = raw.prepare.bind(raw)
  let newest: string | undefined

  function passOn(statement: Statement) {
    const reference = new WeakRef(statement)
    passing.add(reference)
    collected.register(statement, reference)
    return statement
  }

  raw.prepare = ((sql: string) => {
    const known = kept.get(sql)
    if (known && sql === newest) return known
    newest = sql
    if (known) {
      kept.delete(sql)
      kept.set(sql, known)
      return known
    }
    const statement = prepare(sql)
    if (sql.length > keptLengthMax) return passOn(statement)
    kept.set(sql, statement)
    if (kept.size > keptMax) {
      const [oldest, unused] = kept.entries().next().value!
      kept.delete(oldest)
      // The evicted statement may still be in use.
      passOn(unused)
    }
    return statement
  }) as typeof raw.prepare
  raw.query = raw.prepare as typeof raw.query

  return () => {
    for (const statement of kept.values()) statement.finalize()
    for (const statement of passing) statement.deref()?.finalize()
  }
}

export type Connection = ReturnType<typeof connect>

type Orm = Connection['orm']

/** What reads go through: the reader, a snapshot or a write transaction. It cannot change rows. */
export type Queryable = Pick<Orm, 'select' | 'selectDistinct' | '$count'>

/** What changes go through. The one passed by `db.note` has no author, so its changes cannot be audited. */
export interface Writable extends Queryable, Pick<Orm, 'insert' | 'update' | 'delete' | 'run' | 'all'> {}

/**
 * A transaction of `db.write`, the only place that makes one. Every function that makes changes with an author takes
 * it.
 */
export interface Tx extends Writable {
  /** The author of the changes, for the audit log. */
  readonly author: Author
  /** The key of this database's audit chain. */
  readonly auditKey: Buffer
}

/** An author's view of the open transaction of a connection. */
export const txOf = (orm: Writable, author: Author, auditKey: Buffer): Tx =>
  Object.assign(Object.create(orm) as Writable, { author, auditKey })

/** The connection behind what a store is given. */
export const clientOf = (db: Queryable): Orm['$client'] => (db as Orm).$client

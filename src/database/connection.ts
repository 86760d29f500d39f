import { Database, type Statement } from 'bun:sqlite'
import { drizzle } from 'drizzle-orm/bun-sqlite'
import type { Author } from '../kernel/author'

/** How long whoever wants to write waits for another that does. */
export const lockPatienceMs = 5000

/** One SQLite connection with the settings every connection of ours has. */
export function connect(path: string, { readonly = false, hasCheckpoints = false } = {}) {
  const raw = new Database(path, readonly ? { readonly, strict: true } : { create: true, strict: true })
  const endStatements = keepStatements(raw)
  // First of all, or the switch to WAL itself may find the file busy.
  raw.run(`pragma busy_timeout = ${lockPatienceMs}`)
  if (!readonly) raw.run('pragma journal_mode = wal')
  // A log that has grown is cut to this when it is begun anew.
  if (!readonly) raw.run('pragma journal_size_limit = 16777216')
  // Where a thread takes the log in, a commit does so only should that have failed for long.
  if (hasCheckpoints) raw.run('pragma wal_autocheckpoint = 50000')
  raw.run('pragma synchronous = full')
  raw.run('pragma foreign_keys = on')
  // What is deleted or changed within a page is overwritten there, which costs no further page.
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

/** Ends what a transaction has left; a failure that is grave enough has ended it already. */
export function endTransaction(raw: Database, statement: Statement) {
  if (!raw.inTransaction) return
  try {
    statement.run()
  } catch {
    // It ends all the same, and says once more what has failed before.
  }
}

const keptMax = 500
const keptLengthMax = 4096

/**
 * Reuses statements by their text: to compile one costs more than to run it. The longest unused of those kept is let
 * go; a very long one is met once. The function returned ends them all, or SQLite would keep the closed file open.
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
      // Somebody may still hold it.
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

/** What reads go through: the reader, a snapshot, or the transaction of a write. It has nothing that changes rows. */
export type Queryable = Pick<Orm, 'select' | 'selectDistinct' | '$count'>

/** What rows are changed through. That of `db.note` has no author: nothing in it can be audited. */
export interface Writable extends Queryable, Pick<Orm, 'insert' | 'update' | 'delete' | 'run' | 'all'> {}

/** The transaction of `db.write`, which alone makes one: every function takes it whose changes have an author. */
export interface Tx extends Writable {
  /** In whose name the change is made, as the audit log names them. */
  readonly author: Author
  /** What the audit log of this database is chained under. */
  readonly auditKey: Buffer
}

/** The transaction that stands open on a connection, as one author's. */
export const txOf = (orm: Orm, author: Author, auditKey: Buffer): Tx =>
  Object.assign(Object.create(orm) as Orm, { author, auditKey })

/** The connection behind what a store is given. */
export const clientOf = (db: Queryable): Orm['$client'] => (db as Orm).$client

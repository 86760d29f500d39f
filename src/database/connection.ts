import { Database, type Statement } from 'bun:sqlite'
import { drizzle } from 'drizzle-orm/bun-sqlite'

/** One SQLite connection with the settings every connection of ours has. */
export function connect(path: string, { readonly = false } = {}) {
  const raw = new Database(path, readonly ? { readonly, strict: true } : { create: true, strict: true })
  const endStatements = trackStatements(raw)
  // First of all, or the switch to WAL itself may find the file busy.
  raw.run('pragma busy_timeout = 5000')
  if (!readonly) raw.run('pragma journal_mode = wal')
  raw.run('pragma synchronous = full')
  raw.run('pragma foreign_keys = on')
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

/** SQLite keeps a closed file open as long as one statement is left, and its -wal beside it: this ends them all. */
function trackStatements(raw: Database) {
  const statements = new Set<WeakRef<Statement>>()
  const collected = new FinalizationRegistry<WeakRef<Statement>>((statement) => statements.delete(statement))
  const prepare = raw.prepare.bind(raw)
  raw.prepare = ((sql: string) => {
    const statement = prepare(sql)
    const reference = new WeakRef<Statement>(statement)
    statements.add(reference)
    collected.register(statement, reference)
    return statement
  }) as typeof raw.prepare
  return () => {
    for (const statement of statements) statement.deref()?.finalize()
  }
}

export type Connection = ReturnType<typeof connect>

/** What a store speaks to: the reader, or the transaction of the write it stands in. */
export type Queryable = Connection['orm']

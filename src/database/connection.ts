import { Database } from 'bun:sqlite'
import { drizzle } from 'drizzle-orm/bun-sqlite'

/** One SQLite connection with the settings every connection of ours has. */
export function connect(path: string, { readonly = false } = {}) {
  const raw = new Database(path, readonly ? { readonly, strict: true } : { create: true, strict: true })
  // First of all, or the switch to WAL itself may find the file busy.
  raw.run('pragma busy_timeout = 5000')
  if (!readonly) raw.run('pragma journal_mode = wal')
  raw.run('pragma synchronous = full')
  raw.run('pragma foreign_keys = on')
  raw.run('pragma mmap_size = 1073741824')
  return { raw, orm: drizzle(raw) }
}

export type Connection = ReturnType<typeof connect>

/** What a store speaks to: the reader, or the transaction of the write it stands in. */
export type Queryable = Connection['orm']

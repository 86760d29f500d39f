import { Database } from 'bun:sqlite'
import { join } from 'node:path'

/** The database of a data folder, as another program opens it; it waits while the server or a command writes. */
export function openRaw(folder: string, options: { readonly?: true } = {}): Database {
  const raw = new Database(join(folder, 'latchkey.db'), { ...options, strict: true })
  raw.run('pragma busy_timeout = 5000')
  return raw
}

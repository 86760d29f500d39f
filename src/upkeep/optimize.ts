import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { tidy } from '../database/tidy'

export const databaseOf = (folder: string) => join(folder, 'latchkey.db')

/** The size of a file; 0 where there is none. */
export const sizeOf = (path: string) => (existsSync(path) ? statSync(path).size : 0)

/** Tidies the database of a folder, beside whoever works on it. */
export async function optimize(folder: string) {
  // What was read in this turn is a snapshot that holds the log where it is.
  await new Promise((resume) => setImmediate(resume))
  const path = databaseOf(folder)
  const { reusableBytes, walBytesBefore, walBytesAfter } = tidy(path, () => sizeOf(`${path}-wal`))
  return {
    database_bytes: sizeOf(path),
    reusable_bytes: reusableBytes,
    wal_bytes_before: walBytesBefore,
    wal_bytes: walBytesAfter,
  }
}

import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { holdLock } from '../database/lock'
import { optimizeFile } from '../database/optimize'
import { type Wiped, wipeAlone, wipeBesideOthers } from '../database/wipe'

export const databaseOf = (folder: string) => join(folder, 'latchkey.db')

/** The size of a file; 0 where there is none. */
export const sizeOf = (path: string) => (existsSync(path) ? statSync(path).size : 0)

/**
 * Tidies the database of a folder, beside whoever works on it. Where deleted rows are to leave nothing, what lies in
 * unused pages is overwritten too; while no server runs, the whole file is written anew.
 */
export async function optimize(folder: string, { wipes = false } = {}) {
  // What was read in this turn is a snapshot that holds the log where it is.
  await new Promise((resume) => setImmediate(resume))
  const path = databaseOf(folder)
  const wiped = wipes ? wipe(folder) : undefined
  const { reusableBytes, walBytesBefore, walBytesAfter } = optimizeFile(path, () => sizeOf(`${path}-wal`))
  return {
    database_bytes: sizeOf(path),
    reusable_bytes: reusableBytes,
    wal_bytes_before: walBytesBefore,
    wal_bytes: walBytesAfter,
    ...wiped,
  }
}

function wipe(folder: string): Wiped {
  // No server starts while the file is written anew.
  const lock = holdLock(folder)
  if (!lock) return wipeBesideOthers(databaseOf(folder))
  try {
    return wipeAlone(databaseOf(folder))
  } finally {
    lock.release()
  }
}

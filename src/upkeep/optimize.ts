import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, Type } from '@sinclair/typebox'
import { holdLock } from '../database/lock'
import { optimizeFile } from '../database/optimize'
import { type Wiped, wipeAlone, wipeBesideOthers } from '../database/wipe'
import { counter, view } from '../kernel/view'

export const databaseOf = (folder: string) => join(folder, 'latchkey.db')

/** The size of a file; 0 if there is none. */
export const sizeOf = (path: string) => (existsSync(path) ? statSync(path).size : 0)

/** The sizes of a database's files before and after the optimization. */
export const OptimizedView = view('Optimized', {
  database_bytes: counter(),
  reusable_bytes: counter('Bytes of the database that are free for new rows.'),
  wal_bytes_before: counter(),
  wal_bytes: counter('The size of the write-ahead log.'),
  rewritten: Type.Optional(
    Type.Boolean({ description: 'Whether the file was written anew; only the pages nothing stands in, otherwise.' }),
  ),
  log_emptied: Type.Optional(Type.Boolean({ description: 'Whether the write-ahead log was emptied.' })),
})

/**
 * Optimizes the database of a folder while others work on it. `wipes` also overwrites unused pages, so that deleted
 * rows leave nothing; if no server runs, the whole file is rewritten.
 */
export async function optimize(folder: string, { wipes = false } = {}): Promise<Static<typeof OptimizedView>> {
  // Rows read in this turn hold a snapshot that keeps the log from being truncated.
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
  // No server can start while the file is rewritten.
  const lock = holdLock(folder)
  if (!lock) return wipeBesideOthers(databaseOf(folder))
  try {
    return wipeAlone(databaseOf(folder))
  } finally {
    lock.release()
  }
}

import { type Static, Type } from '@sinclair/typebox'
import { bytesOf, optimizePlace } from '../database/engine'
import { holdLock } from '../database/lock'
import type { DatabasePlace } from '../database/place'
import { type Wiped, wipeAlone, wipeBesideOthers } from '../database/wipe'
import type { Deps } from '../deps'
import { counter, view } from '../kernel/view'

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
export async function optimize(
  { database, folder }: Pick<Deps, 'database' | 'folder'>,
  { wipes = false } = {},
): Promise<Static<typeof OptimizedView>> {
  // Rows read in this turn hold a snapshot that keeps the log from being truncated.
  await new Promise((resume) => setImmediate(resume))
  const wiped = wipes ? wipe(database, folder) : undefined
  const { reusableBytes, walBytesBefore, walBytesAfter } = await optimizePlace(database)
  const { database_bytes } = await bytesOf(database)
  return {
    database_bytes,
    reusable_bytes: reusableBytes,
    wal_bytes_before: walBytesBefore,
    wal_bytes: walBytesAfter,
    ...wiped,
  }
}

function wipe(database: DatabasePlace, folder: string): Wiped | undefined {
  // PostgreSQL gives the space of deleted rows to new ones, and lets nobody overwrite it.
  if (database.engine !== 'sqlite') return undefined
  // No server can start while the file is rewritten.
  const lock = holdLock(folder)
  if (!lock) return wipeBesideOthers(database.path)
  try {
    return wipeAlone(database.path)
  } finally {
    lock.release()
  }
}

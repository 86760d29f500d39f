import type { Author } from '../kernel/author'
import { copyForReading } from './copy'
import { type Db, openDatabase } from './database'
import { type DatabaseInspection, inspect } from './inspection'
import { type FoundDatabase, inspectDatabase, migrate } from './migrate'
import { type Optimized, optimizeFile } from './optimize'
import { type DatabasePlace, sizeOf } from './place'
import { copyPostgresToFile } from './postgres/copy-to-file'
import { openPostgres } from './postgres/database'
import { inspectPostgresRows, openPostgresSnapshot } from './postgres/inspection'
import { optimizePostgres, sizeOfPostgres } from './postgres/maintenance'
import { inspectPostgres, migratePostgres } from './postgres/migrate'
import { openSnapshot, type Snapshot } from './snapshot'

// Each of these does for either engine what the module of that engine documents.

/** Reads what a database contains, without writing; undefined if there is none. */
export const inspectPlace = async (place: DatabasePlace): Promise<FoundDatabase | undefined> =>
  place.engine === 'sqlite' ? inspectDatabase(place.path) : inspectPostgres(place.addresses)

/** Migrates a database to this version's schema. Returns the path of a copy of a file as it was, if one was made. */
export async function migratePlace(place: DatabasePlace, now: Date): Promise<{ copy?: string }> {
  if (place.engine === 'sqlite') return migrate(place.path, now)
  await migratePostgres(place.addresses, now)
  return {}
}

/**
 * Opens a migrated database; changes are recorded under this author unless `as` names another. A server says from which
 * data folder it serves.
 */
export const openPlace = async (
  place: DatabasePlace,
  author: Author,
  { servedFrom, auditKey }: { servedFrom: string | undefined; auditKey: Buffer },
): Promise<Db> =>
  place.engine === 'sqlite'
    ? openDatabase(place.path, author, { hasCheckpoints: servedFrom !== undefined, auditKey })
    : openPostgres(place.addresses, author, { servedFrom, auditKey })

/** Inspects a database that may be in use. */
export const inspectRows = <T>(
  place: DatabasePlace,
  look: (inspection: DatabaseInspection) => Promise<T>,
): Promise<T> => (place.engine === 'sqlite' ? inspect(place.path, look) : inspectPostgresRows(place.addresses, look))

/** Opens a snapshot of a database that others may keep writing to. */
export const snapshotOf = async (place: DatabasePlace): Promise<Snapshot> =>
  place.engine === 'sqlite' ? openSnapshot(place.path) : openPostgresSnapshot(place.addresses)

/** Copies a database that is in use, as of one moment, into a new SQLite file. */
export const copyToFile = async (place: DatabasePlace, path: string, now: Date): Promise<void> =>
  place.engine === 'sqlite' ? copyForReading(place.path, path) : copyPostgresToFile(place.addresses, path, now)

/** How much room a database takes, and how much of that its write-ahead log, as far as it is known. */
export const bytesOf = async (place: DatabasePlace): Promise<{ database_bytes: number; wal_bytes: number }> =>
  place.engine === 'sqlite'
    ? { database_bytes: sizeOf(place.path), wal_bytes: sizeOf(`${place.path}-wal`) }
    : { database_bytes: await sizeOfPostgres(place.addresses), wal_bytes: 0 }

/** Updates the query planner's statistics and tidies up, without making others wait long. */
export const optimizePlace = async (place: DatabasePlace): Promise<Optimized> =>
  place.engine === 'sqlite'
    ? optimizeFile(place.path, () => sizeOf(`${place.path}-wal`))
    : optimizePostgres(place.addresses)

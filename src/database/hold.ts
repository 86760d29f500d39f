import type { Database } from 'bun:sqlite'
import type { Author } from '../kernel/author'
import { connect, type Tx, txOf } from './connection'
import { type DatabaseInspection, inspectionOf } from './inspection'

/** A database that nobody else changes meanwhile, so that everything read from it is of one moment. */
export interface HeldDatabase {
  /** What changes it; committed when the work ends. */
  readonly tx: Tx
  readonly inspection: DatabaseInspection
}

/** Who holds a database, and the key of its audit chain. */
export interface Holder {
  author: Author
  auditKey: Buffer
}

/**
 * Runs work while no other process can change a database file. What the work changes is committed when it ends, and
 * undone if it fails.
 */
export async function holdFile<T>(
  path: string,
  { author, auditKey }: Holder,
  work: (held: HeldDatabase & { raw: Database }) => Promise<T>,
): Promise<T> {
  const connection = connect(path)
  const { raw, orm, close } = connection
  try {
    raw.run('begin immediate')
    const done = await work({ raw, tx: txOf(orm, author, auditKey), inspection: inspectionOf(connection) })
    raw.run('commit')
    return done
  } finally {
    close()
  }
}

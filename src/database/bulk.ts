import { clientOf, connect, type Writable } from './connection'
import { postgresOf } from './postgres/client'

/**
 * Enlarges this process's page cache and the write-ahead log before it is checkpointed: bulk inserts touch pages all
 * over the indexes.
 */
export async function makeRoom(tx: Writable) {
  if (postgresOf(tx)) return
  clientOf(tx).run('pragma cache_size = -131072')
  clientOf(tx).run('pragma wal_autocheckpoint = 16384')
}

/** Changes a database file that no process has open, in one transaction and without audit. */
export async function changeClosed(path: string, work: (db: Writable) => Promise<void>) {
  const { raw, orm, close } = connect(path)
  try {
    raw.run('begin immediate')
    await work(orm)
    raw.run('commit')
  } finally {
    close()
  }
}

/** Fills a new database file that no process has open; a power failure meanwhile makes it unusable. */
export async function fillClosed(path: string, work: (db: Writable) => Promise<void>) {
  const { raw, orm, close } = connect(path)
  try {
    raw.run('pragma synchronous = off')
    raw.run('pragma cache_size = -1000000')
    raw.run('begin')
    await work(orm)
    raw.run('commit')
    raw.run('analyze')
  } finally {
    close()
  }
}

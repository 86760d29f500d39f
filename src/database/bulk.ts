import { clientOf, connect, type Writable } from './connection'

/**
 * Lets this process keep more in memory, and more in the log before it is carried over: what is put in falls all over
 * the indexes.
 */
export async function makeRoom(tx: Writable) {
  clientOf(tx).run('pragma cache_size = -131072')
  clientOf(tx).run('pragma wal_autocheckpoint = 16384')
}

/** Changes a database file that nobody has open, all or nothing, and audits nothing. */
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

/** Fills a new database file that nobody has open; should the power fail meanwhile, it is of no use. */
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

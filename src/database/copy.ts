import type { Database } from 'bun:sqlite'
import { closeSync, openSync, rmSync } from 'node:fs'
import { connect } from './connection'

/** A whole copy of a database, as it is at one moment, that only its owner may read; or none. */
export function copyTo(raw: Database, path: string) {
  closeSync(openSync(path, 'wx', 0o600))
  try {
    raw.query('vacuum into ?').run(path)
  } catch (error) {
    rmSync(path)
    throw error
  }
}

/**
 * Copies a file that others work on: they do not wait for it, but this process does nothing else meanwhile. It is
 * not on disk when it returns: waiting for so much would make the writes of others wait too.
 */
export function copyForReading(from: string, to: string) {
  const { raw, close } = connect(from, { readonly: true })
  const writer = connect(from)
  const takeLogIn = writer.raw.query('pragma wal_checkpoint(passive)')
  try {
    raw.run('pragma synchronous = off')
    copyTo(raw, to)
    // What was written meanwhile could not be taken in; now it is done here, before a server's next write has to do it.
    takeLogIn.get()
  } finally {
    writer.close()
    close()
  }
}

import type { Database } from 'bun:sqlite'
import { closeSync, openSync, rmSync } from 'node:fs'
import { connect } from './connection'

/** Copies a whole database as of one moment, readable by its owner only; leaves no file on failure. */
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
 * Copies a database that is in use. Other processes do not wait for it, but this one is blocked meanwhile. The copy is
 * not flushed to disk: that would slow down other writers too.
 */
export function copyForReading(from: string, to: string) {
  const { raw, close } = connect(from, { readonly: true })
  const writer = connect(from)
  const checkpoint = writer.raw.query('pragma wal_checkpoint(passive)')
  try {
    raw.run('pragma synchronous = off')
    copyTo(raw, to)
    // Readers blocked checkpoints during the copy; checkpoint now, before a server's next write has to.
    checkpoint.get()
  } finally {
    writer.close()
    close()
  }
}

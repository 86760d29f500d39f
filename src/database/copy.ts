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

/** The same of a file that others work on: they neither wait nor notice, but this process does nothing else meanwhile. */
export function copyDatabase(from: string, to: string) {
  const { raw, close } = connect(from, { readonly: true })
  try {
    copyTo(raw, to)
  } finally {
    close()
  }
}

import { constants, Database } from 'bun:sqlite'
import { existsSync, rmSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { migrations } from '../../db/migrations'
import { counted } from '../kernel/counted'
import { message, remedy, settingRef } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { sha256 } from '../kernel/secrets'
import { connect } from './connection'
import { copyTo } from './copy'
import { type Migration, pendingMigrations } from './pending-migrations'

/** The migrations still to apply to a database file. */
function pendingIn(raw: Database, all: Migration[] = migrations): Migration[] {
  const hasTable = raw.query("select 1 from sqlite_master where name = 'applied_migrations'").get()
  const applied = hasTable ? raw.query<[string, string], []>('select tag, hash from applied_migrations').values() : []
  return pendingMigrations(applied as [string, string][], all)
}

/** What a database file contains, read without opening it for work. */
export interface FoundDatabase {
  isCurrent: boolean
  sealingFingerprint?: string
  /** Where its data has gone; it is not to be used any more. */
  movedTo?: string
  /** The stored text of each setting. */
  storedSettings(): ReadonlyMap<string, string>
}

/** Reads a database file without writing; undefined when there is no such file. */
export function inspectDatabase(path: string): FoundDatabase | undefined {
  if (!existsSync(path)) return undefined
  const raw = openUntouched(path)
  try {
    if (isForeign(raw)) {
      throw new OperatorError(
        message`${path} is not a database of Latchkey: choose another folder with ${settingRef('data_dir')}, or restore it from a backup if it should be one`,
      )
    }
    const isCurrent = pendingIn(raw).length === 0
    const hasFacts = raw.query("select 1 from sqlite_master where name = 'installation'").get()
    const facts = hasFacts ? raw.query<[string, string], []>('select key, value from installation').values() : []
    const stored = storedIn(raw)
    return { isCurrent, storedSettings: () => stored, ...factsIn(new Map(facts as [string, string][])) }
  } catch (error) {
    if ((error as { code?: string }).code !== 'SQLITE_NOTADB') throw error
    throw new OperatorError(`${path} is not a database: restore it from a backup`)
  } finally {
    raw.close()
  }
}

/** What the facts about an installation say of its use. */
export function factsIn(facts: ReadonlyMap<string, string>): Pick<FoundDatabase, 'sealingFingerprint' | 'movedTo'> {
  const sealingFingerprint = facts.get('sealing_fingerprint')
  const moved = facts.get('moved_to')
  return { ...(sealingFingerprint && { sealingFingerprint }), ...(moved && { movedTo: JSON.parse(moved).to }) }
}

/** The stored settings; empty when the table is missing, in an older version or a damaged file. */
function storedIn(raw: Database): ReadonlyMap<string, string> {
  try {
    const rows = raw.query<{ name: string; value: string }, []>('select name, value from settings').all()
    return new Map(rows.map(({ name, value }) => [name, value]))
  } catch {
    return new Map()
  }
}

/** Whether it has tables but not the migrations table that every version of Latchkey keeps. */
const isForeign = (raw: Database) =>
  raw.query("select 1 from sqlite_master where type = 'table' and name not like 'sqlite%'").get() !== null &&
  raw.query("select 1 from sqlite_master where name = 'applied_migrations'").get() === null

/** Opens a database that no process uses as immutable: otherwise even reading would create files beside it. */
function openUntouched(path: string) {
  if (existsSync(`${path}-wal`)) {
    const raw = new Database(path, { readonly: true })
    raw.run('pragma busy_timeout = 5000')
    return raw
  }
  return new Database(`${pathToFileURL(path)}?immutable=1`, constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI)
}

/**
 * Migrates a database to this version's schema in one transaction, or leaves it as it was. A database that holds data
 * is first copied, to a file beside it. Returns the applied tags and the copy's path.
 */
export function migrate(path: string, now: Date, all: Migration[] = migrations): { applied: string[]; copy?: string } {
  const { raw, close } = connect(path)
  try {
    const todo = pendingIn(raw, all)
    if (!todo.length) return { applied: [] }
    const isEmpty = !raw.query('select 1 from sqlite_master').get()
    const copy = `${path}.before-${todo[0]!.tag}-${now.toISOString().replace(/[:.]/g, '')}`
    if (!isEmpty) copyTo(raw, copy)
    // Rebuilding a table drops the old one, which would cascade; SQLite ignores this pragma inside a transaction.
    raw.run('pragma foreign_keys = off')
    try {
      raw.transaction(() => apply(raw, all, now)).immediate()
    } catch (error) {
      // Nothing was changed, and repeated failed starts must not fill the disk with copies.
      rmSync(copy, { force: true })
      throw error
    }
    return isEmpty ? { applied: todo.map(({ tag }) => tag) } : { applied: todo.map(({ tag }) => tag), copy }
  } finally {
    close()
  }
}

function apply(raw: Database, all: Migration[], now: Date) {
  raw.run(
    'create table if not exists applied_migrations (tag text primary key, hash text not null, applied_at integer not null)',
  )
  const note = raw.query('insert into applied_migrations values (?, ?, ?)')
  // Checked again inside the transaction: another process may have been faster.
  for (const { tag, sql } of pendingIn(raw, all)) {
    for (const statement of sql.split('--> statement-breakpoint')) if (statement.trim()) raw.run(statement)
    note.run(tag, sha256(sql), now.getTime())
  }
  const broken = raw.query('pragma foreign_key_check').all()
  if (broken.length) {
    throw new OperatorError(
      message`the upgrade would break ${counted(broken.length, 'reference')}, so nothing was changed: run the former version and its ${remedy('doctor')}`,
    )
  }
}

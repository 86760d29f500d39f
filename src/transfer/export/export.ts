import type { KeyObject } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { SigningKey } from '../../../db/schema/operations'
import type { Queryable } from '../../database/connection'
import { snapshotOf } from '../../database/engine'
import type { DatabasePlace } from '../../database/place'
import { syncFolder } from '../../kernel/disk'
import { OperatorError } from '../../kernel/operator-error'
import { isPaired, openCompanion } from '../../signing/companion'
import { openSigningKey } from '../../signing/key-pair'
import type { Sealer } from '../../signing/sealing'
import { type ExportOptions, exportedTables, type LockedKey, type Table, type TableName } from '../tables/table'
import { tables } from '../tables/tables'

/** The number of lines written, by table. */
export type Written = Partial<Record<TableName, number>>

/** Turns the lines of a table into pieces of a file. */
export type Form = (table: Table, rows: AsyncIterable<object>) => AsyncIterable<string>

const piece = 65_536

/** One JSON object per line; with its table's name if several tables share a file. */
export const jsonForm = ({ named }: { named: boolean }): Form =>
  async function* (table, rows) {
    let text = ''
    for await (const row of rows) {
      text += `${JSON.stringify(named ? { table: table.name, ...row } : row)}\n`
      if (text.length < piece) continue
      yield text
      text = ''
    }
    yield text
  }

interface Wanted {
  database: DatabasePlace
  /** The tables to export, in an order in which references point backwards. */
  only?: TableName | undefined
  exportOptions: ExportOptions
}

/** Writes every table into one file of JSON lines; the file gets its name when complete. */
export function exportToFile(wanted: Wanted, path: string): Promise<Written> {
  return unfinished(path, (draft) => {
    mkdirSync(dirname(draft), { recursive: true })
    return onSnapshot(wanted, async (db, written) => {
      const file = openSync(draft, 'wx', 0o600)
      for (const table of chosen(wanted)) {
        written[table.name] = await write(file, jsonForm({ named: true }), { table, db, wanted })
      }
      finish(file)
    })
  })
}

/** Writes every table into a file of its own in a new folder, which gets its name when complete. */
export function exportToFolder(wanted: Wanted, path: string): Promise<Written> {
  return unfinished(path, (draft) => {
    mkdirSync(draft, { recursive: true, mode: 0o700 })
    return onSnapshot(wanted, async (db, written) => {
      for (const table of chosen(wanted)) {
        const file = openSync(join(draft, `${table.name}.jsonl`), 'wx', 0o600)
        written[table.name] = await write(file, jsonForm({ named: false }), { table, db, wanted })
        finish(file)
      }
      syncFolder(draft)
    })
  })
}

/** The exported text in pieces, from one snapshot of the database, which is held until the reader ends. */
export async function* exportedText(wanted: Wanted, form: Form): AsyncGenerator<string> {
  const tables = chosen(wanted)
  const { read, close } = await snapshotOf(wanted.database)
  try {
    for (const table of tables) yield* form(table, table.rows!(read, wanted.exportOptions))
  } finally {
    await close()
  }
}

/** Encrypts the private halves of a signing key with a passphrase, readable by every tool: PKCS#8 in PEM form. */
export function lockWith(sealer: Sealer, passphrase: string) {
  const lock = (key: KeyObject) =>
    key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString()
  return (key: SigningKey): LockedKey => ({
    own: lock(openSigningKey(key, sealer)),
    companion: isPaired(key) ? lock(openCompanion(key, sealer)) : null,
  })
}

function chosen({ only, exportOptions }: Wanted) {
  const names = exportedTables.filter((name) => name !== 'signing_keys' || exportOptions.lockKey)
  if (only === undefined) return names.map((name) => tables[name])
  if (names.includes(only)) return [tables[only]]
  throw new OperatorError('signing keys leave under a passphrase alone: give one', 'invalid_input')
}

async function onSnapshot({ database }: Wanted, work: (db: Queryable, written: Written) => Promise<void>) {
  const { read, close } = await snapshotOf(database)
  const written: Written = {}
  try {
    await work(read, written)
    return written
  } finally {
    await close()
  }
}

interface Part {
  table: Table
  db: Queryable
  wanted: Wanted
}

async function write(file: number, form: Form, { table, db, wanted }: Part): Promise<number> {
  const counted = counting(table.rows!(db, wanted.exportOptions))
  for await (const text of form(table, counted.rows)) writeSync(file, text)
  return counted.count()
}

function counting(rows: AsyncIterable<object>) {
  let count = 0
  return {
    rows: (async function* () {
      for await (const row of rows) {
        count++
        yield row
      }
    })(),
    count: () => count,
  }
}

function finish(file: number) {
  fsyncSync(file)
  closeSync(file)
}

/** Runs work under a temporary name, then renames the result to this path. */
async function unfinished<T>(path: string, work: (draft: string) => Promise<T>): Promise<T> {
  if (existsSync(path)) throw new OperatorError(`${path} exists already: name a place that is free with --to`)
  const draft = `${path.replace(/\/+$/, '')}.unfinished`
  rmSync(draft, { recursive: true, force: true })
  try {
    const result = await work(draft)
    renameSync(draft, path)
    syncFolder(dirname(path))
    return result
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    throw error
  }
}

import { getTableColumns, getTableName } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { customerSizes } from '../../../db/schema/licensing'
import { installation } from '../../../db/schema/operations'
import { allTables } from '../../../db/schema/tables'
import { fillClosed } from '../bulk'
import { clientOf, type Writable } from '../connection'
import { migrate } from '../migrate'
import type { Session } from './client'
import { openReadOnly } from './inspection'

const rowsPerFetch = 5000

/** Told how many rows were copied since it was told last. */
export type OnRows = (rows: number) => void

// Triggers of the file write them as rows arrive: what they have written is replaced.
const written: readonly SQLiteTable[] = [customerSizes, installation]

/** Copies a database of PostgreSQL, as of one moment, into a new SQLite file of the same schema. */
export async function copyPostgresToFile(addresses: readonly string[], path: string, now: Date): Promise<void> {
  const { session, close } = await openReadOnly(addresses)
  try {
    await copySessionToFile(session, path, now)
  } finally {
    await close()
  }
}

/** Copies what a transaction sees into a new SQLite file; tells how many rows are copied, piece by piece. */
export async function copySessionToFile(session: Session, path: string, now: Date, onRows: OnRows = () => {}) {
  migrate(path, now)
  await fillClosed(path, async (db) => {
    for (const table of [...allTables.filter((each) => !written.includes(each)), ...written]) {
      await copyTable({ session, db, onRows }, table)
    }
  })
}

interface Copying {
  session: Session
  db: Writable
  onRows: OnRows
}

async function copyTable({ session, db, onRows }: Copying, table: SQLiteTable) {
  const raw = clientOf(db)
  const name = getTableName(table)
  const columns = Object.values(getTableColumns(table))
  const names = columns.map((column) => `"${column.name}"`).join(', ')
  raw.run(`delete from "${name}"`)
  const insertion = raw.prepare(`insert into "${name}" (${names}) values (${columns.map(() => '?').join(', ')})`)
  await session.script(`declare copied cursor for select ${names} from "${name}"`)
  for (;;) {
    const rows = await session.query(`fetch ${rowsPerFetch} from copied`)
    for (const row of rows) insertion.run(...(row as string[]))
    onRows(rows.length)
    if (rows.length < rowsPerFetch) break
  }
  await session.script('close copied')
  const counted = columns.find((column) => 'autoIncrement' in column && column.autoIncrement)
  if (!counted) return
  const [row] = await session.query('select pg_sequence_last_value(pg_get_serial_sequence($1, $2)::regclass)', [
    name,
    counted.name,
  ])
  const last = row![0] as number | null
  if (last !== null) {
    raw.run('delete from sqlite_sequence where name = ?', [name])
    raw.run('insert into sqlite_sequence (name, seq) values (?, ?)', [name, last])
  }
}

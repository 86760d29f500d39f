import { getTableColumns, getTableName } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { allTables } from '../../../db/schema/tables'
import { fillClosed } from '../bulk'
import { clientOf } from '../connection'
import { migrate } from '../migrate'
import type { Session } from './client'
import { openReadOnly } from './inspection'

const rowsPerFetch = 5000

/** Told how many rows were copied since it was told last. */
export type OnRows = (rows: number) => void

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
    const raw = clientOf(db)
    const dropped = dropIndexes(raw)
    for (const table of allTables) await copyTable({ session, raw, onRows }, table)
    for (const statement of dropped) raw.run(statement)
  })
}

/**
 * Drops the indexes and triggers of a new file; returns the statements that make them again. Rows are taken in faster
 * without, and what triggers would write is copied too.
 */
function dropIndexes(raw: Raw): string[] {
  const found = raw
    .query<{ type: string; name: string; sql: string }, []>(
      "select type, name, sql from sqlite_master where type in ('index', 'trigger') and sql is not null order by rowid",
    )
    .all()
  for (const { type, name } of found) raw.run(`drop ${type} "${name}"`)
  return found.map(({ sql }) => sql)
}

type Raw = ReturnType<typeof clientOf>

interface Copying {
  session: Session
  raw: Raw
  onRows: OnRows
}

async function copyTable({ session, raw, onRows }: Copying, table: SQLiteTable) {
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

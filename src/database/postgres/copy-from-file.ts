import type { Database } from 'bun:sqlite'
import { getTableColumns, getTableName } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { allTables } from '../../../db/schema/tables'
import { OperatorError } from '../../kernel/operator-error'
import type { LoadingSession } from './client'
import type { OnRows } from './copy-to-file'
import { dropIndexes, runAll } from './indexes'

const pieceLength = 262_144

interface Copying {
  raw: Database
  session: LoadingSession
  onRows: OnRows
}

/**
 * Copies all rows of an SQLite file into the new tables of a database of PostgreSQL, in the transaction of that
 * connection; tells how many rows are copied, piece by piece. Triggers rest meanwhile, since what they would write is
 * copied too. Reading the file goes on for long: keep others from changing it.
 */
export async function copyFromFile(copying: Copying) {
  const { raw, session } = copying
  const alterAll = (how: 'disable' | 'enable') =>
    runAll(
      session,
      allTables.map((table) => `alter table "${getTableName(table)}" ${how} trigger user`),
    )
  await alterAll('disable')
  const indexes = await dropIndexes(session)
  await session.script(`set local maintenance_work_mem = '256MB'; delete from installation`)
  for (const table of allTables) await copyTable(copying, table)
  try {
    await runAll(session, indexes)
  } catch (error) {
    throw describeRefusal(error)
  }
  await alterAll('enable')
  await continueIds(raw, session)
  // A server that knew another database at this address must not take this one for the same.
  await session.script("update installation set value = (value::bigint + 1)::text where key = 'access_epoch'; analyze")
}

async function copyTable({ raw, session, onRows }: Copying, table: SQLiteTable) {
  const name = getTableName(table)
  const columns = Object.values(getTableColumns(table)).map((column) => `"${column.name}"`)
  const rows = raw.prepare(`select ${columns.join(', ')} from "${name}"`).iterate() as Iterable<object>
  try {
    await session.copyIn(`copy "${name}" (${columns.join(', ')}) from stdin`, linesOf(rows, onRows))
  } catch (error) {
    throw describeRefusal(error)
  }
}

/** Rows in PostgreSQL's text format, in pieces of a good size. */
function* linesOf(rows: Iterable<object>, onRows: OnRows) {
  let piece = ''
  let count = 0
  for (const row of rows) {
    piece += `${Object.values(row).map(fieldOf).join('\t')}\n`
    count++
    if (piece.length < pieceLength) continue
    yield piece
    onRows(count)
    piece = ''
    count = 0
  }
  if (piece) yield piece
  onRows(count)
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '\ufffd' }

/** A value in PostgreSQL's text format, which has no NUL: it is replaced, as in what is stored otherwise. */
function fieldOf(value: unknown): string {
  if (value === null) return '\\N'
  if (value instanceof Uint8Array) return `\\\\x${Buffer.from(value).toString('hex')}`
  return typeof value === 'string' ? value.replace(/[\\\t\n\r\0]/g, (found) => escapes[found]!) : String(value)
}

/** Class 22 is of values that do not fit their column, class 23 of rows that break a rule of their table. */
function describeRefusal(error: unknown) {
  const { errno, message, where, detail } = error as {
    errno?: string
    message: string
    where?: string
    detail?: string
  }
  if (!/^2[23]/.test(errno ?? '')) return error
  const place = where ?? detail
  return new OperatorError(
    `PostgreSQL does not take a row${place ? ` (${place})` : ''}, so nothing was moved: ${message}; mend that row in SQLite`,
  )
}

/** Lets the ids that the database gives go on after those that are or were taken. */
async function continueIds(raw: Database, session: LoadingSession) {
  const counted = (await session.query(
    "select table_name::text, column_name::text from information_schema.columns where table_schema = current_schema() and is_identity = 'YES'",
  )) as unknown as [string, string][]
  for (const [table, column] of counted) {
    const taken = raw
      .query<{ last: number | null }, [string]>(
        `select max(coalesce((select max("${column}") from "${table}"), 0), coalesce((select seq from sqlite_sequence where name = ?), 0)) as last`,
      )
      .get(table)!.last
    if (taken) await session.query('select setval(pg_get_serial_sequence($1, $2), $3)', [`"${table}"`, column, taken])
  }
}

import { Database } from 'bun:sqlite'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SQL } from 'bun'
import { databaseAddress, testServer } from './databases'

/** The database of a data folder, as another program opens it; it waits while the server or a command writes. */
export function openRaw(folder: string, options: { readonly?: true } = {}): Database {
  // Servers that a test starts without an address have a file.
  const address = existsSync(join(folder, 'latchkey.db')) ? undefined : databaseAddress(folder)
  if (address) return openPsql(address) as unknown as Database
  const raw = new Database(join(folder, 'latchkey.db'), { ...options, strict: true })
  raw.run('pragma busy_timeout = 5000')
  return raw
}

/** Changes tables behind the back of their triggers, which are there again afterwards. */
export function withoutTriggers<T>(database: Database, tables: readonly string[], change: () => T): T {
  if (testServer) {
    for (const table of tables) database.run(`alter table ${table} disable trigger user`)
    try {
      return change()
    } finally {
      for (const table of tables) database.run(`alter table ${table} enable trigger user`)
    }
  }
  const triggers = database
    .query<{ name: string; sql: string; tbl_name: string }, []>("select * from sqlite_master where type = 'trigger'")
    .all()
    .filter(({ tbl_name }) => tables.includes(tbl_name))
  for (const { name } of triggers) database.run(`drop trigger ${name}`)
  try {
    return change()
  } finally {
    for (const { sql } of triggers) database.run(sql)
  }
}

/** Holds the lock that every writer takes, as another process would; returns what lets it go. */
export async function holdWriters(folder: string): Promise<() => Promise<void>> {
  const address = databaseAddress(folder)
  if (!address) {
    const other = openRaw(folder)
    other.run('begin immediate')
    return async () => {
      other.run('rollback')
      other.close()
    }
  }
  const sql = new SQL(address, { max: 1 })
  await sql.unsafe('begin; select pg_advisory_xact_lock(7311)')
  return async () => {
    await sql.unsafe('rollback')
    await sql.close()
  }
}

/** A database of PostgreSQL by its own program, behind the calls of SQLite's client that tests use. */
function openPsql(address: string) {
  const ask = (text: string, values: unknown[]): Record<string, unknown>[] => {
    const statement = inPlace(text, values)
    const isRead = /^\s*(select|with)\b/i.test(statement) && !/\binsert into\b/i.test(statement)
    const wrapped = isRead
      ? `select coalesce(json_agg(row_to_json(asked)), '[]') from (${statement.replace(/;\s*$/, '')}) as asked`
      : /\breturning\b/i.test(statement)
        ? `with asked as (${statement}) select coalesce(json_agg(row_to_json(asked)), '[]') from asked`
        : statement
    const { stdout, stderr, exitCode } = Bun.spawnSync(
      ['psql', '-qAtX', '-v', 'ON_ERROR_STOP=1', address, '-c', wrapped],
      { stdout: 'pipe', stderr: 'pipe' },
    )
    if (exitCode !== 0) throw new Error(`${stderr}`)
    const said = stdout.toString().trim()
    return said.startsWith('[') ? JSON.parse(said) : []
  }
  const prepared = (text: string) => ({
    get: (...values: unknown[]) => ask(text, values)[0] ?? null,
    all: (...values: unknown[]) => ask(text, values),
    values: (...values: unknown[]) => ask(text, values).map((row) => Object.values(row)),
    run: (...values: unknown[]) => ask(text, values),
  })
  return {
    query: prepared,
    prepare: prepared,
    run: (text: string, values: unknown[] = []) => {
      if (!/^\s*pragma\b/i.test(text)) ask(text, values)
    },
    close() {},
  }
}

/** The text with its values written into it. */
function inPlace(text: string, values: unknown[]): string {
  const [named] = values
  if (typeof named === 'object' && named !== null && !Array.isArray(named)) {
    return text.replace(/\$(\w+)/g, (_, name: string) => literal((named as Record<string, unknown>)[name]))
  }
  const all = values.flat()
  let count = 0
  return text.replace(/'[^']*'|\?(\d*)/g, (found, number?: string) =>
    found.startsWith("'") ? found : literal(all[number ? Number(number) - 1 : count++]),
  )
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString('hex')}'::bytea`
  return `'${String(value).replaceAll("'", "''")}'`
}

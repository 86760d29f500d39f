import { postgresMigrations } from '../../../db/postgres/migrations'
import { OperatorError } from '../../kernel/operator-error'
import { sha256 } from '../../kernel/secrets'
import { type FoundDatabase, factsIn } from '../migrate'
import { type Migration, pendingMigrations } from '../pending-migrations'
import { type Client, type LoadingSession, openPool, type Pool, type Session } from './client'
import { remedyForPostgres } from './failure'
import { inTransaction, migrationLock } from './locked-transaction'

const oldestVersion = 140_000

/** Runs work on connections of its own; a failure that an operator can mend becomes a sentence. */
export async function onPostgres<T>(addresses: readonly string[], work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool(addresses, { max: 1, deadlineMs: 0 })
  try {
    return await work(pool)
  } catch (error) {
    const remedy = remedyForPostgres(error)
    throw remedy ? new OperatorError(remedy) : error
  } finally {
    await pool.close()
  }
}

/** Reads what a database of PostgreSQL contains; undefined if it is empty. Throws if it is not fit for use. */
export const inspectPostgres = (addresses: readonly string[]): Promise<FoundDatabase | undefined> =>
  onPostgres(addresses, async (pool) => {
    await requireFit(pool)
    const tables = await tablesIn(pool)
    if (!tables.length) return undefined
    if (!tables.includes('applied_migrations')) {
      throw new OperatorError(
        'the database that database_url names holds the tables of another program: create an empty one and name that',
      )
    }
    const isCurrent = pendingMigrations(await appliedIn(pool), postgresMigrations).length === 0
    const facts = new Map((await pool.query('select key, value from installation')) as unknown as [string, string][])
    const settings = new Map((await pool.query('select name, value from settings')) as unknown as [string, string][])
    return { isCurrent, storedSettings: () => settings, ...factsIn(facts) }
  })

/** Migrates a database to this version's schema in one transaction, or leaves it as it was. Returns the applied tags. */
export const migratePostgres = (addresses: readonly string[], now: Date): Promise<string[]> =>
  onPostgres(addresses, (pool) => inTransaction(pool, migrationLock, (session) => migrateIn(session, now)))

/** Applies the migrations that a database lacks, in the transaction of that connection; returns their tags. */
async function migrateIn(session: Session, now: Date): Promise<string[]> {
  await session.query(
    'create table if not exists applied_migrations (tag text primary key, hash text not null, applied_at bigint not null)',
  )
  const todo = pendingMigrations(await appliedIn(session), postgresMigrations)
  for (const { tag, sql } of todo) {
    await session.script(sql.replaceAll('--> statement-breakpoint', ''))
    await session.query('insert into applied_migrations values ($1, $2, $3)', [tag, sha256(sql), now.getTime()])
  }
  return todo.map(({ tag }: Migration) => tag)
}

/** Makes the tables of an empty database and runs work on them, in one transaction. Throws if it is not empty. */
export const inNewDatabase = <T>(
  addresses: readonly string[],
  now: Date,
  work: (session: LoadingSession) => Promise<T>,
): Promise<T> =>
  onPostgres(addresses, (pool) =>
    inTransaction(pool, migrationLock, async (session) => {
      if ((await tablesIn(session)).length) throw new OperatorError('the database is not empty: name an empty one')
      await migrateIn(session, now)
      return work(session)
    }),
  )

async function tablesIn(client: Client): Promise<string[]> {
  const rows = await client.query(
    "select table_name::text from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'",
  )
  return rows.map(([name]) => String(name))
}

async function appliedIn(client: Client): Promise<[string, string][]> {
  return (await client.query('select tag, hash from applied_migrations')) as unknown as [string, string][]
}

/** Throws unless this server can hold the data: its version, its encoding, and whether it takes changes. */
async function requireFit(pool: Pool) {
  const [row] = await pool.query(
    "select current_setting('server_version_num')::int, current_setting('server_version'), pg_encoding_to_char(encoding), pg_is_in_recovery(), has_schema_privilege(current_schema(), 'create') from pg_database where datname = current_database()",
  )
  const [number, version, encoding, isStandby, mayCreate] = row as [number, string, string, number, number | null]
  if (number < oldestVersion) {
    throw new OperatorError(`PostgreSQL ${version} is too old: Latchkey needs PostgreSQL 14 or newer`)
  }
  if (encoding !== 'UTF8') {
    throw new OperatorError(
      `the database that database_url names has the encoding ${encoding}: create one with the encoding UTF8`,
    )
  }
  if (!isStandby && !mayCreate) {
    throw new OperatorError(
      'the database denies this role the right to make tables: make it the owner of the database that database_url names',
    )
  }
  if (isStandby) {
    throw new OperatorError(
      'the server that database_url names is a standby, which takes no changes: name the primary, or several servers separated by commas',
    )
  }
}

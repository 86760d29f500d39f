import { entityKind, fillPlaceholders, type Query, type SQL, sql } from 'drizzle-orm'
import {
  PgDatabase,
  PgDialect,
  PgPreparedQuery,
  type PgQueryResultHKT,
  PgSession,
  type PgTransaction,
  type PreparedQueryConfig,
  type SelectedFieldsOrdered,
} from 'drizzle-orm/pg-core'
import * as drizzleUtils from 'drizzle-orm/utils'
import type { Writable } from '../connection'
import { type Client, objectsOf, type Rows } from './client'

/** Drizzle's statements on a connection: the tables are those of SQLite, the SQL is PostgreSQL's. */
export function ormOf(client: Client): Writable {
  const session = new ClientSession(client, dialect)
  const orm = new PgDatabase(dialect, session, undefined)
  return Object.assign(orm, {
    $client: client,
    run: (query: SQL | string) => session.execute(asSql(query)),
    all: (query: SQL | string) => session.execute(asSql(query)),
  }) as unknown as Writable
}

const dialect = new PgDialect()

const asSql = (query: SQL | string) => (typeof query === 'string' ? sql.raw(query) : query)

// Drizzle's own drivers use it; its types do not name it.
const { mapResultRow } = drizzleUtils as unknown as {
  mapResultRow(fields: SelectedFieldsOrdered, row: unknown[], joins?: Record<string, boolean>): unknown
}

class ClientSession extends PgSession<PgQueryResultHKT, Record<string, never>, Record<string, never>> {
  static override readonly [entityKind] = 'ClientSession'

  constructor(
    private readonly client: Client,
    dialect: PgDialect,
  ) {
    super(dialect)
  }

  override prepareQuery<T extends PreparedQueryConfig>(
    query: Query,
    fields: SelectedFieldsOrdered | undefined,
    _name: string | undefined,
    _isArray: boolean,
    map?: (rows: unknown[][]) => T['execute'],
  ): PgPreparedQuery<T> {
    return new ClientQuery<T>(this.client, query, { fields, map })
  }

  override transaction<T>(_work: (tx: PgTransaction<PgQueryResultHKT>) => Promise<T>): Promise<T> {
    throw new Error('transactions are made by Db.write')
  }
}

interface Mapping<Result> {
  fields: SelectedFieldsOrdered | undefined
  map: ((rows: unknown[][]) => Result) | undefined
}

class ClientQuery<T extends PreparedQueryConfig> extends PgPreparedQuery<T> {
  static override readonly [entityKind]: string = 'ClientQuery'

  constructor(
    private readonly client: Client,
    query: Query,
    private readonly mapping: Mapping<T['execute']>,
  ) {
    super(query, undefined, undefined, undefined)
  }

  override async execute(values: Record<string, unknown> = {}): Promise<T['execute']> {
    const { sql, params } = this.query
    const rows = await this.client.query(sql, fillPlaceholders(params, values))
    const { fields, map } = this.mapping
    if (map) return map(rows)
    if (!fields) return objectsOf(rows)
    const { joinsNotNullableMap } = this as unknown as { joinsNotNullableMap?: Record<string, boolean> }
    return Array.from(rows as Rows, (row) => mapResultRow(fields, row, joinsNotNullableMap))
  }

  all(values?: Record<string, unknown>): Promise<T['all']> {
    return this.execute(values)
  }

  isResponseInArrayMode(): boolean {
    return true
  }
}

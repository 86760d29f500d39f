import { SQL } from 'bun'
import { isReadOnly, tooLate } from './failure'
import { translate } from './translate'

/** The answer to one statement: rows as arrays, and what is known of their columns. */
export interface Rows extends Array<unknown[]> {
  columns?: { name: string; type: number }[]
  count: number
}

export type Value = string | number | bigint | boolean | Uint8Array | null

/** What runs a statement: a pool of connections, or one connection in a transaction. */
export interface Client {
  readonly engine: 'postgres'
  /** Runs one statement; its rows as arrays, with numbers as numbers. */
  query(text: string, values?: readonly unknown[]): Promise<Rows>
}

/** One connection of its own. After a failure of the connection it is of no further use. */
export interface Session extends Client {
  /** Runs statements without values, in one round trip. */
  script(text: string): Promise<Rows[]>
  release(): void
}

/** A connection that also takes in many rows at once. */
export interface LoadingSession extends Session {
  /** Runs `copy … from stdin` with these pieces of rows in PostgreSQL's text format. */
  copyIn(text: string, pieces: Iterable<string>): Promise<void>
}

export interface Pool extends Client {
  /** Takes a connection out of the pool until it is released. */
  reserve(): Promise<LoadingSession>
  close(): Promise<void>
}

interface PoolOptions {
  max: number
  /** How long a statement may take, in milliseconds; 0 for ever. */
  deadlineMs: number
}

// The object identifiers of int8, numeric and bool in PostgreSQL's catalogue.
const int8 = 20
const numeric = 1700
const bool = 16

/**
 * Opens connections to the first of these servers that takes changes. Bun's client waits for ever on a link that was
 * cut or a server that hangs, so a deadline closes all connections and opens others. What waited fails at once.
 */
export function openPool(addresses: readonly string[], { max, deadlineMs }: PoolOptions): Pool {
  let current: Promise<SQL> | undefined
  let isClosed = false

  const connection = () => {
    if (!current) {
      const opened = openPrimary(addresses, max)
      current = opened
      opened.catch(() => forget(opened))
    }
    return current
  }

  function forget(opened: Promise<SQL>) {
    if (current === opened) current = undefined
  }

  /** Closes all connections; the next statement opens others. */
  function renew(opened: Promise<SQL>) {
    forget(opened)
    opened.then((sql) => sql.close({ timeout: 0 })).catch(() => {})
  }

  /** Runs work on the connections, and renews them if it is late or the server has become a standby. */
  async function timely<T>(opened: Promise<SQL>, work: (sql: SQL) => Promise<T>): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = deadlineMs
      ? setTimeout(() => {
          reject(tooLate(deadlineMs / 1000))
          renew(opened)
        }, deadlineMs)
      : undefined
    try {
      const running = opened.then(work)
      return await (timer ? Promise.race([running, late]) : running)
    } catch (error) {
      if (isReadOnly(error)) renew(opened)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    engine: 'postgres',
    async query(text, values = []) {
      const sql = translate(text)
      return readable(
        await timely(connection(), (client) => client.unsafe(sql, storable(sql, values)).values() as Promise<Rows>),
      )
    },
    async reserve() {
      const opened = connection()
      const reserved = await timely(opened, (client) => client.reserve())
      return {
        engine: 'postgres',
        async query(text, values = []) {
          const sql = translate(text)
          return readable(
            await timely(opened, () => reserved.unsafe(sql, storable(sql, values)).values() as Promise<Rows>),
          )
        },
        async script(text) {
          const results = await timely(opened, () => reserved.unsafe(text).values() as Promise<Rows | Rows[]>)
          return (Array.isArray(results[0]?.[0]) || 'command' in results ? [results] : results) as Rows[]
        },
        async copyIn(text, pieces) {
          const writer = reserved.unsafe(text).writable().getWriter()
          try {
            for (const piece of pieces) await writer.write(piece)
          } catch (error) {
            await writer.abort(error).catch(() => {})
            throw error
          }
          await writer.close()
        },
        release: () => reserved.release(),
      }
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await current?.then((sql) => sql.close()).catch(() => {})
    },
  }
}

/** Connects to the first server that answers and is no standby; else to the first that answers. */
async function openPrimary(addresses: readonly string[], max: number): Promise<SQL> {
  let standby: SQL | undefined
  let failure: unknown
  for (const address of addresses) {
    const sql = new SQL(address, { max, connectionTimeout: 5, idleTimeout: 0 })
    if (addresses.length === 1) return sql
    try {
      const [[isStandby]] = (await sql.unsafe('select pg_is_in_recovery()').values()) as [[boolean]]
      if (!isStandby) {
        await standby?.close({ timeout: 0 })
        return sql
      }
      if (standby) await sql.close({ timeout: 0 })
      standby ??= sql
    } catch (error) {
      failure = error
      await sql.close({ timeout: 0 }).catch(() => {})
    }
  }
  if (standby) return standby
  throw failure
}

/** The client behind what a store is given, if its database is PostgreSQL. */
export function postgresOf(db: object): Client | undefined {
  const { $client } = db as { $client?: Client }
  return $client?.engine === 'postgres' ? $client : undefined
}

/** Turns the values that Bun leaves as text into numbers, and truth into 1 or 0, as SQLite has them. */
function readable(rows: Rows): Rows {
  rows.columns?.forEach(({ type }, at) => {
    if (type === int8 || type === numeric || type === bool) {
      for (const row of rows) if (row[at] !== null) row[at] = Number(row[at])
    }
  })
  return rows
}

/** Values with a replacement for what PostgreSQL cannot store in a text: NUL, and halves of surrogate pairs. */
function storable(sql: string, values: readonly unknown[]): unknown[] {
  const isJson = sql.includes('json_array_elements_text(')
  return values.map((value) => {
    if (typeof value !== 'string') return value
    const text = value.includes('\0') ? value.replaceAll('\0', replacement) : value.toWellFormed()
    return isJson ? text.replace(unstorable, '$1\\ufffd') : text
  })
}

const replacement = '\ufffd'
// NUL and single surrogates as JSON escapes them; pairs stand in JSON as they are.
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g

/** The rows of an answer as objects by column name. */
export const objectsOf = <Row>(rows: Rows): Row[] =>
  Array.from(rows, (row) => Object.fromEntries(rows.columns!.map(({ name }, at) => [name, row[at]])) as Row)

import { hostname } from 'node:os'
import { version } from '../../../package.json'
import { OperatorError } from '../../kernel/operator-error'
import { UnavailableError } from '../../kernel/unavailable'
import type { Client, Pool, Rows } from './client'
import { inTransaction, writersLock } from './locked-transaction'
import { onPostgres } from './migrate'

const renewMs = 2000
const lapsedMs = 10_000
const pauseMs = 500

/**
 * The lease of the one server that works on a database. It is renewed while the server lives, and lapses ten seconds
 * after it was killed; a new start on the same data folder, which no other can hold, need not wait.
 */
export interface ServerLease {
  /** A statement with one row: 0 if another server has taken over. Every transaction of this server asks it. */
  readonly check: string
  release(): Promise<void>
}

// The clock of the database counts, so that the clocks of servers need not agree.
const now = '(extract(epoch from clock_timestamp()) * 1000)::bigint'

/** Takes the lease for a server of that data folder; throws an `OperatorError` while another server has it. */
export async function takeLease(pool: Pool, folder: string): Promise<ServerLease> {
  const host = `${hostname()}:${folder}`
  const id = crypto.randomUUID()
  let before: number | undefined
  for (;;) {
    const other = await claim(pool, id, host)
    if (!other) break
    // One that has been killed says nothing any more.
    if (before !== undefined && other.seenAt > before) throw servedBy(other.host)
    before = other.seenAt
    await Bun.sleep(pauseMs)
  }

  const timer = setInterval(() => void renew().catch(() => {}), renewMs)
  timer.unref()
  async function renew() {
    const { count } = await pool.query(`update servers set seen_at = ${now} where id = $1`, [id])
    if (count === 0) await claim(pool, id, host)
  }

  return {
    check: `select count(*) from servers where id = '${id}'`,
    async release() {
      clearInterval(timer)
      await pool.query('delete from servers where id = $1', [id]).catch(() => {})
    },
  }
}

/** Registers this server unless another is there, which it returns. */
const claim = (pool: Pool, id: string, host: string) =>
  inTransaction(pool, writersLock, async (session) => {
    await session.query(`delete from servers where host = $1 or seen_at < ${now} - ${lapsedMs}`, [host])
    const other = await findOther(session)
    if (!other) await session.query(`insert into servers values ($1, $2, $3, ${now}, ${now})`, [id, host, version])
    return other
  })

async function findOther(client: Client): Promise<{ host: string; seenAt: number } | undefined> {
  const [row] = await client.query('select host, seen_at from servers limit 1')
  return row && { host: String(row[0]), seenAt: Number(row[1]) }
}

/** Throws if the answer to `check` says that another server has taken over. */
export function requireLease(results: Rows[]) {
  if (Number(results.flat(1).at(-1)?.[0]) !== 0) return
  throw new UnavailableError('another server works on the database: stop one of them')
}

/** Throws an `OperatorError` while a server works on a database. */
export const requireUnserved = (addresses: readonly string[]): Promise<void> =>
  onPostgres(addresses, async (pool) => {
    const [row] = await pool.query(`select host from servers where seen_at > ${now} - ${lapsedMs}`)
    if (row) throw servedBy(String(row[0]))
  })

const servedBy = (host: string) =>
  new OperatorError(
    `another Latchkey server works on this database, ${host}: stop it first, or name another database with LATCHKEY_DATABASE_URL`,
  )

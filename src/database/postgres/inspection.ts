import { getTableName } from 'drizzle-orm'
import { allTables } from '../../../db/schema/tables'
import type { DatabaseInspection } from '../inspection'
import type { Snapshot } from '../snapshot'
import { openPool, type Session } from './client'
import { ormOf } from './orm'

/** Opens a snapshot of a database that others may keep writing to. */
export async function openPostgresSnapshot(addresses: readonly string[]): Promise<Snapshot> {
  const { session, close } = await openReadOnly(addresses)
  return { read: ormOf(session), close }
}

/** Inspects a database of PostgreSQL as of one moment. What its files hold is for the tools of PostgreSQL. */
export async function inspectPostgresRows<T>(
  addresses: readonly string[],
  look: (inspection: DatabaseInspection) => Promise<T>,
): Promise<T> {
  const { session, close } = await openReadOnly(addresses)
  try {
    return await look(inspectionOn(session))
  } finally {
    await close()
  }
}

/** Inspects through an open connection, which sees what its transaction has changed. */
export const inspectionOn = (session: Session): DatabaseInspection => ({
  read: ormOf(session),
  problems: async () => [],
  // PostgreSQL holds foreign keys itself, and has no switch of a session that lets them go.
  brokenReferences: async () => [],
  rows: () => countRows(session),
})

/** Opens a connection that sees one moment of the database. */
export async function openReadOnly(
  addresses: readonly string[],
): Promise<{ session: Session; close(): Promise<void> }> {
  const pool = openPool(addresses, { max: 1, deadlineMs: 0 })
  try {
    const session = await pool.reserve()
    // The snapshot starts at its first read.
    await session.script('begin isolation level repeatable read, read only; select 1 from installation')
    return {
      session,
      async close() {
        await session.script('rollback').catch(() => {})
        session.release()
        await pool.close()
      },
    }
  } catch (error) {
    await pool.close()
    throw error
  }
}

async function countRows(session: Session): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of [...allTables.map(getTableName), 'applied_migrations'].sort()) {
    const [row] = await session.query(`select count(*) from "${name}"`)
    counts[name] = row![0] as number
  }
  return counts
}

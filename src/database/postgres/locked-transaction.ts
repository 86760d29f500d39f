import type { LoadingSession, Pool } from './client'

/** The key of the advisory lock that everything which changes the data takes. */
export const writersLock = 7311

/** The key of the advisory lock that keeps two starts from migrating at once. */
export const migrationLock = 7312

/**
 * Runs work in one transaction under an advisory lock, on a connection of its own and for as long as it takes; a failure
 * undoes all of it.
 */
export async function inTransaction<T>(
  pool: Pool,
  lock: number,
  work: (session: LoadingSession) => Promise<T>,
): Promise<T> {
  const session = await pool.reserve()
  try {
    await session.script(`begin isolation level read committed;
      set local idle_in_transaction_session_timeout = 0;
      set local statement_timeout = 0;
      select pg_advisory_xact_lock(${lock})`)
    const done = await work(session)
    await session.script('commit')
    return done
  } catch (error) {
    await session.script('rollback').catch(() => {})
    throw error
  } finally {
    session.release()
  }
}

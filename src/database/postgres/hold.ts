import { txOf } from '../connection'
import type { HeldDatabase, Holder } from '../hold'
import type { Session } from './client'
import { inspectionOn } from './inspection'
import { inTransaction, writersLock } from './locked-transaction'
import { onPostgres } from './migrate'
import { ormOf } from './orm'

/**
 * Runs work while no server can change a database of PostgreSQL. What the work changes is committed when it ends, and
 * undone if it fails.
 */
export const holdPostgres = <T>(
  addresses: readonly string[],
  { author, auditKey }: Holder,
  work: (held: HeldDatabase & { session: Session }) => Promise<T>,
): Promise<T> =>
  onPostgres(addresses, (pool) =>
    inTransaction(pool, writersLock, (session) =>
      work({ session, tx: txOf(ormOf(session), author, auditKey), inspection: inspectionOn(session) }),
    ),
  )

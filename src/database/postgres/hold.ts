import { txOf } from '../connection'
import type { HeldDatabase, Holder } from '../hold'
import type { Session } from './client'
import { inspectionOn } from './inspection'
import { inTransaction } from './migrate'
import { ormOf } from './orm'
import { writersLock } from './transactions'

/**
 * Runs work while no server can change a database of PostgreSQL. What the work changes is committed when it ends, and
 * undone if it fails.
 */
export const holdPostgres = <T>(
  addresses: readonly string[],
  { author, auditKey }: Holder,
  work: (held: HeldDatabase & { session: Session }) => Promise<T>,
): Promise<T> =>
  inTransaction(addresses, writersLock, (session) =>
    work({ session, tx: txOf(ormOf(session), author, auditKey), inspection: inspectionOn(session) }),
  )

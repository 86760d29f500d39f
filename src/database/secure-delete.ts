import { clientOf, type Tx } from './connection'
import { postgresOf } from './postgres/client'

/**
 * Overwrites what this work deletes at once, whole pages included. Otherwise a freed page keeps its content until it is
 * reused.
 */
export async function overwriting<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  // PostgreSQL has no such switch.
  if (postgresOf(tx)) return work()
  clientOf(tx).run('pragma secure_delete = on')
  try {
    return await work()
  } finally {
    clientOf(tx).run('pragma secure_delete = fast')
  }
}

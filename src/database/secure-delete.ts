import { clientOf, type Tx } from './connection'

/**
 * Overwrites what this work deletes at once, whole pages included. Otherwise a freed page keeps its content until it is
 * reused.
 */
export async function overwriting<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  clientOf(tx).run('pragma secure_delete = on')
  try {
    return await work()
  } finally {
    clientOf(tx).run('pragma secure_delete = fast')
  }
}

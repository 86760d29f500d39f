import { clientOf, type Tx } from './connection'

/**
 * What this work deletes is overwritten at once, whole pages as well. Otherwise a page that is given back keeps what
 * stood in it until it is used again.
 */
export async function overwriting<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  clientOf(tx).run('pragma secure_delete = on')
  try {
    return await work()
  } finally {
    clientOf(tx).run('pragma secure_delete = fast')
  }
}

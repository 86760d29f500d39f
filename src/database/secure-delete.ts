import type { Queryable } from './connection'

/**
 * What this work deletes is overwritten at once, whole pages as well. Otherwise a page that is given back keeps what
 * stood in it until it is used again.
 */
export async function overwriting<T>(tx: Queryable, work: () => Promise<T>): Promise<T> {
  tx.$client.run('pragma secure_delete = on')
  try {
    return await work()
  } finally {
    tx.$client.run('pragma secure_delete = fast')
  }
}

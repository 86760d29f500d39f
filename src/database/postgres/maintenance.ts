import type { Optimized } from '../optimize'
import { onPostgres } from './migrate'

/** The size of the database, in bytes. */
export const sizeOfPostgres = (addresses: readonly string[]): Promise<number> =>
  onPostgres(addresses, async (pool) => {
    const [row] = await pool.query('select pg_database_size(current_database())')
    return row![0] as number
  })

/** Frees the space of deleted rows for new ones, and updates the planner's statistics; others work meanwhile. */
export const optimizePostgres = (addresses: readonly string[]): Promise<Optimized> =>
  onPostgres(addresses, async (pool) => {
    await pool.query('vacuum (analyze)')
    return { reusableBytes: 0, walBytesBefore: 0, walBytesAfter: 0 }
  })

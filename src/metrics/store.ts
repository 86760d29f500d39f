import { eq } from 'drizzle-orm'
import { installation } from '../../db/schema/operations'
import type { Queryable } from '../database/connection'

/** When a backup was last made and verified, in seconds since 1970; undefined if never. */
export async function findLastBackup(db: Queryable): Promise<number | undefined> {
  const [row] = await db.select().from(installation).where(eq(installation.key, 'last_backup'))
  return row && new Date((JSON.parse(row.value) as { at: string | number }).at).getTime() / 1000
}

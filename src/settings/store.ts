import { eq } from 'drizzle-orm'
import { type StoredSetting, storedSettings } from '../../db/schema/operations'
import type { Queryable, Tx } from '../database/connection'

export const listStored = (db: Queryable): Promise<StoredSetting[]> => db.select().from(storedSettings)

export async function findStored(db: Queryable, name: string): Promise<StoredSetting | undefined> {
  const [row] = await db.select().from(storedSettings).where(eq(storedSettings.name, name))
  return row
}

export async function upsertStored(tx: Tx, row: StoredSetting) {
  const { value, updatedAt } = row
  await tx
    .insert(storedSettings)
    .values(row)
    .onConflictDoUpdate({ target: storedSettings.name, set: { value, updatedAt } })
}

export async function deleteStored(tx: Tx, name: string) {
  await tx.delete(storedSettings).where(eq(storedSettings.name, name))
}

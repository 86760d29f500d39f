import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import { type ApiKey, apiKeys, type Block, blocklist } from '../../db/schema/access'
import type { Queryable } from '../database/connection'
import { prepared } from '../database/database'
import { pageOf, type Wanted } from '../database/page'

const keyByHash = prepared((db) =>
  db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.hash, sql.placeholder('hash')))
    .prepare(),
)

/** The API key with that SHA-256, whatever its state. */
export async function findApiKey(db: Queryable, hash: string): Promise<ApiKey | undefined> {
  const [row] = await keyByHash(db).execute({ hash })
  return row
}

export async function findApiKeyById(db: Queryable, id: number): Promise<ApiKey | undefined> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, id))
  return row
}

export const listApiKeys = (db: Queryable) => db.select().from(apiKeys).orderBy(asc(apiKeys.id))

/** Undefined when a key with that hash exists already. */
export async function insertApiKey(tx: Queryable, key: typeof apiKeys.$inferInsert): Promise<ApiKey | undefined> {
  const [row] = await tx.insert(apiKeys).values(key).onConflictDoNothing().returning()
  return row
}

export async function updateApiKeyStatus(tx: Queryable, id: number, status: ApiKey['status']) {
  const [row] = await tx.update(apiKeys).set({ status }).where(eq(apiKeys.id, id)).returning()
  return row
}

/** Writes down that API keys were used at that moment. */
export async function touchApiKeys(tx: Queryable, ids: Uint32Array, at: number) {
  await tx
    .update(apiKeys)
    .set({ lastUsedAt: new Date(at) })
    .where(inArray(apiKeys.id, [...ids]))
}

export const listBlocks = (db: Queryable) => db.select().from(blocklist).orderBy(asc(blocklist.id))

const blockSorts = {
  id: blocklist.id,
  value: blocklist.value,
  created_at: blocklist.createdAt,
  expires_at: blocklist.expiresAt,
}

/** A page of the blocklist. */
export const pageBlocks = (db: Queryable, { kind }: { kind?: Block['kind'] }, wanted: Wanted) =>
  pageOf(db, blocklist, { where: and(kind && eq(blocklist.kind, kind)), sorts: blockSorts, wanted })

export async function upsertBlock(tx: Queryable, entry: typeof blocklist.$inferInsert) {
  const { reason, expiresAt } = entry
  const [row] = await tx
    .insert(blocklist)
    .values(entry)
    .onConflictDoUpdate({
      target: [blocklist.kind, blocklist.value],
      set: { reason: reason ?? '', expiresAt: expiresAt ?? null },
    })
    .returning()
  return row!
}

/** The entry that was removed, if there was one. */
export async function deleteBlock(tx: Queryable, id: number) {
  const [row] = await tx.delete(blocklist).where(eq(blocklist.id, id)).returning()
  return row
}

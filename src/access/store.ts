import { and, asc, eq, inArray, or, sql } from 'drizzle-orm'
import { type ApiKey, apiKeys, type Block, blocklist } from '../../db/schema/access'
import { installation } from '../../db/schema/operations'
import type { Queryable, Tx, Writable } from '../database/connection'
import { prepared } from '../database/database'
import type { LastSeen } from '../database/last-seen'
import { type PageRequest, pageOf } from '../database/page'
import { contains } from '../database/sets'

const keyByHash = prepared((db) =>
  db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.hash, sql.placeholder('hash')))
    .prepare(),
)

const keyByPreviousHash = prepared((db) =>
  db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.previousHash, sql.placeholder('hash')))
    .prepare(),
)

/** The API key with that SHA-256 as its current or previous token, in any state. */
export async function findApiKey(db: Queryable, hash: string): Promise<ApiKey | undefined> {
  const [row] = await keyByHash(db).execute({ hash })
  if (row) return row
  const [rotated] = await keyByPreviousHash(db).execute({ hash })
  return rotated
}

export async function findApiKeyById(db: Queryable, id: number): Promise<ApiKey | undefined> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, id))
  return row
}

/** The API keys with that name, in any case. */
export const listApiKeysNamed = (db: Queryable, name: string) =>
  db
    .select({ id: apiKeys.id, name: apiKeys.name })
    .from(apiKeys)
    .where(or(eq(apiKeys.name, name), sql`lower(${apiKeys.name}) = ${name.toLowerCase()}`))
    .orderBy(asc(apiKeys.id))

/** The names of API keys by their ids. */
export async function mapApiKeyNames(db: Queryable, ids: number[]): Promise<Map<number, string>> {
  const rows = await db.select({ id: apiKeys.id, name: apiKeys.name }).from(apiKeys).where(inArray(apiKeys.id, ids))
  return new Map(rows.map(({ id, name }) => [id, name]))
}

export async function hasApiKey(db: Queryable) {
  const [row] = await db.select({ id: apiKeys.id }).from(apiKeys).limit(1)
  return row !== undefined
}

const keySorts = {
  id: apiKeys.id,
  name: apiKeys.name,
  created_at: apiKeys.createdAt,
  last_used_at: apiKeys.lastUsedAt,
  expires_at: apiKeys.expiresAt,
}

/** A page of the API keys, filtered by status and part of the name. */
export const pageApiKeys = (
  db: Queryable,
  { status, name }: { status?: ApiKey['status'][] | undefined; name?: string | undefined },
  wanted: PageRequest,
) => {
  const where = and(
    status && inArray(apiKeys.status, status),
    name === undefined ? undefined : contains(sql`lower(${apiKeys.name})`, name.toLowerCase()),
  )
  return pageOf(db, apiKeys, { where, sorts: keySorts, wanted })
}

/** The inserted key; undefined if a key with that hash exists. */
export async function insertApiKey(tx: Tx, key: typeof apiKeys.$inferInsert): Promise<ApiKey | undefined> {
  const [row] = await tx.insert(apiKeys).values(key).onConflictDoNothing().returning()
  return row
}

/** Updates a key that must exist and returns it. */
export async function updateApiKey(tx: Tx, id: number, changes: Partial<typeof apiKeys.$inferInsert>): Promise<ApiKey> {
  const [row] = await tx.update(apiKeys).set(changes).where(eq(apiKeys.id, id)).returning()
  return row!
}

/** Stores when API keys were last used. */
export async function touchApiKeys(tx: Writable, lastSeen: readonly LastSeen[]) {
  for (const { id, at } of lastSeen) await tx.update(apiKeys).set({ lastUsedAt: at }).where(eq(apiKeys.id, id))
}

export const listBlocks = (db: Queryable) => db.select().from(blocklist).orderBy(asc(blocklist.id))

const blockSorts = {
  id: blocklist.id,
  value: blocklist.value,
  created_at: blocklist.createdAt,
  expires_at: blocklist.expiresAt,
}

/** A page of the blocklist. */
export const pageBlocks = (db: Queryable, { kind }: { kind?: Block['kind'] }, wanted: PageRequest) =>
  pageOf(db, blocklist, { where: and(kind && eq(blocklist.kind, kind)), sorts: blockSorts, wanted })

/** The entry of that value, even if it has expired. */
export async function findBlock(db: Queryable, { kind, value }: Pick<Block, 'kind' | 'value'>) {
  const [row] = await db
    .select()
    .from(blocklist)
    .where(and(eq(blocklist.kind, kind), eq(blocklist.value, value)))
  return row
}

export async function upsertBlock(tx: Tx, entry: typeof blocklist.$inferInsert) {
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

/** Deletes the entry and returns it, if there was one. */
export async function deleteBlock(tx: Tx, id: number) {
  const [row] = await tx.delete(blocklist).where(eq(blocklist.id, id)).returning()
  return row
}

/** A proxy that hides its clients, as last detected. */
export interface ProxyProblem {
  kind: 'untrusted_proxy' | 'unreadable_hop'
  at: string
  peer: string
  /** The text in place of an address. */
  hop?: string
}

export async function putProxyProblem(tx: Writable, problem: ProxyProblem) {
  const value = JSON.stringify(problem)
  await tx
    .insert(installation)
    .values({ key: problem.kind, value })
    .onConflictDoUpdate({ target: installation.key, set: { value } })
}

const problemKinds: ProxyProblem['kind'][] = ['untrusted_proxy', 'unreadable_hop']

export async function listProxyProblems(db: Queryable): Promise<ProxyProblem[]> {
  const rows = await db.select().from(installation).where(inArray(installation.key, problemKinds))
  return rows.map(({ value }) => JSON.parse(value))
}

/** Forgets detected proxies at server start. */
export async function deleteProxyProblems(tx: Tx) {
  await tx.delete(installation).where(inArray(installation.key, problemKinds))
}

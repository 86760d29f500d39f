import { and, asc, desc, eq, gt, gte, isNull, lte, or, sql } from 'drizzle-orm'
import { installation, type SigningKey, signingKeys, signingKeyUses } from '../../db/schema/operations'
import type { Queryable, Tx, Writable } from '../database/connection'

const ownedBy = (productId: number | null) =>
  productId === null ? isNull(signingKeys.productId) : eq(signingKeys.productId, productId)

const latest = (productId: number | null) => and(ownedBy(productId), isNull(signingKeys.retiredAt))

const live = (now: Date) => or(isNull(signingKeys.retiredAt), gt(signingKeys.retiredAt, now))

/** The key pairs that may sign: each owner's active one and its designated successor. */
export const listLiveKeys = (db: Queryable, now: Date) => db.select().from(signingKeys).where(live(now))

/** All public keys: global ones first, then by product, each time the current one before those it replaced. */
export const listPublicKeys = (db: Queryable) =>
  db
    .select({
      id: signingKeys.id,
      productId: signingKeys.productId,
      bits: signingKeys.bits,
      publicPem: signingKeys.publicPem,
      createdAt: signingKeys.createdAt,
      retiredAt: signingKeys.retiredAt,
      activeFrom: signingKeys.activeFrom,
      certifiedBy: signingKeys.certifiedBy,
      certificate: signingKeys.certificate,
    })
    .from(signingKeys)
    .orderBy(asc(signingKeys.productId), desc(isNull(signingKeys.retiredAt)), desc(signingKeys.retiredAt))

export type PublicKey = Awaited<ReturnType<typeof listPublicKeys>>[number]

/** An owner's latest key pair: the one that signs or will take over. */
export async function findLatestKey(db: Queryable, productId: number | null): Promise<SigningKey | undefined> {
  const [row] = await db.select().from(signingKeys).where(latest(productId))
  return row
}

export async function findKey(db: Queryable, id: string): Promise<SigningKey | undefined> {
  const [row] = await db.select().from(signingKeys).where(eq(signingKeys.id, id))
  return row
}

/** Makes a key pair its owner's latest: it signs from `takesOverAt` on, and the earlier ones no longer do. */
export async function replaceKey(tx: Tx, key: SigningKey, takesOverAt: Date) {
  await endKeys(tx, key.productId, takesOverAt)
  const { activeFrom, certifiedBy, certificate } = key
  await tx
    .insert(signingKeys)
    .values(key)
    .onConflictDoUpdate({ target: signingKeys.id, set: { retiredAt: null, activeFrom, certifiedBy, certificate } })
}

/** Stores a key pair that no longer signs. */
export async function insertRetiredKey(tx: Tx, key: SigningKey) {
  await tx.insert(signingKeys).values(key)
}

/** All key pairs, with sealed private halves, oldest first. */
export const listSealedKeys = (db: Queryable): Promise<SigningKey[]> =>
  Promise.resolve(db.select().from(signingKeys).orderBy(asc(signingKeys.createdAt), asc(signingKeys.id)))

/** Retires an owner's key pairs at that moment, unless they end earlier. */
async function endKeys(tx: Tx, productId: number | null, at: Date) {
  await tx
    .update(signingKeys)
    .set({ retiredAt: at })
    .where(and(ownedBy(productId), or(isNull(signingKeys.retiredAt), gt(signingKeys.retiredAt, at))))
}

/** Retires an outgoing key pair now and makes the owner's latest take over. */
export async function endOutgoing(tx: Tx, { productId }: SigningKey, now: Date) {
  await tx
    .update(signingKeys)
    .set({ retiredAt: now })
    .where(and(ownedBy(productId), gt(signingKeys.retiredAt, now)))
  await tx
    .update(signingKeys)
    .set({ activeFrom: now })
    .where(and(latest(productId), gt(signingKeys.activeFrom, now)))
}

/** The public key that verifies answers about a product now: its own, else the global one (CONTRACT §0). */
export async function publicKeyFor(db: Queryable, productId: number | undefined, now: Date) {
  const ofProduct = productId === undefined ? undefined : eq(signingKeys.productId, productId)
  const [row] = await db
    .select({ publicPem: signingKeys.publicPem })
    .from(signingKeys)
    .where(
      and(
        live(now),
        or(isNull(signingKeys.activeFrom), lte(signingKeys.activeFrom, now)),
        or(isNull(signingKeys.productId), ofProduct),
      ),
    )
    .orderBy(isNull(signingKeys.productId))
  return row?.publicPem
}

/** How many answers a key signed on a day, for clients that named the key and for those that did not. */
export interface KeyUse {
  keyId: string
  day: string
  named: number
  unnamed: number
}

export async function addKeyUses(tx: Writable, uses: readonly KeyUse[]) {
  for (const use of uses) {
    await tx
      .insert(signingKeyUses)
      .values(use)
      .onConflictDoUpdate({
        target: [signingKeyUses.keyId, signingKeyUses.day],
        set: {
          named: sql`${signingKeyUses.named} + excluded.named`,
          unnamed: sql`${signingKeyUses.unnamed} + excluded.unnamed`,
        },
      })
  }
}

/** The use of keys since a day, such as `2030-01-31`. */
export const listKeyUses = (db: Queryable, since: string): Promise<KeyUse[]> =>
  Promise.resolve(db.select().from(signingKeyUses).where(gte(signingKeyUses.day, since)))

/** Whether a key has signed an answer. */
export async function wasUsed(db: Queryable, keyId: string): Promise<boolean> {
  const [row] = await db
    .select({ day: signingKeyUses.day })
    .from(signingKeyUses)
    .where(eq(signingKeyUses.keyId, keyId))
    .limit(1)
  return row !== undefined
}

/** Whether that owner has a key pair in force. */
export const hasKey = async (db: Queryable, productId: number | null) =>
  (await findLatestKey(db, productId)) !== undefined

/** The fingerprint of the sealing key used in this database. */
export async function findSealingFingerprint(db: Queryable) {
  const [row] = await db.select().from(installation).where(eq(installation.key, 'sealing_fingerprint'))
  return row?.value
}

/** Records the database's sealing key. */
export async function putSealingFingerprint(tx: Tx, value: string) {
  await tx
    .insert(installation)
    .values({ key: 'sealing_fingerprint', value })
    .onConflictDoUpdate({ target: installation.key, set: { value } })
}

/** Stores a private key sealed anew. */
export async function updateSealedPrivate(tx: Tx, id: string, sealedPrivate: Buffer) {
  await tx.update(signingKeys).set({ sealedPrivate }).where(eq(signingKeys.id, id))
}

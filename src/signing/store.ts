import { and, asc, desc, eq, isNull, or } from 'drizzle-orm'
import { installation, type SigningKey, signingKeys } from '../../db/schema/operations'
import type { Queryable } from '../database/connection'

const current = (productId: number | null) =>
  and(
    productId === null ? isNull(signingKeys.productId) : eq(signingKeys.productId, productId),
    isNull(signingKeys.retiredAt),
  )

/** The key pairs answers are signed with today, one per scope. */
export const listCurrentKeys = (db: Queryable) => db.select().from(signingKeys).where(isNull(signingKeys.retiredAt))

/**
 * Every key pair without its private half: the global ones first, then product by product, each time the current one
 * before those it replaced.
 */
export const listPublicKeys = (db: Queryable) =>
  db
    .select({
      id: signingKeys.id,
      productId: signingKeys.productId,
      bits: signingKeys.bits,
      publicPem: signingKeys.publicPem,
      createdAt: signingKeys.createdAt,
      retiredAt: signingKeys.retiredAt,
    })
    .from(signingKeys)
    .orderBy(asc(signingKeys.productId), desc(isNull(signingKeys.retiredAt)), desc(signingKeys.retiredAt))

export type PublicKey = Awaited<ReturnType<typeof listPublicKeys>>[number]

/** Makes a key pair the current one of its scope; the one before it is retired and stays visible. */
export async function replaceCurrentKey(tx: Queryable, key: Omit<SigningKey, 'retiredAt'>) {
  await tx.update(signingKeys).set({ retiredAt: key.createdAt }).where(current(key.productId))
  await tx
    .insert(signingKeys)
    .values({ ...key, retiredAt: null })
    .onConflictDoUpdate({ target: signingKeys.id, set: { retiredAt: null } })
}

/** The public key that answers about a product verify under: its own, else the global one (CONTRACT §0). */
export async function publicKeyFor(db: Queryable, productId: number | undefined) {
  const ofProduct = productId === undefined ? undefined : eq(signingKeys.productId, productId)
  const [row] = await db
    .select({ publicPem: signingKeys.publicPem })
    .from(signingKeys)
    .where(and(isNull(signingKeys.retiredAt), or(isNull(signingKeys.productId), ofProduct)))
    .orderBy(isNull(signingKeys.productId))
  return row?.publicPem
}

/** Whether that scope has a current key pair. */
export async function hasCurrentKey(db: Queryable, productId: number | null) {
  const [row] = await db.select({ id: signingKeys.id }).from(signingKeys).where(current(productId))
  return row !== undefined
}

/** The fingerprint of the sealing key this database's secrets were sealed under. */
export async function findSealingFingerprint(db: Queryable) {
  const [row] = await db.select().from(installation).where(eq(installation.key, 'sealing_fingerprint'))
  return row?.value
}

/** Ties the database to its sealing key, once. */
export async function insertSealingFingerprint(tx: Queryable, value: string) {
  await tx.insert(installation).values({ key: 'sealing_fingerprint', value }).onConflictDoNothing()
}

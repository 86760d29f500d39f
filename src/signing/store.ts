import { and, asc, desc, eq, gt, gte, isNull, lte, or, sql } from 'drizzle-orm'
import { installation, type SigningKey, signingKeys, signingKeyUses } from '../../db/schema/operations'
import type { Queryable, Tx, Writable } from '../database/connection'
import type { Companion } from './companion'
import type { SignatureAlgorithm } from './signature'

const ownedBy = (productId: number | null) =>
  productId === null ? isNull(signingKeys.productId) : eq(signingKeys.productId, productId)

const latest = (productId: number | null) => and(ownedBy(productId), isNull(signingKeys.retiredAt))

const live = (now: Date) => or(isNull(signingKeys.retiredAt), gt(signingKeys.retiredAt, now))

/** The key pairs that may sign: each owner's active one and its designated successor. */
export const listLiveKeys = (db: Queryable, now: Date) => db.select().from(signingKeys).where(live(now))

/** The columns of every key pair, without private halves: global ones first, then by product, each time the current one first. */
export const listKeyRows = (db: Queryable) =>
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
      companionId: signingKeys.companionId,
      companionPem: signingKeys.companionPem,
      companionCertificate: signingKeys.companionCertificate,
      companionCreatedAt: signingKeys.companionCreatedAt,
    })
    .from(signingKeys)
    .orderBy(
      desc(isNull(signingKeys.productId)),
      asc(signingKeys.productId),
      desc(isNull(signingKeys.retiredAt)),
      desc(signingKeys.retiredAt),
    )

/** The id of every companion, in any state. */
export const listCompanionIds = async (db: Queryable) =>
  (await db.select({ id: signingKeys.companionId }).from(signingKeys)).flatMap(({ id }) => id ?? [])

/** The key pairs of an older version, which have no companion yet. */
export const listUnpaired = (db: Queryable): Promise<SigningKey[]> =>
  Promise.resolve(db.select().from(signingKeys).where(isNull(signingKeys.companionId)))

/** Gives a key its companion, unless it has one; returns whether it did. */
export async function putCompanion(tx: Tx, id: string, companion: Companion): Promise<boolean> {
  const given = await tx
    .update(signingKeys)
    .set(companion)
    .where(and(eq(signingKeys.id, id), isNull(signingKeys.companionId)))
    .returning({ id: signingKeys.id })
  return given.length > 0
}

/** The key pair that has this companion. */
export async function findKeyOfCompanion(db: Queryable, companionId: string): Promise<SigningKey | undefined> {
  const [row] = await db.select().from(signingKeys).where(eq(signingKeys.companionId, companionId))
  return row
}

/** An owner's latest key pair: the one that signs or will take over. */
export async function findLatestKey(db: Queryable, productId: number | null): Promise<SigningKey | undefined> {
  const [row] = await db.select().from(signingKeys).where(latest(productId))
  return row
}

export async function findKey(db: Queryable, id: string): Promise<SigningKey | undefined> {
  const [row] = await db.select().from(signingKeys).where(eq(signingKeys.id, id))
  return row
}

/**
 * Makes a key pair its owner's latest: it signs from `takesOverAt` on, and the earlier ones no longer do. Returns its
 * row: one that is there already keeps its companion.
 */
export async function replaceKey(tx: Tx, key: SigningKey, takesOverAt: Date): Promise<SigningKey> {
  await endKeys(tx, key.productId, takesOverAt)
  const { activeFrom, certifiedBy, certificate } = key
  const [row] = await tx
    .insert(signingKeys)
    .values(key)
    .onConflictDoUpdate({ target: signingKeys.id, set: { retiredAt: null, activeFrom, certifiedBy, certificate } })
    .returning()
  return row!
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

/**
 * The public key that verifies answers about a product now: its own, else the global one (CONTRACT §0); of that key, the
 * companion's for ES256.
 */
export async function publicKeyFor(
  db: Queryable,
  productId: number | undefined,
  { now, algorithm = 'RS256' }: { now: Date; algorithm?: SignatureAlgorithm | undefined },
) {
  const ofProduct = productId === undefined ? undefined : eq(signingKeys.productId, productId)
  const [row] = await db
    .select({ RS256: signingKeys.publicPem, ES256: signingKeys.companionPem })
    .from(signingKeys)
    .where(
      and(
        live(now),
        or(isNull(signingKeys.activeFrom), lte(signingKeys.activeFrom, now)),
        or(isNull(signingKeys.productId), ofProduct),
      ),
    )
    .orderBy(isNull(signingKeys.productId))
  return row?.[algorithm] ?? undefined
}

/** How many answers a key and its companion signed on a day, for clients that named the key and for those that did not. */
export interface KeyUse {
  keyId: string
  day: string
  named: number
  unnamed: number
  companionNamed: number
  companionUnnamed: number
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
          companionNamed: sql`${signingKeyUses.companionNamed} + excluded.companion_named`,
          companionUnnamed: sql`${signingKeyUses.companionUnnamed} + excluded.companion_unnamed`,
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

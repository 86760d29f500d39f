import { and, count, eq, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm'
import { type UserTotp, userPasskeys, userRecoveryCodes, userTotp } from '../../db/schema/log-in'
import type { Queryable, Tx } from '../database/connection'
import { insertMany } from '../database/sets'

export async function findTotp(db: Queryable, userId: number): Promise<UserTotp | undefined> {
  const [row] = await db.select().from(userTotp).where(eq(userTotp.userId, userId))
  return row
}

/** Every secret that codes are made of, as it is sealed. */
export const listSealedTotp = (db: Queryable) =>
  db.select({ userId: userTotp.userId, sealedSecret: userTotp.sealedSecret }).from(userTotp)

export async function putTotp(tx: Tx, row: Pick<UserTotp, 'userId' | 'sealedSecret' | 'createdAt'>) {
  const fresh = { ...row, confirmedAt: null, lastStep: 0, failures: 0 }
  await tx.insert(userTotp).values(fresh).onConflictDoUpdate({ target: userTotp.userId, set: fresh })
}

/** Takes the code of that half minute; false if it or a later one was taken. */
export async function takeStep(tx: Tx, userId: number, step: number): Promise<boolean> {
  const rows = await tx
    .update(userTotp)
    .set({ lastStep: step, failures: 0 })
    .where(and(eq(userTotp.userId, userId), lt(userTotp.lastStep, step)))
    .returning({ id: userTotp.userId })
  return rows.length > 0
}

export async function confirmTotp(tx: Tx, userId: number, confirmedAt: Date) {
  await tx.update(userTotp).set({ confirmedAt }).where(eq(userTotp.userId, userId))
}

export async function countFailure(tx: Tx, userId: number) {
  await tx
    .update(userTotp)
    .set({ failures: sql`${userTotp.failures} + 1` })
    .where(eq(userTotp.userId, userId))
}

export async function deleteTotp(tx: Tx, userId: number) {
  await tx.delete(userTotp).where(eq(userTotp.userId, userId))
}

/** Replaces all of a user's recovery codes. */
export async function putRecoveryCodes(tx: Tx, userId: number, hashes: readonly string[], createdAt: Date) {
  await tx.delete(userRecoveryCodes).where(eq(userRecoveryCodes.userId, userId))
  await insertMany(
    tx,
    userRecoveryCodes,
    hashes.map((hash) => ({ userId, hash, createdAt })),
  )
}

const unused = (userId: number) => and(eq(userRecoveryCodes.userId, userId), isNull(userRecoveryCodes.usedAt))

export async function hasRecoveryCode(db: Queryable, userId: number, hash: string): Promise<boolean> {
  const [row] = await db
    .select({ id: userRecoveryCodes.id })
    .from(userRecoveryCodes)
    .where(and(unused(userId), eq(userRecoveryCodes.hash, hash)))
  return row !== undefined
}

/** Uses a recovery code up; false if it was used before. */
export async function takeRecoveryCode(tx: Tx, userId: number, hash: string, usedAt: Date): Promise<boolean> {
  const rows = await tx
    .update(userRecoveryCodes)
    .set({ usedAt })
    .where(and(unused(userId), eq(userRecoveryCodes.hash, hash)))
    .returning({ id: userRecoveryCodes.id })
  return rows.length > 0
}

/** How many recovery codes a user has left. */
export async function countRecoveryCodes(db: Queryable, userId: number): Promise<number> {
  const [row] = await db.select({ left: count() }).from(userRecoveryCodes).where(unused(userId))
  return row!.left
}

/** Whether a user has a second factor. */
export async function findHasSecondFactor(db: Queryable, userId: number): Promise<boolean> {
  const [totp] = await db
    .select({ id: userTotp.userId })
    .from(userTotp)
    .where(and(eq(userTotp.userId, userId), isNotNull(userTotp.confirmedAt)))
  if (totp) return true
  const [passkey] = await db
    .select({ id: userPasskeys.id })
    .from(userPasskeys)
    .where(eq(userPasskeys.userId, userId))
    .limit(1)
  return passkey !== undefined
}

/** Which of these users have set up an authenticator app, and which a passkey. */
export async function listFactorHolders(db: Queryable, userIds: readonly number[]) {
  const ids = [...userIds]
  const apps = await db
    .select({ userId: userTotp.userId })
    .from(userTotp)
    .where(and(inArray(userTotp.userId, ids), isNotNull(userTotp.confirmedAt)))
  const passkeys = await db
    .selectDistinct({ userId: userPasskeys.userId })
    .from(userPasskeys)
    .where(inArray(userPasskeys.userId, ids))
  return { totp: new Set(apps.map(({ userId }) => userId)), passkey: new Set(passkeys.map(({ userId }) => userId)) }
}

/** Removes every second factor of a user, and the recovery codes. */
export async function deleteSecondFactors(tx: Tx, userId: number) {
  await tx.delete(userTotp).where(eq(userTotp.userId, userId))
  await tx.delete(userPasskeys).where(eq(userPasskeys.userId, userId))
  await tx.delete(userRecoveryCodes).where(eq(userRecoveryCodes.userId, userId))
}

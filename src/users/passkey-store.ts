import { and, asc, eq } from 'drizzle-orm'
import { type User, users } from '../../db/schema/access'
import { type UserPasskey, userPasskeys } from '../../db/schema/log-in'
import type { Queryable, Tx } from '../database/connection'

export const listPasskeys = (db: Queryable, userId: number): Promise<UserPasskey[]> =>
  db.select().from(userPasskeys).where(eq(userPasskeys.userId, userId)).orderBy(asc(userPasskeys.id))

/** The passkey with that credential, and its user in any state. */
export async function findPasskey(
  db: Queryable,
  credentialId: string,
): Promise<{ passkey: UserPasskey; user: User } | undefined> {
  const [row] = await db
    .select({ passkey: userPasskeys, user: users })
    .from(userPasskeys)
    .innerJoin(users, eq(users.id, userPasskeys.userId))
    .where(eq(userPasskeys.credentialId, credentialId))
  return row
}

/** The inserted passkey; undefined if the credential is there already. */
export async function insertPasskey(
  tx: Tx,
  passkey: typeof userPasskeys.$inferInsert,
): Promise<UserPasskey | undefined> {
  const [row] = await tx
    .insert(userPasskeys)
    .values(passkey)
    .onConflictDoNothing({ target: userPasskeys.credentialId })
    .returning()
  return row
}

const ofUser = ({ userId, id }: Pick<UserPasskey, 'userId' | 'id'>) =>
  and(eq(userPasskeys.userId, userId), eq(userPasskeys.id, id))

export async function findPasskeyOf(
  db: Queryable,
  which: Pick<UserPasskey, 'userId' | 'id'>,
): Promise<UserPasskey | undefined> {
  const [row] = await db.select().from(userPasskeys).where(ofUser(which))
  return row
}

export async function updatePasskey(tx: Tx, id: number, values: Partial<UserPasskey>): Promise<UserPasskey> {
  const [row] = await tx.update(userPasskeys).set(values).where(eq(userPasskeys.id, id)).returning()
  return row!
}

export async function deletePasskey(tx: Tx, id: number) {
  await tx.delete(userPasskeys).where(eq(userPasskeys.id, id))
}

import { and, asc, eq } from 'drizzle-orm'
import { type User, users } from '../../db/schema/access'
import { userIdentities } from '../../db/schema/log-in'
import type { Queryable, Tx } from '../database/connection'

type Identification = Pick<typeof userIdentities.$inferSelect, 'issuer' | 'subject'>

/** The user whom a provider knows by that subject, in any state. */
export async function findIdentity(db: Queryable, { issuer, subject }: Identification) {
  const [row] = await db
    .select({ id: userIdentities.id, user: users })
    .from(userIdentities)
    .innerJoin(users, eq(users.id, userIdentities.userId))
    .where(and(eq(userIdentities.issuer, issuer), eq(userIdentities.subject, subject)))
  return row as { id: number; user: User } | undefined
}

export const listIdentities = (db: Queryable, userId: number) =>
  db.select().from(userIdentities).where(eq(userIdentities.userId, userId)).orderBy(asc(userIdentities.id))

export async function insertIdentity(tx: Tx, identity: typeof userIdentities.$inferInsert) {
  await tx.insert(userIdentities).values(identity)
}

export async function touchIdentity(tx: Tx, id: number, lastUsedAt: Date) {
  await tx.update(userIdentities).set({ lastUsedAt }).where(eq(userIdentities.id, id))
}

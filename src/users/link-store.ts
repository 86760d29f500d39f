import { eq, isNull, lt } from 'drizzle-orm'
import { type User, type UserLink, userLinks, users } from '../../db/schema/access'
import type { Queryable, Tx } from '../database/connection'

/** The link with that SHA-256 and its user, both in any state. */
export async function findLink(
  db: Queryable,
  hash: string,
): Promise<{ link: UserLink; user: User | null } | undefined> {
  const [row] = await db
    .select({ link: userLinks, user: users })
    .from(userLinks)
    .leftJoin(users, eq(users.id, userLinks.userId))
    .where(eq(userLinks.hash, hash))
  return row
}

export async function insertLink(tx: Tx, link: typeof userLinks.$inferInsert): Promise<UserLink> {
  const [row] = await tx.insert(userLinks).values(link).returning()
  return row!
}

/** Deletes the links of a user, or those of the first set-up, which have none. */
export async function deleteLinksOf(tx: Tx, userId: number | null) {
  await tx.delete(userLinks).where(userId === null ? isNull(userLinks.userId) : eq(userLinks.userId, userId))
}

/** Deletes links that have expired. */
export async function deleteExpiredLinks(tx: Tx, now: Date) {
  await tx.delete(userLinks).where(lt(userLinks.expiresAt, now))
}

/** Whether there is any user. */
export async function hasUser(db: Queryable): Promise<boolean> {
  const [row] = await db.select({ id: users.id }).from(users).limit(1)
  return row !== undefined
}

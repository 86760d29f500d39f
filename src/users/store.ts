import { and, asc, eq, gt, isNotNull, isNull, ne, notInArray, or } from 'drizzle-orm'
import { type User, type UserToken, users, userTokens } from '../../db/schema/access'
import type { Queryable, Tx } from '../database/connection'
import { type PageRequest, pageOf } from '../database/page'

export async function findUser(db: Queryable, name: string): Promise<User | undefined> {
  const [row] = await db.select().from(users).where(eq(users.name, name))
  return row
}

export async function findOwner(db: Queryable, other: { besides: number }): Promise<User | undefined> {
  const [row] = await db
    .select()
    .from(users)
    .where(
      and(
        eq(users.role, 'owner'),
        eq(users.status, 'active'),
        isNotNull(users.passwordHash),
        ne(users.id, other.besides),
      ),
    )
    .orderBy(asc(users.id))
    .limit(1)
  return row
}

/** The inserted user; undefined if the name is taken. */
export async function insertUser(tx: Tx, user: typeof users.$inferInsert): Promise<User | undefined> {
  const [row] = await tx.insert(users).values(user).onConflictDoNothing().returning()
  return row
}

export async function updateUser(tx: Tx, id: number, values: Partial<User>): Promise<User> {
  const [row] = await tx.update(users).set(values).where(eq(users.id, id)).returning()
  return row!
}

export const deleteUser = async (tx: Tx, id: number) => {
  await tx.delete(users).where(eq(users.id, id))
}

const userSorts = {
  id: users.id,
  name: users.name,
  role: users.role,
  created_at: users.createdAt,
  last_login_at: users.lastLoginAt,
}

/** A page of the users. */
export const pageUsers = (
  db: Queryable,
  { role, status }: Partial<Pick<User, 'role' | 'status'>>,
  wanted: PageRequest,
) =>
  pageOf(db, users, {
    where: and(role && eq(users.role, role), status && eq(users.status, status)),
    sorts: userSorts,
    wanted,
  })

const tokenSorts = {
  id: userTokens.id,
  name: userTokens.name,
  created_at: userTokens.createdAt,
  expires_at: userTokens.expiresAt,
  last_used_at: userTokens.lastUsedAt,
}

/** The user and kind of the tokens to list or end. */
export interface Holding {
  userId: number
  kind?: UserToken['kind'] | undefined
}

const heldBy = ({ userId, kind }: Holding) => and(eq(userTokens.userId, userId), kind && eq(userTokens.kind, kind))
const isLive = (now: Date) =>
  and(isNull(userTokens.revokedAt), or(isNull(userTokens.expiresAt), gt(userTokens.expiresAt, now)))

/** A page of a user's sessions or tokens; ended ones are included unless `liveAt` is given. */
export const pageTokens = (db: Queryable, holding: Holding & { liveAt?: Date | undefined }, wanted: PageRequest) =>
  pageOf(db, userTokens, {
    where: and(heldBy(holding), holding.liveAt && isLive(holding.liveAt)),
    sorts: tokenSorts,
    wanted,
  })

export async function insertToken(tx: Tx, token: typeof userTokens.$inferInsert): Promise<UserToken> {
  const [row] = await tx.insert(userTokens).values(token).returning()
  return row!
}

/** The token with that SHA-256 and its user, both in any state. */
export async function findToken(db: Queryable, hash: string): Promise<{ token: UserToken; user: User } | undefined> {
  const [row] = await db
    .select({ token: userTokens, user: users })
    .from(userTokens)
    .innerJoin(users, eq(users.id, userTokens.userId))
    .where(eq(userTokens.hash, hash))
  return row
}

export async function touchToken(tx: Tx, id: number, values: Pick<UserToken, 'lastUsedAt' | 'expiresAt' | 'address'>) {
  await tx.update(userTokens).set(values).where(eq(userTokens.id, id))
}

export async function proveToken(tx: Tx, id: number, provenAt: Date) {
  await tx.update(userTokens).set({ provenAt }).where(eq(userTokens.id, id))
}

/** Ends tokens still in force: one by its id, or all except those named or with that id. */
export const revokeTokens = (
  tx: Tx,
  holding: Holding & { id?: number | undefined; besides?: readonly string[]; besidesId?: number | undefined },
  now: Date,
) =>
  tx
    .update(userTokens)
    .set({ revokedAt: now })
    .where(
      and(
        heldBy(holding),
        isLive(now),
        holding.id === undefined ? undefined : eq(userTokens.id, holding.id),
        holding.besidesId === undefined ? undefined : ne(userTokens.id, holding.besidesId),
        holding.besides?.length ? notInArray(userTokens.name, [...holding.besides]) : undefined,
      ),
    )
    .returning()

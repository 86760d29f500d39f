import type { User } from '../../db/schema/access'
import { record } from '../audit/record'
import type { Verb } from '../audit/verbs'
import type { Queryable, Tx } from '../database/connection'
import { message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { deleteLinksOf } from './link-store'
import { deleteUser, findOwner, findUser, insertUser, revokeTokens, updateUser } from './store'

export { pageUsers } from './store'

/** A new user, with the password's hash; null for one who is invited to choose one, or comes through a provider. */
export interface UserDraft {
  name: string
  role: User['role']
  passwordHash: string | null
}

/** Creates a user. Throws an `OperatorError` if the name is taken or invalid. */
export async function createUser(tx: Tx, { name, role, passwordHash }: UserDraft, now: Date): Promise<User> {
  if (!/^[a-z0-9][a-z0-9._@-]{0,63}$/.test(name)) {
    throw new OperatorError(
      'a name has up to 64 small letters, digits and . _ @ -, and begins with a letter or digit',
      'invalid_input',
    )
  }
  const user = await insertUser(tx, { name, role, status: 'active', passwordHash, createdAt: now })
  if (!user) throw new OperatorError(`there is a user "${name}" already: choose another name`)
  // The first set-up is over with the first user.
  await deleteLinksOf(tx, null)
  await record(tx, { verb: 'user.created', id: user.id, after: user }, now)
  return user
}

/** The user with that name; throws an `OperatorError` if there is none. */
export async function requireUser(db: Queryable, name: string): Promise<User> {
  const user = await findUser(db, name)
  if (!user) throw new OperatorError(message`there is no user "${name}": see ${remedy('user list')}`, 'not_found')
  return user
}

/** Throws unless the user is the one named or an owner; the command line has no user and may do everything. */
export function requireOwnOrOwner(asking: Pick<User, 'name' | 'role'> | undefined, name: string) {
  if (!asking || asking.role === 'owner' || asking.name === name) return
  throw new OperatorError(`this belongs to "${name}": ask an owner to do it`, 'forbidden')
}

/** Throws unless the user is the one named; the command line has no user and may do everything. */
export function requireOneself(asking: Pick<User, 'name'> | undefined, name: string) {
  if (!asking || asking.name === name) return
  throw new OperatorError(`only "${name}" can do this, in a log-in of their own`, 'forbidden')
}

/** Changes a user's role, from the next request on. */
export const changeRole = (tx: Tx, name: string, role: User['role'], now: Date) =>
  change(tx, { name, verb: 'user.updated', values: { role } }, now)

/** The description of the tokens that survive when sessions end. */
export const keptTokens = 'The names of tokens to keep; all others end with the sessions.'

/** A new password, and the names of the tokens that survive the change. */
export interface PasswordChange {
  passwordHash: string
  keepTokens?: readonly string[] | undefined
}

/** Changes a user's password, and ends all sessions started with the old one and the tokens they may have created. */
export async function changePassword(
  tx: Tx,
  name: string,
  { passwordHash, keepTokens }: PasswordChange,
  now: Date,
): Promise<User> {
  const user = await change(tx, { name, verb: 'user.password-changed', values: { passwordHash } }, now)
  await revokeTokens(tx, { userId: user.id, kind: 'session' }, now)
  await endOtherTokens(tx, { userId: user.id, keepTokens }, now)
  await deleteLinksOf(tx, user.id)
  return user
}

/** Ends a user's tokens except those named. */
export async function endOtherTokens(
  tx: Tx,
  { userId, keepTokens = [] }: { userId: number; keepTokens?: readonly string[] | undefined },
  now: Date,
) {
  const ended = await revokeTokens(tx, { userId, kind: 'token', besides: keepTokens }, now)
  for (const token of ended) await record(tx, { verb: 'user-token.revoked', id: token.id, before: token }, now)
  return ended
}

/** Takes the password away from a user, who then logs in through the OpenID provider alone, and ends what it began. */
export async function removePassword(tx: Tx, name: string, now: Date): Promise<User> {
  const user = await change(tx, { name, verb: 'user.updated', values: { passwordHash: null } }, now)
  await revokeTokens(tx, { userId: user.id, kind: 'session' }, now)
  await deleteLinksOf(tx, user.id)
  return user
}

/** Disables a user at once; sessions and tokens end for good. */
export async function disableUser(tx: Tx, name: string, now: Date): Promise<User> {
  const user = await change(tx, { name, verb: 'user.disabled', values: { status: 'disabled' } }, now)
  await revokeTokens(tx, { userId: user.id }, now)
  await deleteLinksOf(tx, user.id)
  return user
}

/** Enables a disabled user. */
export const enableUser = (tx: Tx, name: string, now: Date) =>
  change(tx, { name, verb: 'user.enabled', values: { status: 'active' } }, now)

/** Deletes a user with all sessions and tokens; the audit log keeps their actions. */
export async function removeUser(tx: Tx, name: string, now: Date): Promise<User> {
  const user = await requireUser(tx, name)
  await requireOwnerBesides(tx, user)
  await deleteUser(tx, user.id)
  await record(tx, { verb: 'user.deleted', id: user.id, before: user }, now)
  return user
}

interface Intended {
  name: string
  verb: Extract<Verb, `user.${string}`>
  values: Partial<Pick<User, 'role' | 'status' | 'passwordHash'>>
}

async function change(tx: Tx, { name, verb, values }: Intended, now: Date) {
  const before = await requireUser(tx, name)
  const isOwnerStill = (values.role ?? before.role) === 'owner' && (values.status ?? before.status) === 'active'
  if (!isOwnerStill) await requireOwnerBesides(tx, before)
  const after = await updateUser(tx, before.id, values)
  await record(tx, { verb, id: before.id, before, after }, now)
  return after
}

/** Throws if there would be no active owner left to manage users and keys. */
async function requireOwnerBesides(tx: Queryable, { id, name, role, status }: User) {
  if (role !== 'owner' || status !== 'active' || (await findOwner(tx, { besides: id }))) return
  throw new OperatorError(`"${name}" is the last active owner: make another user an owner first`)
}

import type { User, UserLink } from '../../db/schema/access'
import { record } from '../audit/record'
import type { Verb } from '../audit/verbs'
import type { Config } from '../config'
import type { Queryable, Tx } from '../database/connection'
import { dayMs, hourMs } from '../kernel/durations'
import { commandRef, message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { randomToken, sha256 } from '../kernel/secrets'
import { deleteExpiredLinks, deleteLinksOf, findLink, hasUser, insertLink } from './link-store'
import { changePassword, changeRole, createUser, requireUser } from './service'
import { findUser } from './store'

export { hasUser } from './link-store'

type Kind = UserLink['kind']

const lifetimes: Readonly<Record<Kind, number>> = { setup: hourMs / 2, invitation: 7 * dayMs, reset: hourMs }

const verbs: Readonly<Record<Kind, Verb>> = {
  setup: 'user.setup-link-created',
  invitation: 'user.invited',
  reset: 'user.reset-link-created',
}

/** A one-time link, shown once: only its hash is stored. */
export interface NewLink {
  kind: Kind
  /** Its path below the address of the server; the token is in the fragment, which no server or proxy sees. */
  path: string
  expiresAt: Date
}

/** Makes a link, which replaces an earlier one of that user, or of the set-up. */
async function makeLink(tx: Tx, { kind, user }: { kind: Kind; user: User | null }, now: Date): Promise<NewLink> {
  const token = randomToken('lkl')
  const expiresAt = new Date(now.getTime() + lifetimes[kind])
  await deleteExpiredLinks(tx, now)
  await deleteLinksOf(tx, user?.id ?? null)
  const link = { userId: user?.id ?? null, kind, hash: sha256(token), createdAt: now, expiresAt }
  await insertLink(tx, link)
  await record(tx, { verb: verbs[kind], id: user?.id ?? kind, after: { expiresAt } }, now)
  return { kind, path: `/console/${kind === 'setup' ? 'setup' : 'invitation'}#${token}`, expiresAt }
}

/** A link for the first set-up. Throws an `OperatorError` once there is a user. */
export async function makeSetupLink(tx: Tx, now: Date): Promise<NewLink> {
  if (await hasUser(tx)) {
    throw new OperatorError(
      message`this installation is set up, there is a user: an owner invites others with ${remedy('user invite')}`,
    )
  }
  return makeLink(tx, { kind: 'setup', user: null }, now)
}

/**
 * Creates a user without a password, and a link with which they choose one. A user who has none yet gets a new link.
 * Throws an `OperatorError` if the user has a password.
 */
export async function inviteUser(tx: Tx, { name, role }: Pick<User, 'name' | 'role'>, now: Date) {
  const known = await findUser(tx, name)
  if (known && known.passwordHash !== null) {
    throw new OperatorError(
      message`"${name}" is a user with a password already: ${remedy('user reset-link', { user: name })} lets them choose another`,
    )
  }
  const user = !known
    ? await createUser(tx, { name, role, passwordHash: null }, now)
    : known.role === role
      ? known
      : await changeRole(tx, name, role, now)
  requireActive(user)
  return { user, link: await makeLink(tx, { kind: 'invitation', user }, now) }
}

/** A link with which a user chooses a new password. The old one works until then. */
export async function makeResetLink(tx: Tx, name: string, now: Date) {
  const user = await requireUser(tx, name)
  requireActive(user)
  return { user, link: await makeLink(tx, { kind: 'reset', user }, now) }
}

function requireActive({ name, status }: User) {
  if (status !== 'active')
    throw new OperatorError(message`"${name}" is disabled: ${remedy('user enable', { user: name })} comes first`)
}

/** A valid link for an invitation or a new password, with its user. */
export interface PasswordLink {
  link: UserLink
  user: User
}

/** The link of that token and its user; undefined if it is unknown, used or expired, or its user is disabled. */
export async function findPasswordLink(db: Queryable, token: string, now: Date): Promise<PasswordLink | undefined> {
  const found = await findLink(db, sha256(token))
  if (!found?.user || found.link.expiresAt <= now || found.user.status !== 'active') return undefined
  return { link: found.link, user: found.user }
}

/** Sets a password by a link, which is used up. Ends sessions and tokens, as any change of a password. */
export async function usePasswordLink(tx: Tx, token: string, passwordHash: string, now: Date): Promise<User> {
  const found = await findPasswordLink(tx, token, now)
  if (!found) throw linkIsOver()
  await deleteLinksOf(tx, found.user.id)
  return changePassword(tx, found.user.name, { passwordHash }, now)
}

/** Whether the token opens the first set-up: it is valid, and there is no user. */
export async function findSetupLink(db: Queryable, token: string, now: Date): Promise<UserLink | undefined> {
  const found = await findLink(db, sha256(token))
  if (found?.link.kind !== 'setup' || found.link.expiresAt <= now || (await hasUser(db))) return undefined
  return found.link
}

/** The error for a link that opens nothing, whatever the cause. */
export const linkIsOver = () =>
  new OperatorError(
    'this link is not valid: it may have been used, replaced by a newer one, or have expired. Ask for another',
    'unauthenticated',
  )

export const setupIsOver = () =>
  new OperatorError(
    message`this link does not open the set-up: it has expired, was replaced, or there is a user already. While there is none, ${commandRef('user setup-link')} makes another`,
    'unauthenticated',
  )

/** The address at which a browser finds this server, if the settings tell. */
export function serverUrl({ base_url, host, port, tls_cert }: Pick<Config, 'base_url' | 'host' | 'port' | 'tls_cert'>) {
  if (base_url) return base_url
  const named = ['0.0.0.0', '::', ''].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `${tls_cert ? 'https' : 'http'}://${named}:${port}`
}

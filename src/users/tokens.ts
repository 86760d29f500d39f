import type { User, UserToken } from '../../db/schema/access'
import { record } from '../audit/record'
import type { Tx } from '../database/connection'
import type { Db } from '../database/database'
import { isUnavailable } from '../database/failure'
import { dayMs } from '../kernel/durations'
import { fieldRef, message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { randomToken, sha256 } from '../kernel/secrets'
import { endOtherTokens, requireUser } from './service'
import { findToken, insertToken, revokeTokens, touchToken } from './store'

export { pageTokens } from './store'

const shownCharacters = 9
const idleMs = 12 * 3_600_000
const usedEveryMs = 60_000

/** The maximum lifetime of a session, however much it is used. */
export const sessionLifetimeMs = 7 * dayMs

const prefixes = { session: 'lks', token: 'lko' } as const

/** A user and the session or token they authenticated with. */
export interface Identity {
  user: User
  token: UserToken
}

/** A new token: its user, name and expiry. */
export interface TokenDraft {
  userName: string
  name: string
  expiresAt?: Date | undefined
}

/** Creates a token for scripts and returns its value, this once: only the hash is stored. */
export async function createToken(tx: Tx, { userName, name, expiresAt }: TokenDraft, now: Date) {
  const user = await requireUser(tx, userName)
  if (expiresAt && expiresAt <= now)
    throw new OperatorError(message`${fieldRef('expires_at')} lies in the past: give a later date`, 'invalid_input')
  if (user.status !== 'active') throw new OperatorError(`"${user.name}" is disabled: enable the user first`)
  const made = await insert(tx, { user, name, kind: 'token', expiresAt: expiresAt ?? null }, now)
  await record(tx, { verb: 'user-token.created', id: made.token.id, after: made.token }, now)
  return made
}

/** Starts a browser session; it ends after 12 hours without use, and after seven days. */
export const beginSession = (
  tx: Tx,
  draft: { user: User } & Pick<UserToken, 'name' | 'address' | 'method' | 'provenAt'>,
  now: Date,
) => insert(tx, { ...draft, kind: 'session', expiresAt: new Date(now.getTime() + idleMs) }, now)

async function insert(
  tx: Tx,
  { user, ...token }: { user: User } & Pick<UserToken, 'name' | 'kind' | 'expiresAt'> & Partial<UserToken>,
  now: Date,
) {
  const value = randomToken(prefixes[token.kind])
  const row = {
    ...token,
    userId: user.id,
    hash: sha256(value),
    prefix: value.slice(0, shownCharacters),
    createdAt: now,
  }
  return { value, token: await insertToken(tx, row) }
}

/** The user of a session or token; undefined if it is unknown or has ended, or its user is disabled. */
export async function identify(
  db: Db,
  shown: { kind: UserToken['kind']; value: string; address: string },
  now: Date,
): Promise<Identity | undefined> {
  const found = await findToken(db.read, sha256(shown.value))
  if (!found) return undefined
  const { token, user } = found
  const isOver = token.revokedAt !== null || (token.expiresAt !== null && token.expiresAt <= now)
  if (isOver || token.kind !== shown.kind || user.status !== 'active') return undefined
  if (now.getTime() - (token.lastUsedAt ?? token.createdAt).getTime() < usedEveryMs) return found
  const expiresAt = token.kind === 'session' ? sessionEnd(token, now) : token.expiresAt
  const used = { lastUsedAt: now, expiresAt, address: shown.address }
  // On a full disk the session stays usable but is not extended.
  await db
    .write((tx) => touchToken(tx, token.id, used))
    .catch((error) => {
      if (!isUnavailable(error)) throw error
    })
  return { user, token: { ...token, ...used } }
}

const sessionEnd = ({ createdAt }: UserToken, now: Date) =>
  new Date(Math.min(now.getTime() + idleMs, createdAt.getTime() + sessionLifetimeMs))

interface Ended {
  userName: string
  kind: UserToken['kind']
  id?: number | undefined
  /** The session to keep when all others end. */
  besidesId?: number | undefined
  keepTokens?: readonly string[] | undefined
}

/**
 * Ends one or all of a user's sessions or tokens; throws an `OperatorError` if there is none to end. Ending all
 * sessions also ends the tokens they may have created, except those named in `keepTokens`.
 */
export async function endTokens(
  tx: Tx,
  { userName, kind, id, besidesId, keepTokens }: Ended,
  now: Date,
): Promise<UserToken[]> {
  const user = await requireUser(tx, userName)
  const ended = await revokeTokens(tx, { userId: user.id, kind, id, besidesId }, now)
  if (id !== undefined && !ended.length) {
    throw new OperatorError(
      message`"${userName}" has no ${kind} ${id}: see ${remedy(`user ${kind}s list`, { user: userName })}`,
      'not_found',
    )
  }
  for (const token of ended) await record(tx, { verb: `user-${kind}.revoked`, id: token.id, before: token }, now)
  if (kind === 'session' && id === undefined) await endOtherTokens(tx, { userId: user.id, keepTokens }, now)
  return ended
}

import { type Static, Type } from '@sinclair/typebox'
import type { User, UserToken } from '../../db/schema/access'
import { nullable, nullableTimestamp, timestamp, view, word } from '../kernel/view'

export const roles = ['viewer', 'support', 'operator', 'owner'] as const

/** Whether a role sees secrets, such as the keys of contracts, in full. */
export const seesSecrets = (role: User['role']) => role === 'operator' || role === 'owner'

/** A user as operators see them, without the password. */
export const UserView = view('User', {
  id: Type.Integer(),
  name: Type.String(),
  role: word(roles),
  status: word(['active', 'disabled']),
  has_password: Type.Boolean({ description: 'False for those who were invited and have not chosen one yet.' }),
  created_at: timestamp(),
  last_login_at: nullableTimestamp(),
})

export const userView = ({
  id,
  name,
  role,
  status,
  passwordHash,
  createdAt,
  lastLoginAt,
}: User): Static<typeof UserView> => ({
  id,
  name,
  role,
  status,
  has_password: passwordHash !== null,
  created_at: createdAt.toISOString(),
  last_login_at: lastLoginAt?.toISOString() ?? null,
})

/** A session or operator token as its user sees it, without its value. */
export const TokenView = view('Token', {
  id: Type.Integer(),
  name: Type.String({ description: 'What a token is for; the device of a session.' }),
  prefix: Type.String({ description: 'The beginning of its value, to recognise it by.' }),
  created_at: timestamp(),
  expires_at: nullableTimestamp(),
  last_used_at: nullableTimestamp(),
  revoked_at: nullableTimestamp(),
  address: nullable(Type.String({ description: 'Where the last use came from.' })),
  method: nullable(word(['password', 'passkey', 'sso'], 'How a session was begun.')),
  is_current: Type.Boolean({ description: 'Whether this request came with it.' }),
})

/** `current` is the id of the session or token that asks. */
export const tokenView = (token: UserToken, current?: number): Static<typeof TokenView> => ({
  id: token.id,
  name: token.name,
  prefix: token.prefix,
  created_at: token.createdAt.toISOString(),
  expires_at: token.expiresAt?.toISOString() ?? null,
  last_used_at: token.lastUsedAt?.toISOString() ?? null,
  revoked_at: token.revokedAt?.toISOString() ?? null,
  address: token.address,
  method: token.method,
  is_current: token.id === current,
})

import { type Static, Type } from '@sinclair/typebox'
import type { ApiKey, Block } from '../../db/schema/access'
import { nullable, nullableTimestamp, timestamp, view, word } from '../kernel/view'

/** An API key as operators see it, without its token. */
export const ApiKeyView = view('ApiKey', {
  id: Type.Integer(),
  name: Type.String(),
  prefix: Type.String({ description: 'The beginning of its value, to recognise it by.' }),
  status: word(['active', 'inactive', 'revoked']),
  capabilities: Type.Array(Type.String(), { description: 'What it may do; "*" is everything.' }),
  allowed_ips: Type.Array(Type.String(), { description: 'Addresses and ranges it may be used from; none for any.' }),
  rate_limit_per_minute: nullable(Type.Integer()),
  expires_at: nullableTimestamp(),
  created_at: timestamp(),
  last_used_at: nullableTimestamp(),
  previous_until: nullableTimestamp('Until when the value before its last rotation works.'),
})

export const apiKeyView = (key: ApiKey): Static<typeof ApiKeyView> => ({
  id: key.id,
  name: key.name,
  prefix: key.prefix,
  status: key.status,
  capabilities: key.capabilities,
  allowed_ips: key.allowedIps,
  rate_limit_per_minute: key.rateLimitPerMinute,
  expires_at: key.expiresAt?.toISOString() ?? null,
  created_at: key.createdAt.toISOString(),
  last_used_at: key.lastUsedAt?.toISOString() ?? null,
  previous_until: key.previousUntil?.toISOString() ?? null,
})

/** An entry of the blocklist as operators see it. */
export const BlockView = view('Block', {
  id: Type.Integer(),
  kind: word(['ip', 'identifier']),
  value: Type.String({ description: 'The address, the CIDR range or the identifier of the device.' }),
  reason: Type.String(),
  created_at: timestamp(),
  expires_at: nullableTimestamp(),
})

export const blockView = ({ id, kind, value, reason, createdAt, expiresAt }: Block): Static<typeof BlockView> => ({
  id,
  kind,
  value,
  reason,
  created_at: createdAt.toISOString(),
  expires_at: expiresAt?.toISOString() ?? null,
})

/** Whether it has expired. */
export const isOver = ({ expiresAt }: Pick<ApiKey | Block, 'expiresAt'>, now: Date) =>
  expiresAt !== null && expiresAt <= now

import { type Static, Type } from '@sinclair/typebox'
import type { ApiKey, Block } from '../../db/schema/access'
import { jsonFieldsOf } from '../kernel/fields'
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
  dialect: word(['standard', 'sdk'], 'How answers to it are written: as documented, or for the SDKs of the original.'),
})

/** The fields that operators and exports show under the same names. */
export const apiKeyFields = [
  'id',
  'name',
  'prefix',
  'status',
  'capabilities',
  'allowed_ips',
  'rate_limit_per_minute',
  'expires_at',
  'created_at',
  'last_used_at',
  'previous_until',
  'dialect',
] as const

export const apiKeyView = (key: ApiKey): Static<typeof ApiKeyView> => jsonFieldsOf(key, apiKeyFields)

/** An entry of the blocklist as operators see it. */
export const BlockView = view('Block', {
  id: Type.Integer(),
  kind: word(['ip', 'identifier']),
  value: Type.String({ description: 'The address, the CIDR range or the identifier of the device.' }),
  reason: Type.String(),
  created_at: timestamp(),
  expires_at: nullableTimestamp(),
})

/** The fields that operators and exports show under the same names. */
export const blockFields = ['id', 'kind', 'value', 'reason', 'created_at', 'expires_at'] as const

export const blockView = (block: Block): Static<typeof BlockView> => jsonFieldsOf(block, blockFields)

/** Whether it has expired. */
export const isOver = ({ expiresAt }: Pick<ApiKey | Block, 'expiresAt'>, now: Date) =>
  expiresAt !== null && expiresAt <= now

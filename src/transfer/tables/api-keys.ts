import { Type } from '@sinclair/typebox'
import { type ApiKey, apiKeys } from '../../../db/schema/access'
import { everything, type Preset, presets } from '../../access/capabilities'
import {
  granted,
  hashedToken,
  insertApiKey,
  requireSoundTerms,
  requireSoundToken,
  shownCharacters,
} from '../../access/service'
import { apiKeyFields } from '../../access/view'
import { choice, integer, list, momentText, text } from '../../intake/model'
import { fieldsOf } from '../../kernel/fields'
import { OperatorError } from '../../kernel/operator-error'
import { differenceOf } from './difference'
import { defined, rowOf } from './row'
import { everyRow, findByHash, withIds } from './store'
import { type LineFields, oneByOne, type Table } from './table'

const date = () => Type.Optional(momentText({ nullable: true }))
const isHash = (hash: string) => /^[0-9a-f]{64}$/.test(hash)

/** API keys, exported as hashes: a client that sends the old string is still recognized. */
export const apiKeysTable: Table = {
  name: 'api_keys',
  subject: 'api-key',
  model: Type.Object({
    id: Type.Optional(integer({ minimum: 1 })),
    name: text(),
    key: Type.Optional(text({ aliases: ['api_key', 'token'] })),
    hash: Type.Optional(text()),
    prefix: Type.Optional(text()),
    status: Type.Optional(choice(['active', 'inactive', 'revoked'])),
    preset: Type.Optional(choice(Object.keys(presets) as Preset[])),
    capabilities: Type.Optional(list()),
    allowed_ips: Type.Optional(list({ nullable: true })),
    rate_limit_per_minute: Type.Optional(integer({ minimum: 1, nullable: true })),
    expires_at: date(),
    created_at: date(),
    last_used_at: date(),
    previous_hash: Type.Optional(text({ nullable: true })),
    previous_until: date(),
    dialect: Type.Optional(choice(['standard', 'sdk'])),
  }),
  spellings: { ip_allowlist: 'allowed_ips', ips: 'allowed_ips', rate_limit: 'rate_limit_per_minute' },
  ignored: ['uuid', 'environment', 'customer_id', 'updated_at', 'deleted_at'],
  put: oneByOne(async (tx, fields, { now }) => {
    const row = rowOf(keptForm(fields), { not: ['key', 'preset'] })
    requireSound(row, now)
    const existing = await findByHash(tx, row.hash)
    if (existing) {
      const difference = differenceOf(existing, givenTerms(row, fields))
      if (difference)
        throw new OperatorError(`API key ${existing.id} "${existing.name}" exists already, and ${difference}`)
      return 'there'
    }
    const draft = {
      prefix: row.hash.slice(0, shownCharacters),
      status: 'active',
      allowedIps: [],
      createdAt: now,
      ...row,
    }
    const [numbered] = await withIds(tx, apiKeys, [draft as unknown as typeof apiKeys.$inferInsert])
    const key = await insertApiKey(tx, numbered!)
    return { made: key!.id }
  }),
  async *rows(db) {
    for await (const page of everyRow(db, apiKeys)) yield* page.map(lineOf)
  },
}

/** The given columns of a row, without rights the import gives to a key that names none. */
const givenTerms = ({ capabilities, ...row }: LineFields, { preset, capabilities: named }: LineFields) =>
  preset || named ? { ...row, capabilities } : row

/** The stored form of a key: its hash and prefix, and its rights. */
function keptForm(fields: LineFields): LineFields {
  const { key, hash, capabilities } = fields
  if ((key === undefined) === (hash === undefined))
    throw new OperatorError('give the key itself or its hash, one of both')
  if (hash !== undefined && !isHash(hash))
    throw new OperatorError('the hash of an API key is its SHA-256 in 64 hex digits')
  if (key !== undefined) requireSoundToken(key, 'key')
  // A key without named rights belongs to the vendor's software.
  const preset: Preset | undefined = fields.preset ?? (capabilities ? undefined : 'client')
  return defined({
    ...fields,
    ...(key !== undefined && hashedToken(key)),
    capabilities: granted({ preset, capabilities: capabilities ?? [] }),
  })
}

function requireSound({ name, capabilities, allowedIps = [] }: LineFields, now: Date) {
  const named = capabilities.filter((capability: string) => capability !== everything)
  requireSoundTerms({ name, allowedIps, capabilities: named }, now)
}

const lineOf = (key: ApiKey) => ({ ...fieldsOf(key, apiKeyFields), ...fieldsOf(key, ['hash', 'previous_hash']) })

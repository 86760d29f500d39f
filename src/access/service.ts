import type { ApiKey } from '../../db/schema/access'
import { record } from '../audit/record'
import type { Queryable, Tx } from '../database/connection'
import { parseCidr } from '../kernel/addresses'
import { parseId } from '../kernel/ids'
import { fieldRef, type MessagePart, message, remedy } from '../kernel/message'
import { onlyNamed } from '../kernel/naming'
import { OperatorError } from '../kernel/operator-error'
import { randomToken, sha256 } from '../kernel/secrets'
import { capabilities, everything, type Preset, presets } from './capabilities'
import { findApiKey, findApiKeyById, insertApiKey, listApiKeysNamed, updateApiKey } from './store'

export { hasApiKey, insertApiKey, mapApiKeyNames, pageApiKeys } from './store'

/** How many characters of an API key stay readable for recognition; a quarter of a short one. */
export const shownCharacters = 8
const tokenLengthMax = 512

/** The capabilities and limits of an API key. */
export interface ApiKeyTerms {
  name: string
  preset?: Preset | undefined
  capabilities: readonly string[]
  allowedIps: readonly string[]
  rateLimitPerMinute?: number | null | undefined
  expiresAt?: Date | null | undefined
  dialect?: ApiKey['dialect'] | undefined
}

/** A new API key. */
export interface ApiKeyDraft extends ApiKeyTerms {
  /** An existing token to import; otherwise a random one is generated. */
  token?: string | undefined
}

/** An API key and its token, available only now: only the hash is stored. */
export interface IssuedKey {
  key: ApiKey
  token: string
}

/** Creates an API key and returns its token, this once. Throws an `OperatorError` if the draft is invalid. */
export async function createApiKey(tx: Tx, draft: ApiKeyDraft, now: Date): Promise<IssuedKey> {
  const token = draft.token ?? randomToken('lk')
  requireSoundToken(token)
  requireSoundTerms(draft, now)
  if (!draft.preset && !draft.capabilities.length) {
    throw new OperatorError(
      message`say what the key may do: ${fieldRef('preset')} client, shop or all, or ${fieldRef('capabilities')} verify,activate`,
      'invalid_input',
    )
  }
  const taken = new OperatorError(message`there is an API key with that value already: see ${remedy('api-key list')}`)
  if (await findApiKey(tx, sha256(token))) throw taken
  const key = await insertApiKey(tx, {
    name: draft.name,
    ...hashedToken(token),
    status: 'active',
    capabilities: granted(draft),
    allowedIps: [...draft.allowedIps],
    rateLimitPerMinute: draft.rateLimitPerMinute ?? null,
    expiresAt: draft.expiresAt ?? null,
    dialect: draft.dialect ?? 'standard',
    createdAt: now,
  })
  if (!key) throw taken
  await record(tx, { verb: 'api-key.created', id: key.id, after: key }, now)
  return { key, token }
}

/** Changes a key's capabilities and limits; omitted ones stay. */
export async function editApiKey(tx: Tx, id: number, terms: Partial<ApiKeyTerms>, now: Date): Promise<ApiKey> {
  const before = await requireLasting(tx, id)
  requireSoundTerms(terms, now)
  const { preset, capabilities: named = [], allowedIps, ...plain } = terms
  const after = await updateApiKey(tx, id, {
    ...plain,
    ...((preset || named.length) && { capabilities: granted({ preset, capabilities: named }) }),
    ...(allowedIps && { allowedIps: [...allowedIps] }),
  })
  await record(tx, { verb: 'api-key.updated', id, before, after }, now)
  return after
}

/** Deactivates a key, which then gets 101 (`inactive_api_key`), or activates it again. */
export async function setApiKeyStatus(tx: Tx, id: number, status: 'active' | 'inactive', now: Date) {
  const before = await requireLasting(tx, id)
  if (before.status === status) return before
  await record(tx, { verb: status === 'active' ? 'api-key.enabled' : 'api-key.disabled', id }, now)
  return updateApiKey(tx, id, { status })
}

/**
 * Revokes an API key for good, and its token from before the last rotation; the next request with either is refused.
 */
export async function revokeApiKey(tx: Tx, id: number, now: Date): Promise<ApiKey> {
  const before = await requireApiKey(tx, id)
  if (before.status === 'revoked') return before
  await record(tx, { verb: 'api-key.revoked', id }, now)
  return updateApiKey(tx, id, { status: 'revoked' })
}

/** Generates a new token for a key and returns it, this once. The old token works until the overlap ends. */
export async function rotateApiKey(tx: Tx, id: number, overlapMs: number, now: Date): Promise<IssuedKey> {
  const before = await requireLasting(tx, id)
  const { previousUntil } = before
  if (overlapMs > 0 && previousUntil && previousUntil > now) {
    throw new OperatorError(
      message`API key ${id} was rotated already and the value before it works until ${previousUntil.toISOString()}: wait until then, or end both old values now with ${fieldRef('overlap', '0')}`,
    )
  }
  const token = randomToken('lk')
  const key = await updateApiKey(tx, id, {
    ...hashedToken(token),
    previousHash: overlapMs > 0 ? before.hash : null,
    previousUntil: overlapMs > 0 ? new Date(now.getTime() + overlapMs) : null,
  })
  await record(tx, { verb: 'api-key.rotated', id, before, after: key }, now)
  return { key, token }
}

/** The API key with that id; throws an `OperatorError` if there is none. */
export async function requireApiKey(db: Queryable, id: number): Promise<ApiKey> {
  const key = await findApiKeyById(db, id)
  if (!key) throw new OperatorError(message`there is no API key ${id}: see ${remedy('api-key list')}`, 'not_found')
  return key
}

/** The id of the API key with that id or unique name. */
export async function resolveApiKey(db: Queryable, reference: string): Promise<number> {
  const id = parseId(reference)
  if (id !== undefined && (await findApiKeyById(db, id))) return id
  const found = onlyNamed('API key', reference, await listApiKeysNamed(db, reference))
  if (found) return found.id
  throw new OperatorError(
    message`there is no API key ${id ?? `"${reference}"`}: see ${remedy('api-key list')}`,
    'not_found',
  )
}

async function requireLasting(tx: Queryable, id: number) {
  const key = await requireApiKey(tx, id)
  if (key.status !== 'revoked') return key
  throw new OperatorError(message`API key ${id} is revoked, for good: make another with ${remedy('api-key create')}`)
}

/** The stored form of a token: its SHA-256, and its prefix for recognition. */
export const hashedToken = (token: string) => ({
  hash: sha256(token),
  prefix: token.slice(0, Math.min(shownCharacters, Math.floor(token.length / 4))),
})

/** The capabilities of a preset and those named, without duplicates. */
export function granted({ preset, capabilities: named }: Pick<ApiKeyTerms, 'preset' | 'capabilities'>): string[] {
  const all = new Set<string>([...(preset ? presets[preset] : []), ...named])
  return all.has(everything) ? [everything] : [...all]
}

/** The minimum length of an imported token: a shorter one could be guessed, and lists show its prefix. */
const tokenLengthMin = 20

/** Throws an `OperatorError` if the text cannot be an API key's token; `what` is the caller's name for it. */
export function requireSoundToken(token: string, what: MessagePart = fieldRef('api_key')) {
  if (/^[\x21-\x7e]+$/.test(token) && token.length >= tokenLengthMin && token.length <= tokenLengthMax) return
  throw new OperatorError(
    message`${what} takes a key of ${tokenLengthMin} to ${tokenLengthMax} printable ASCII characters without spaces: make a new one in place of a shorter one`,
    'invalid_input',
  )
}

/** Throws an `OperatorError` if no API key can have these terms. */
export function requireSoundTerms(terms: Partial<ApiKeyTerms>, now: Date) {
  const { name, capabilities: named = [], allowedIps = [], expiresAt } = terms
  if (name !== undefined && !name.trim()) {
    throw new OperatorError(
      message`the name is empty: say whose key it is, for example ${fieldRef('name', 'my shop')}`,
      'invalid_input',
    )
  }
  const unknown = named.find((capability) => !(capabilities as readonly string[]).includes(capability))
  if (unknown !== undefined) {
    throw new OperatorError(`"${unknown}" is no capability; there are ${capabilities.join(', ')}`, 'invalid_input')
  }
  const noRange = allowedIps.find((range) => !parseCidr(range))
  if (noRange !== undefined) {
    throw new OperatorError(
      `"${noRange}" is no address or CIDR range, such as 203.0.113.7 or 2001:db8::/32`,
      'invalid_input',
    )
  }
  if (expiresAt && expiresAt <= now)
    throw new OperatorError(message`${fieldRef('expires_at')} lies in the past: give a later date`, 'invalid_input')
}

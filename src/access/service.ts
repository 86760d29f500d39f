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

export { hasApiKey, insertApiKey, pageApiKeys } from './store'

/** How much of an API key stays readable at most, so that a person knows it again; of a short one a quarter. */
export const shownCharacters = 8
const tokenLengthMax = 512

/** What an operator says an API key may do, and how far. */
export interface ApiKeyTerms {
  name: string
  preset?: Preset | undefined
  capabilities: readonly string[]
  allowedIps: readonly string[]
  rateLimitPerMinute?: number | null | undefined
  expiresAt?: Date | null | undefined
}

/** What an operator says of a new API key. */
export interface ApiKeyDraft extends ApiKeyTerms {
  /** An existing key to go on with; a fresh random one is made otherwise. */
  token?: string | undefined
}

/** An API key, and the one chance to learn its value: only its hash is kept. */
export interface IssuedKey {
  key: ApiKey
  token: string
}

/** Makes an API key. The token is returned this once. A faulty draft is an `OperatorError`. */
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
    createdAt: now,
  })
  if (!key) throw taken
  await record(tx, { verb: 'api-key.created', id: key.id, after: key }, now)
  return { key, token }
}

/** Changes what a key may do, and how far; what is not named stays. */
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

/** Turns a key off, so that it gets 101, and on again. */
export async function setApiKeyStatus(tx: Tx, id: number, status: 'active' | 'inactive', now: Date) {
  const before = await requireLasting(tx, id)
  if (before.status === status) return before
  await record(tx, { verb: status === 'active' ? 'api-key.enabled' : 'api-key.disabled', id }, now)
  return updateApiKey(tx, id, { status })
}

/** Ends an API key for good, with the value before its last rotation; the next request with either is refused. */
export async function revokeApiKey(tx: Tx, id: number, now: Date): Promise<ApiKey> {
  const before = await requireApiKey(tx, id)
  if (before.status === 'revoked') return before
  await record(tx, { verb: 'api-key.revoked', id }, now)
  return updateApiKey(tx, id, { status: 'revoked' })
}

/** Gives a key a new value, which is returned this once. The one before it works until the overlap is over. */
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

/** The API key of that id; an `OperatorError` when there is none. */
export async function requireApiKey(db: Queryable, id: number): Promise<ApiKey> {
  const key = await findApiKeyById(db, id)
  if (!key) throw new OperatorError(message`there is no API key ${id}: see ${remedy('api-key list')}`, 'not_found')
  return key
}

/** The id of the API key that is named by its id, or by a name that no other has. */
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

/** What is kept of a token: its SHA-256, and its beginning for people. */
export const hashedToken = (token: string) => ({
  hash: sha256(token),
  prefix: token.slice(0, Math.min(shownCharacters, Math.floor(token.length / 4))),
})

/** All a key may do by a preset and by name, nothing twice. */
export function granted({ preset, capabilities: named }: Pick<ApiKeyTerms, 'preset' | 'capabilities'>): string[] {
  const all = new Set<string>([...(preset ? presets[preset] : []), ...named])
  return all.has(everything) ? [everything] : [...all]
}

/** A token that is brought along is no shorter: a shorter one could be guessed, and its beginning is shown in lists. */
const tokenLengthMin = 20

/** What cannot be the value of an API key is an `OperatorError`; `what` is what the caller calls it. */
export function requireSoundToken(token: string, what: MessagePart = fieldRef('api_key')) {
  if (/^[\x21-\x7e]+$/.test(token) && token.length >= tokenLengthMin && token.length <= tokenLengthMax) return
  throw new OperatorError(
    message`${what} takes a key of ${tokenLengthMin} to ${tokenLengthMax} printable ASCII characters without spaces: make a new one in place of a shorter one`,
    'invalid_input',
  )
}

/** Terms no API key can have are an `OperatorError`. */
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

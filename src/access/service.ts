import type { ApiKey, Block } from '../../db/schema/access'
import { record } from '../audit/record'
import type { Queryable } from '../database/connection'
import { parseCidr, plainAddress } from '../kernel/addresses'
import { randomToken, sha256 } from '../kernel/secrets'
import { Sorry } from '../kernel/sorry'
import { capabilities, everything, type Preset, presets } from './capabilities'
import { deleteBlock, insertApiKey, updateApiKeyStatus, upsertBlock } from './store'

const shownCharacters = 8
const longestToken = 512

/** What an operator says of a new API key. */
export interface ApiKeyDraft {
  name: string
  preset?: Preset | undefined
  capabilities: readonly string[]
  allowedIps: readonly string[]
  rateLimitPerMinute?: number | undefined
  expiresAt?: Date | undefined
  /** An existing key to go on with; a fresh random one is made otherwise. */
  token?: string | undefined
}

/** Makes an API key. The token is returned this once: only its hash is kept. A faulty draft is a `Sorry`. */
export async function createApiKey(
  tx: Queryable,
  draft: ApiKeyDraft,
  now: Date,
): Promise<{ key: ApiKey; token: string }> {
  const token = draft.token ?? randomToken('lk')
  requireSound(draft, token, now)
  const granted = new Set<string>([...(draft.preset ? presets[draft.preset] : []), ...draft.capabilities])
  const key = await insertApiKey(tx, {
    name: draft.name,
    hash: sha256(token),
    prefix: token.slice(0, shownCharacters),
    status: 'active',
    capabilities: granted.has(everything) ? [everything] : [...granted],
    allowedIps: [...draft.allowedIps],
    rateLimitPerMinute: draft.rateLimitPerMinute ?? null,
    expiresAt: draft.expiresAt ?? null,
    createdAt: now,
  })
  if (!key) throw new Sorry('there is an API key with that value already: see "latchkey api-key list"')
  await record(tx, { verb: 'api-key.created', id: key.id, after: key }, now)
  return { key, token }
}

/** Whom an operator turns away: an address or range, or the identifier of a device. */
export interface BlockDraft {
  kind: Block['kind']
  value: string
  reason: string
  expiresAt?: Date | undefined
}

const longestIdentifier = 1024

/** Puts an entry on the blocklist, or changes the one of that value; requests it concerns get 150 from then on. */
export async function addBlock(tx: Queryable, draft: BlockDraft, now: Date): Promise<Block> {
  const value = draft.kind === 'ip' ? usualCidr(draft.value) : draft.value.trim()
  if (!value || value.length > longestIdentifier) {
    throw new Sorry(`--identifier takes 1 to ${longestIdentifier} characters`, 'usage')
  }
  if (draft.expiresAt && draft.expiresAt <= now)
    throw new Sorry('--expires-at lies in the past: give a later date', 'usage')
  const block = await upsertBlock(tx, { ...draft, value, createdAt: now })
  await record(tx, { verb: 'blocklist.added', id: block.id, after: block }, now)
  return block
}

/** Takes an entry off the blocklist; the next request it concerned is judged as any other. */
export async function removeBlock(tx: Queryable, id: number, now: Date): Promise<Block> {
  const block = await deleteBlock(tx, id)
  if (!block) throw new Sorry(`there is no entry ${id}: see "latchkey blocklist list"`, 'missing')
  await record(tx, { verb: 'blocklist.removed', id, before: block }, now)
  return block
}

function usualCidr(text: string) {
  const range = parseCidr(plainAddress(text.trim()))
  if (!range) throw new Sorry(`"${text}" is no address or CIDR range, such as 203.0.113.7 or 2001:db8::/32`, 'usage')
  const { address, family, bits } = range
  return bits === (family === 'ipv4' ? 32 : 128) ? address : `${address}/${bits}`
}

/** Ends an API key for good; the next request with it is refused. */
export async function revokeApiKey(tx: Queryable, id: number, now: Date): Promise<ApiKey> {
  const key = await updateApiKeyStatus(tx, id, 'revoked')
  if (!key) throw new Sorry(`there is no API key ${id}: see "latchkey api-key list"`, 'missing')
  await record(tx, { verb: 'api-key.revoked', id }, now)
  return key
}

function requireSound(draft: ApiKeyDraft, token: string, now: Date) {
  if (!draft.name.trim())
    throw new Sorry('the name is empty: say whose key it is, for example --name "my shop"', 'usage')
  if (!/^[\x21-\x7e]+$/.test(token) || token.length > longestToken) {
    throw new Sorry(`--import takes a key of 1 to ${longestToken} printable ASCII characters without spaces`, 'usage')
  }
  if (!draft.preset && !draft.capabilities.length) {
    throw new Sorry('say what the key may do: --preset client, shop or all, or --can verify,activate', 'usage')
  }
  const unknown = draft.capabilities.find((name) => !(capabilities as readonly string[]).includes(name))
  if (unknown !== undefined) {
    throw new Sorry(`"${unknown}" is no capability; there are ${capabilities.join(', ')}`, 'usage')
  }
  const noRange = draft.allowedIps.find((range) => !parseCidr(range))
  if (noRange !== undefined) {
    throw new Sorry(`"${noRange}" is no address or CIDR range, such as 203.0.113.7 or 2001:db8::/32`, 'usage')
  }
  if (draft.expiresAt && draft.expiresAt <= now)
    throw new Sorry('--expires-at lies in the past: give a later date', 'usage')
}

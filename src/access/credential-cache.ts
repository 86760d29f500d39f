import type { ApiKey } from '../../db/schema/access'
import type { Db } from '../database/database'
import { openLastSeenBuffer } from '../database/last-seen'
import { type AddressSet, addressSet } from '../kernel/addresses'
import type { Clock } from '../kernel/clock'
import { sha256 } from '../kernel/secrets'
import { presets } from './capabilities'
import { findApiKey, findApiKeyById, listBlocks, touchApiKeys } from './store'

const knownKeysMax = 10_000

/** An API key with its parsed allow-list. */
export interface KnownKey extends ApiKey {
  readonly allowed: AddressSet
  /** Whether it has only the capabilities of a key that is shipped in every copy of a program. */
  readonly isShared: boolean
  /** When the shown token, replaced by a rotation, stops working; null for the current token. */
  readonly shownUntil: Date | null
}

/** Caches API keys and the blocklist; invalidated when anyone changes either. */
export interface CredentialCache {
  /** The API key with that token, if cached and unchanged. */
  known(token: string): KnownKey | undefined
  identify(token: string): Promise<KnownKey | undefined>
  /** The current API key with that id. */
  recall(id: number): Promise<KnownKey | undefined>
  /** The current blocklist; a promise while it is being read. */
  blocklist(): Blocklist | Promise<Blocklist>
  /** Records a key's use; written at most once a minute per key. */
  noteUse(key: KnownKey, now: Date): void
  close(): Promise<void>
}

export interface Blocklist {
  /** Whether it has any address entries; otherwise the client's address need not be determined. */
  readonly hasAddresses: boolean
  blocks(kind: 'ip' | 'identifier', value: string, now: Date): boolean
}

export function openCredentialCache(db: Db, clock: Clock): CredentialCache {
  let epoch: string | undefined
  // Keyed by the token itself: hashing it per request would cost more than the rest of the lookup.
  let keys = new Map<string, KnownKey>()
  let blocklist: Blocklist | undefined
  const uses = openLastSeenBuffer(db, touchApiKeys)

  function forgetWhatChanged() {
    const now = db.accessEpoch()
    if (now === epoch) return
    epoch = now
    keys = new Map()
    blocklist = undefined
  }

  async function readBlocklist() {
    const readAt = epoch
    const list = await loadBlocklist(db, clock())
    if (epoch === readAt) blocklist = list
    return list
  }

  return {
    known(token) {
      forgetWhatChanged()
      return keys.get(token)
    },
    async identify(token) {
      forgetWhatChanged()
      const remembered = keys
      const hash = sha256(token)
      const row = await findApiKey(db.read, hash)
      if (!row) return undefined
      const key = knownKey(row, row.hash === hash ? null : row.previousUntil)
      if (remembered.size < knownKeysMax) remembered.set(token, key)
      return key
    },
    async recall(id) {
      const row = await findApiKeyById(db.read, id)
      return row && knownKey(row)
    },
    blocklist() {
      forgetWhatChanged()
      return blocklist ?? readBlocklist()
    },
    noteUse: ({ id }, now) => uses.note(id, now),
    close: () => uses.close(),
  }
}

const knownKey = (row: ApiKey, shownUntil: Date | null = null): KnownKey => ({
  ...row,
  allowed: addressSet(row.allowedIps),
  isShared: row.capabilities.every((capability) => presets.client.some((each) => each === capability)),
  shownUntil,
})

async function loadBlocklist(db: Db, now: Date): Promise<Blocklist> {
  const entries = (await listBlocks(db.read)).filter(({ expiresAt }) => !expiresAt || expiresAt > now)
  const lasting: AddressSet = addressSet(entries.filter((e) => e.kind === 'ip' && !e.expiresAt).map((e) => e.value))
  const passing = entries
    .filter((e) => e.kind === 'ip' && e.expiresAt)
    .map((e) => ({ addresses: addressSet([e.value]), until: e.expiresAt! }))
  const identifiers = new Map(entries.filter((e) => e.kind === 'identifier').map((e) => [e.value, e.expiresAt]))
  return {
    hasAddresses: entries.some((e) => e.kind === 'ip'),
    blocks(kind, value, at) {
      if (kind === 'ip') {
        return lasting.has(value) || passing.some(({ addresses, until }) => until > at && addresses.has(value))
      }
      const until = identifiers.get(value)
      return until !== undefined && (until === null || until > at)
    },
  }
}

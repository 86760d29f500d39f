import type { KeyObject } from 'node:crypto'
import type { SigningKey } from '../../db/schema/operations'
import type { Db } from '../database/database'
import { isPaired, openCompanion } from './companion'
import { openSigningKey } from './key-pair'
import type { Sealer } from './sealing'
import type { SignatureAlgorithm } from './signature'
import { listCompanionIds, listLiveKeys } from './store'

/** A private key in use, and the label of answers it signs. */
export interface Signer {
  readonly keyId: string
  /** The RSA key: this one, or the one whose companion this is. */
  readonly pairId: string
  readonly algorithm: SignatureAlgorithm
  readonly privateKey: KeyObject
  readonly label: 'product' | 'global'
}

/** What a client says of the signature it can check. */
export interface SignatureChoice {
  /** The key the client knows, or a companion. */
  readonly keyId?: string | undefined
  readonly algorithm?: SignatureAlgorithm | undefined
}

/** The request for a signing key: whose, when, and what the client says. */
export interface KeyRequest extends SignatureChoice {
  productId: number | undefined
  now: Date
}

export interface KeyRing {
  /**
   * The product's own key if it has one, else the global key; undefined if there is neither (CONTRACT §0). During a
   * rotation, the requested key, else the outgoing one until it expires. Of that key, the companion if ES256 is chosen.
   */
  signerFor(wanted: KeyRequest): Promise<Signer | undefined>
  /** The key without waiting, while nothing has changed since the last read; undefined otherwise. */
  known(wanted: KeyRequest): Signer | undefined
  /** The algorithm chosen, by name or by the id of a companion; RS256 unless one is. */
  algorithmFor(choice: SignatureChoice): SignatureAlgorithm
}

const rememberedMax = 10_000

/** The keys of a database, each opened once; notices keys added or retired by any process. */
export function openKeyRing(db: Db, sealer: Sealer): KeyRing {
  const opened = new Map<string, KeyObject>()
  let companions: ReadonlySet<string> = new Set()
  let told = noneTold()
  let rows: Promise<SigningKey[]> | undefined
  let epoch: string | undefined

  function forgetWhatChanged() {
    const current = db.accessEpoch()
    if (current === epoch) return
    epoch = current
    rows = undefined
    told = noneTold()
  }

  function liveKeys(now: Date) {
    if (!rows) {
      rows = readKeys(now)
      // Do not cache a failed read.
      rows.catch(() => {
        rows = undefined
      })
    }
    return rows
  }

  async function readKeys(now: Date) {
    companions = new Set(await listCompanionIds(db.read))
    return listLiveKeys(db.read, now)
  }

  function open(row: SigningKey, algorithm: SignatureAlgorithm): Signer {
    const label = row.productId === null ? 'global' : 'product'
    return algorithm === 'ES256' && isPaired(row)
      ? {
          keyId: row.companionId,
          pairId: row.id,
          algorithm,
          privateKey: once(row.companionId, () => openCompanion(row, sealer)),
          label,
        }
      : {
          keyId: row.id,
          pairId: row.id,
          algorithm: 'RS256',
          privateKey: once(row.id, () => openSigningKey(row, sealer)),
          label,
        }
  }

  function once(id: string, openKey: () => KeyObject) {
    const privateKey = opened.get(id) ?? openKey()
    opened.set(id, privateKey)
    return privateKey
  }

  const algorithmFor = ({ algorithm, keyId }: SignatureChoice) =>
    algorithm ?? (keyId !== undefined && companions.has(keyId) ? 'ES256' : 'RS256')

  return {
    algorithmFor,
    known({ productId, now, keyId, algorithm = 'RS256' }) {
      forgetWhatChanged()
      const known = keyId === undefined ? told[algorithm].get(productId) : undefined
      return known && now.getTime() < known.untilMs ? known.signer : undefined
    },
    async signerFor(wanted) {
      forgetWhatChanged()
      const remembered = told
      const keys = await liveKeys(wanted.now)
      const row = chosen(keys, wanted) ?? chosen(keys, { ...wanted, productId: undefined })
      if (!row) return undefined
      const algorithm = algorithmFor(wanted)
      const signer = open(row, algorithm)
      if (wanted.keyId === undefined && remembered[algorithm].size < rememberedMax) {
        remembered[algorithm].set(wanted.productId, { signer, untilMs: nextChange(keys, wanted.now) })
      }
      return signer
    },
  }
}

const noneTold = (): Record<SignatureAlgorithm, Map<number | undefined, { signer: Signer; untilMs: number }>> => ({
  RS256: new Map(),
  ES256: new Map(),
})

/** Of one owner's keys: the requested one, else the active one. */
function chosen(
  keys: SigningKey[],
  { productId = null, now, keyId }: Omit<KeyRequest, 'productId'> & { productId?: number | null | undefined },
) {
  const usable = keys.filter((key) => key.productId === productId && (!key.retiredAt || key.retiredAt > now))
  const isNamed = ({ id, companionId }: SigningKey) => id === keyId || companionId === keyId
  return (
    (keyId === undefined ? undefined : usable.find(isNamed)) ??
    usable.find(({ activeFrom }) => !activeFrom || activeFrom <= now)
  )
}

/** When the next of these keys becomes active or expires. */
const nextChange = (keys: SigningKey[], now: Date) =>
  Math.min(
    ...keys
      .flatMap(({ activeFrom, retiredAt }) => [activeFrom, retiredAt])
      .map((moment) => (moment && moment > now ? moment.getTime() : Number.POSITIVE_INFINITY)),
  )

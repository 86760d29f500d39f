import type { KeyObject } from 'node:crypto'
import type { SigningKey } from '../../db/schema/operations'
import type { Db } from '../database/database'
import { openSigningKey } from './key-pair'
import type { Sealer } from './sealing'
import { listLiveKeys } from './store'

/** A private key in use, and the label of answers it signs. */
export interface Signer {
  readonly keyId: string
  readonly privateKey: KeyObject
  readonly label: 'product' | 'global'
}

/** The request for a signing key: whose, when, and the key the client knows, if it names one. */
export interface KeyRequest {
  productId: number | undefined
  now: Date
  keyId?: string | undefined
}

export interface KeyRing {
  /**
   * The product's own key if it has one, else the global key; undefined if there is neither (CONTRACT §0). During a
   * rotation, the requested key, else the outgoing one until it expires.
   */
  signerFor(wanted: KeyRequest): Promise<Signer | undefined>
  /** The key without waiting, while nothing has changed since the last read; undefined otherwise. */
  known(wanted: KeyRequest): Signer | undefined
}

const rememberedMax = 10_000

/** The keys of a database, each opened once; notices keys added or retired by any process. */
export function openKeyRing(db: Db, sealer: Sealer): KeyRing {
  const opened = new Map<string, KeyObject>()
  let told = new Map<number | undefined, { signer: Signer; untilMs: number }>()
  let rows: Promise<SigningKey[]> | undefined
  let epoch: string | undefined

  function forgetWhatChanged() {
    const current = db.accessEpoch()
    if (current === epoch) return
    epoch = current
    rows = undefined
    told = new Map()
  }

  function liveKeys(now: Date) {
    if (!rows) {
      rows = Promise.resolve(listLiveKeys(db.read, now))
      // Do not cache a failed read.
      rows.catch(() => {
        rows = undefined
      })
    }
    return rows
  }

  function open(row: SigningKey): Signer {
    const privateKey = opened.get(row.id) ?? openSigningKey(row, sealer)
    opened.set(row.id, privateKey)
    const label = row.productId === null ? 'global' : 'product'
    return { keyId: row.id, privateKey, label }
  }

  return {
    known({ productId, now, keyId }) {
      forgetWhatChanged()
      const known = keyId === undefined ? told.get(productId) : undefined
      return known && now.getTime() < known.untilMs ? known.signer : undefined
    },
    async signerFor(wanted) {
      forgetWhatChanged()
      const remembered = told
      const keys = await liveKeys(wanted.now)
      const row = chosen(keys, wanted) ?? chosen(keys, { ...wanted, productId: undefined })
      if (!row) return undefined
      const signer = open(row)
      if (wanted.keyId === undefined && remembered.size < rememberedMax) {
        remembered.set(wanted.productId, { signer, untilMs: nextChange(keys, wanted.now) })
      }
      return signer
    },
  }
}

/** Of one owner's keys: the requested one, else the active one. */
function chosen(
  keys: SigningKey[],
  { productId = null, now, keyId }: Omit<KeyRequest, 'productId'> & { productId?: number | null | undefined },
) {
  const usable = keys.filter((key) => key.productId === productId && (!key.retiredAt || key.retiredAt > now))
  return usable.find(({ id }) => id === keyId) ?? usable.find(({ activeFrom }) => !activeFrom || activeFrom <= now)
}

/** When the next of these keys becomes active or expires. */
const nextChange = (keys: SigningKey[], now: Date) =>
  Math.min(
    ...keys
      .flatMap(({ activeFrom, retiredAt }) => [activeFrom, retiredAt])
      .map((moment) => (moment && moment > now ? moment.getTime() : Number.POSITIVE_INFINITY)),
  )

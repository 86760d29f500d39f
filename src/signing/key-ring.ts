import type { KeyObject } from 'node:crypto'
import type { SigningKey } from '../../db/schema/operations'
import type { Db } from '../database/database'
import { openSigningKey } from './key-pair'
import type { Sealer } from './sealing'
import { listLiveKeys } from './store'

/** A private key in use, and the label an answer signed with it carries. */
export interface Signer {
  readonly keyId: string
  readonly privateKey: KeyObject
  readonly label: 'product' | 'global'
  /** Whether its successor is known already, and clients are to change over. */
  readonly isOutgoing: boolean
}

/** Which key is to sign: whose, when, and the one the client knows, where it says which. */
export interface Wanted {
  productId: number | undefined
  now: Date
  keyId?: string | undefined
}

export interface KeyRing {
  /**
   * The product's own key where it has one, else the global key; undefined when there is neither (CONTRACT §0). Of an
   * outgoing key and its successor, the one that was asked for, else the outgoing one until its end.
   */
  signerFor(wanted: Wanted): Promise<Signer | undefined>
}

/** The keys of a database, opened once each; notices keys made or retired by any process. */
export function openKeyRing(db: Db, sealer: Sealer): KeyRing {
  const opened = new Map<string, KeyObject>()
  let rows: Promise<Map<number | null, SigningKey[]>> | undefined
  let epoch: string | undefined

  function liveKeys(now: Date) {
    const current = db.accessEpoch()
    if (!rows || current !== epoch) {
      epoch = current
      rows = Promise.resolve(listLiveKeys(db.read, now)).then((keys) => Map.groupBy(keys, ({ productId }) => productId))
      // A failed read must not be remembered.
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
    return { keyId: row.id, privateKey, label, isOutgoing: row.retiredAt !== null }
  }

  return {
    async signerFor({ productId, now, keyId }) {
      const keys = await liveKeys(now)
      const own = productId === undefined ? undefined : keys.get(productId)
      const row = chosen(own, now, keyId) ?? chosen(keys.get(null), now, keyId)
      return row && open(row)
    },
  }
}

/** Of one owner's keys the one that was asked for, else the one whose time it is. */
function chosen(keys: SigningKey[] | undefined, now: Date, keyId: string | undefined) {
  const isUsable = ({ retiredAt }: SigningKey) => !retiredAt || retiredAt > now
  const asked = keyId === undefined ? undefined : keys?.find((key) => key.id === keyId && isUsable(key))
  return asked ?? keys?.find((key) => isUsable(key) && (!key.activeFrom || key.activeFrom <= now))
}

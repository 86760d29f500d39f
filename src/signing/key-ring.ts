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
   * outgoing key and its successor, the one that was asked for, else the outgoing one until its end. At once, unless the
   * keys must be read first.
   */
  signerFor(wanted: Wanted): Signer | undefined | Promise<Signer | undefined>
}

/** The keys of a database, opened once each; notices keys made or retired by any process. */
export function openKeyRing(db: Db, sealer: Sealer): KeyRing {
  const opened = new Map<string, KeyObject>()
  let owners: Owners | undefined
  let epoch: string | undefined

  async function readKeys(now: Date) {
    const readAt = epoch
    const keys = await listLiveKeys(db.read, now)
    const read: Owners = Map.groupBy(keys.map(open), ({ productId }) => productId)
    if (epoch === readAt) owners = read
    return read
  }

  function open(row: SigningKey): LiveKey {
    const privateKey = opened.get(row.id) ?? openSigningKey(row, sealer)
    opened.set(row.id, privateKey)
    const label = row.productId === null ? 'global' : 'product'
    return { ...row, keyId: row.id, privateKey, label, isOutgoing: row.retiredAt !== null }
  }

  return {
    signerFor(wanted) {
      const current = db.accessEpoch()
      if (current !== epoch) owners = undefined
      epoch = current
      return owners ? chosen(owners, wanted) : readKeys(wanted.now).then((read) => chosen(read, wanted))
    },
  }
}

interface LiveKey extends Signer, Pick<SigningKey, 'productId' | 'activeFrom' | 'retiredAt'> {}

type Owners = Map<number | null, LiveKey[]>

function chosen(owners: Owners, { productId, now, keyId }: Wanted): Signer | undefined {
  const own = productId === undefined ? undefined : owners.get(productId)
  return chosenOf(own, now, keyId) ?? chosenOf(owners.get(null), now, keyId)
}

/** Of one owner's keys the one that was asked for, else the one whose time it is. */
function chosenOf(keys: LiveKey[] | undefined, now: Date, keyId: string | undefined) {
  const isUsable = ({ retiredAt }: LiveKey) => !retiredAt || retiredAt > now
  const asked = keyId === undefined ? undefined : keys?.find((key) => key.keyId === keyId && isUsable(key))
  return asked ?? keys?.find((key) => isUsable(key) && (!key.activeFrom || key.activeFrom <= now))
}

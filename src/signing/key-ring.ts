import type { KeyObject } from 'node:crypto'
import type { SigningKey } from '../../db/schema/operations'
import type { Db } from '../database/database'
import { openSigningKey } from './key-pair'
import type { Sealer } from './sealing'
import { listCurrentKeys } from './store'

/** A private key in use, and the label an answer signed with it carries. */
export interface Signer {
  readonly keyId: string
  readonly privateKey: KeyObject
  readonly label: 'product' | 'global'
}

export interface KeyRing {
  /** The product's own key where it has one, else the global key; undefined when there is neither (CONTRACT §0). */
  signerFor(productId: number | undefined): Promise<Signer | undefined>
  /** The same without waiting, while nothing has changed since it was last told. */
  known(productId: number | undefined): Signer | undefined
}

const mostRemembered = 10_000

/** The keys of a database, opened once each; notices keys made or retired by any process. */
export function openKeyRing(db: Db, sealer: Sealer): KeyRing {
  const opened = new Map<string, Signer>()
  let signers = new Map<number | undefined, Signer>()
  let rows: Promise<Map<number | null, SigningKey>> | undefined
  let epoch: string | undefined

  function forgetWhatChanged() {
    const now = db.accessEpoch()
    if (now === epoch) return
    epoch = now
    rows = undefined
    signers = new Map()
  }

  function currentKeys() {
    if (!rows) {
      rows = Promise.resolve(listCurrentKeys(db.read)).then((keys) => new Map(keys.map((key) => [key.productId, key])))
      // A failed read must not be remembered.
      rows.catch(() => {
        rows = undefined
      })
    }
    return rows
  }

  function open(row: SigningKey): Signer {
    let signer = opened.get(row.id)
    if (!signer) {
      const label = row.productId === null ? 'global' : 'product'
      signer = { keyId: row.id, privateKey: openSigningKey(row, sealer), label }
      opened.set(row.id, signer)
    }
    return signer
  }

  return {
    known(productId) {
      forgetWhatChanged()
      return signers.get(productId)
    },
    async signerFor(productId) {
      forgetWhatChanged()
      const remembered = signers
      const keys = await currentKeys()
      const row = (productId !== undefined && keys.get(productId)) || keys.get(null)
      if (!row) return undefined
      const signer = open(row)
      if (remembered.size < mostRemembered) remembered.set(productId, signer)
      return signer
    },
  }
}

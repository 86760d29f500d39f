import type { Queryable, Tx } from '../database/connection'
import type { Deps } from '../deps'
import { OperatorError } from '../kernel/operator-error'
import { generateRsaKey, type KeySize, toSigningKey } from './key-pair'
import { putInPlace } from './service'
import { findLatestKey, wasUsed } from './store'

/** The global key pair, and whether it has signed an answer. */
export async function findGlobalKey(db: Queryable) {
  const { id, bits } = (await findLatestKey(db, null))!
  return { id, bits, isUsed: await wasUsed(db, id) }
}

/**
 * Generates a global key pair of another size, off the event loop, and returns what puts it in place of the present one,
 * which must have signed nothing; undefined if the size is right already. Throws an `OperatorError` if it has.
 */
export async function resizeUnusedKey({ db, sealer, clock }: Pick<Deps, 'db' | 'sealer' | 'clock'>, bits: KeySize) {
  const before = await findGlobalKey(db.read)
  if (before.bits === bits) return undefined
  if (before.isUsed) throw isInUse()
  const key = toSigningKey(await generateRsaKey(bits), sealer, { productId: null, now: clock() })
  return async (tx: Tx) => {
    const { id, isUsed } = await findGlobalKey(tx)
    if (isUsed || id !== before.id) throw isInUse()
    await putInPlace(tx, key)
  }
}

const isInUse = () =>
  new OperatorError('the signing key has signed answers already: keep its size, and replace it later with an overlap')

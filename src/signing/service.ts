import type { KeyObject } from 'node:crypto'
import type { SigningKey } from '../../db/schema/operations'
import { record } from '../audit/record'
import type { Tx } from '../database/connection'
import type { Db } from '../database/database'
import type { Clock } from '../kernel/clock'
import { message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { certify } from './certificate'
import { generateRsaKey, type KeySize, openSigningKey, toSigningKey } from './key-pair'
import type { Sealer } from './sealing'
import { endOutgoing, findKey, findKeyOfCompanion, findLatestKey, hasKey, replaceKey } from './store'

export { listPublicKeys, type PublicKey, publicHalves } from './public-keys'
export {
  findKey,
  findSealingFingerprint,
  hasKey,
  insertRetiredKey,
  type KeyUse,
  listKeyUses,
  listLiveKeys,
  listSealedKeys,
  publicKeyFor,
  putSealingFingerprint,
  replaceKey,
  updateSealedPrivate,
} from './store'

export interface KeyDeps {
  db: Db
  sealer: Sealer
  clock: Clock
}

/** The owner of a key pair: a product's id, or null for the global one. */
export type KeyOwner = number | null

/** Generates an owner's first key pair. Throws an `OperatorError` if there is one: replacing a key must be explicit. */
export async function generateKey({ db, sealer, clock }: KeyDeps, owner: KeyOwner, bits: KeySize) {
  const refuse = () => {
    throw new OperatorError(
      message`${named(owner)} exists already: replace it with ${remedy('key rotate', ownerInput(owner))}`,
    )
  }
  if (await hasKey(db.read, owner)) refuse()
  const key = toSigningKey(await generateRsaKey(bits), sealer, { productId: owner, now: clock() })
  await db.write(async (tx) => ((await hasKey(tx, owner)) ? refuse() : putInPlace(tx, key)))
  return key
}

/** The options of a key rotation. */
export interface Rotation {
  bits: KeySize
  /**
   * How long the old key goes on signing for clients that do not request the new one, in milliseconds; 0 for not at
   * all.
   */
  overlapMs: number
}

/**
 * Generates a key pair to follow the current one, certified by it. During the overlap clients can request either; after
 * it the new one signs. The old public key stays visible.
 */
export async function rotateKey(workshop: KeyDeps, owner: KeyOwner, { bits, overlapMs }: Rotation) {
  const { db, sealer, clock } = workshop
  const before = await findLatestKey(db.read, owner)
  if (!before) {
    throw new OperatorError(
      message`there is nothing to replace, ${named(owner)} does not exist: make it with ${remedy('key generate', ownerInput(owner))}`,
    )
  }
  const privateKey = await generateRsaKey(bits)
  const key = await certifiedBy(before, toSigningKey(privateKey, sealer, { productId: owner, now: clock() }), sealer)
  const takesOverAt = new Date(clock().getTime() + overlapMs)
  const row = { ...key, activeFrom: overlapMs ? takesOverAt : null }
  await db.write(async (tx) => {
    if ((await findLatestKey(tx, owner))?.id !== before.id) {
      throw new OperatorError(
        message`${named(owner)} was replaced by somebody else meanwhile: see ${remedy('key show')}`,
      )
    }
    await putInPlace(tx, row, takesOverAt)
  })
  return row
}

/** Imports an existing private key, so that clients that know its public half go on unchanged. */
export async function putKey({ db, sealer, clock }: KeyDeps, owner: KeyOwner, privateKey: KeyObject) {
  const before = await findLatestKey(db.read, owner)
  const fresh = toSigningKey(privateKey, sealer, { productId: owner, now: clock() })
  const key = before && before.id !== fresh.id ? await certifiedBy(before, fresh, sealer) : fresh
  return db.write((tx) => putInPlace(tx, key))
}

/** Makes a key its owner's latest; it signs from `takesOverAt` on. Returns its row, with the companion it has. */
export async function putInPlace(tx: Tx, key: SigningKey, takesOverAt = key.createdAt): Promise<SigningKey> {
  const row = await replaceKey(tx, key, takesOverAt)
  await record(tx, { verb: 'signing-key.put', id: key.id, after: row }, key.createdAt)
  return row
}

/** Retires an outgoing key before its overlap ends, if it has leaked or is no longer needed. */
export async function retireKey(tx: Tx, id: string, now: Date): Promise<SigningKey> {
  const key = await findKey(tx, id)
  const pair = key ? undefined : await findKeyOfCompanion(tx, id)
  if (pair) {
    throw new OperatorError(
      message`key ${id} is the companion of key ${pair.id} and goes with it: see ${remedy('key retire', { key_id: pair.id })}`,
    )
  }
  if (!key) throw new OperatorError(message`there is no signing key "${id}": see ${remedy('key show')}`, 'not_found')
  if (!key.retiredAt) {
    throw new OperatorError(
      message`key ${id} is the latest of its owner: replace it first, with ${remedy('key rotate')}`,
    )
  }
  if (key.retiredAt <= now) throw new OperatorError(`key ${id} is retired already`)
  await endOutgoing(tx, key, now)
  const retired = (await findKey(tx, id))!
  await record(tx, { verb: 'signing-key.retired', id, before: key, after: retired }, now)
  return retired
}

const certifiedBy = async (before: SigningKey, key: SigningKey, sealer: Sealer) => ({
  ...key,
  certifiedBy: before.id,
  certificate: await certify({ id: before.id, privateKey: openSigningKey(before, sealer) }, key),
})

const named = (owner: KeyOwner) => (owner === null ? 'the global key pair' : `the key pair of product ${owner}`)
const ownerInput = (owner: KeyOwner) => (owner === null ? {} : { product: owner })

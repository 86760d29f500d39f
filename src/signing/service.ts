import type { KeyObject } from 'node:crypto'
import type { SigningKey } from '../../db/schema/operations'
import { record } from '../audit/record'
import type { Queryable } from '../database/connection'
import type { Db } from '../database/database'
import type { Clock } from '../kernel/clock'
import { Sorry } from '../kernel/sorry'
import { generateRsaKey, type KeySize, toSigningKey } from './key-pair'
import type { Sealer } from './sealing'
import { hasCurrentKey, replaceCurrentKey } from './store'

interface Workshop {
  db: Db
  sealer: Sealer
  clock: Clock
}

/** Whose key pair: a product's own, or the global one. */
export type KeyOwner = number | null

/** Makes a first key pair. A `Sorry` where there is one already: replacing a key is said aloud. */
export async function generateKey(workshop: Workshop, owner: KeyOwner, bits: KeySize) {
  const refuse = () => {
    throw new Sorry(`${named(owner)} exists already: replace it with "latchkey key rotate${flagFor(owner)}"`)
  }
  if (await hasCurrentKey(workshop.db.read, owner)) refuse()
  const key = await freshKey(workshop, owner, bits)
  await workshop.db.write(async (tx) => ((await hasCurrentKey(tx, owner)) ? refuse() : putInPlace(tx, key)))
  return key
}

/** Puts a fresh key pair in place of the one before it, whose public half stays visible. */
export async function rotateKey(workshop: Workshop, owner: KeyOwner, bits: KeySize) {
  if (!(await hasCurrentKey(workshop.db.read, owner))) {
    throw new Sorry(
      `there is nothing to replace, ${named(owner)} does not exist: make it with "latchkey key generate${flagFor(owner)}"`,
    )
  }
  const key = await freshKey(workshop, owner, bits)
  await workshop.db.write((tx) => putInPlace(tx, key))
  return key
}

/** Puts an existing private key in place, so that clients that know its public half go on without a change. */
export async function putKey({ db, sealer, clock }: Workshop, owner: KeyOwner, privateKey: KeyObject) {
  const key = toSigningKey(privateKey, sealer, owner, clock())
  await db.write((tx) => putInPlace(tx, key))
  return key
}

/** Makes a key the current one of its owner, the one before it retired. */
export async function putInPlace(tx: Queryable, key: SigningKey) {
  await replaceCurrentKey(tx, key)
  await record(tx, { verb: 'signing-key.put', id: key.id, after: key }, key.createdAt)
}

const freshKey = async ({ sealer, clock }: Workshop, owner: KeyOwner, bits: KeySize) =>
  toSigningKey(await generateRsaKey(bits), sealer, owner, clock())

const named = (owner: KeyOwner) => (owner === null ? 'the global key pair' : `the key pair of product ${owner}`)
const flagFor = (owner: KeyOwner) => (owner === null ? '' : ` --product ${owner}`)

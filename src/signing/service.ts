import type { KeyObject } from 'node:crypto'
import type { Db } from '../database/database'
import type { Clock } from '../kernel/clock'
import { generateRsaKey, type KeySize, toSigningKey } from './key-pair'
import type { Sealer } from './sealing'
import { replaceCurrentKey } from './store'

interface Workshop {
  db: Db
  sealer: Sealer
  clock: Clock
}

/** Puts a fresh global key pair in place; the one before it is retired and its public half stays visible. */
export const rotateGlobalKey = async (workshop: Workshop, bits: KeySize) =>
  putGlobalKey(workshop, await generateRsaKey(bits))

/** Puts an existing private key in place, so that clients that know its public half go on without a change. */
export async function putGlobalKey({ db, sealer, clock }: Workshop, privateKey: KeyObject) {
  const key = toSigningKey(privateKey, sealer, null, clock())
  await db.write((tx) => replaceCurrentKey(tx, key))
  return key
}

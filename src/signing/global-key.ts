import type { Db } from '../database/database'
import { generateRsaKey, type KeySize, toSigningKey } from './key-pair'
import type { Sealer } from './sealing'
import { hasKey, putInPlace } from './service'

/** Makes the global key of an installation that has none. Returns its id; undefined if there was a key. */
export async function makeGlobalKey(db: Db, sealer: Sealer, bits: KeySize, now: Date) {
  if (await hasKey(db.read, null)) return undefined
  const key = toSigningKey(await generateRsaKey(bits), sealer, { productId: null, now })
  return db.write(async (tx) => {
    // Another server may have been faster.
    if (await hasKey(tx, null)) return undefined
    await putInPlace(tx, key)
    return key.id
  })
}

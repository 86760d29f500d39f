import { createPublicKey, sign, verify } from 'node:crypto'
import type { SigningKey } from '../../db/schema/operations'
import { openSigningKey } from './key-pair'
import type { Sealer } from './sealing'

const trial = Buffer.from('latchkey trial signature')

/** Why a key pair is unusable, tested by a signature; undefined when its public half verifies it. */
export function problemOfKeyPair(key: Pick<SigningKey, 'id' | 'publicPem' | 'sealedPrivate'>, sealer: Sealer) {
  try {
    const signature = sign('sha256', trial, openSigningKey(key, sealer))
    return verify('sha256', trial, createPublicKey(key.publicPem), signature)
      ? undefined
      : 'its private half does not fit its public half'
  } catch {
    return 'it does not open with the sealing key'
  }
}

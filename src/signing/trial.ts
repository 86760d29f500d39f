import { createPublicKey, sign, verify } from 'node:crypto'
import type { SigningKey } from '../../db/schema/operations'
import { openSigningKey } from './key-pair'
import type { Sealer } from './sealing'

const trial = Buffer.from('latchkey trial signature')

/** Why a key pair is of no use, found by signing with it; undefined when its public half bears the signature out. */
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

import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { SigningKey } from '../../db/schema/operations'
import { isCompanionOf } from './certificate'
import { type Companion, openCompanion } from './companion'
import { openSigningKey } from './key-pair'
import type { Sealer } from './sealing'

const trial = Buffer.from('latchkey trial signature')

/** What a trial looks at. A row of an older version has no columns for a companion. */
type TriedKey = Pick<SigningKey, 'id' | 'publicPem' | 'sealedPrivate'> & {
  [Name in keyof Companion]?: Companion[Name] | null
}

/** Why a key pair is unusable, tested by a signature; undefined when its public half verifies it. */
export const problemOfKeyPair = (key: TriedKey, sealer: Sealer) =>
  problemOf(() => openSigningKey(key, sealer), key.publicPem)

/** Why a key's companion is unusable, tested likewise, and by its certificate; undefined if there is none. */
export function problemOfCompanion({ id, publicPem, ...row }: TriedKey, sealer: Sealer) {
  const { companionId, companionPem, sealedCompanion, companionCertificate } = row
  if (!companionId || !companionPem || !sealedCompanion || !companionCertificate) return undefined
  const problem = problemOf(() => openCompanion({ companionId, sealedCompanion }, sealer), companionPem)
  if (problem) return problem
  const companion = { id: companionId, publicPem: companionPem }
  return isCompanionOf({ id, publicPem }, companion, companionCertificate)
    ? undefined
    : `key ${id} has not signed its certificate`
}

function problemOf(open: () => KeyObject, publicPem: string) {
  try {
    const signature = sign('sha256', trial, open())
    return verify('sha256', trial, createPublicKey(publicPem), signature)
      ? undefined
      : 'its private half does not fit its public half'
  } catch {
    return 'it does not open with the sealing key'
  }
}

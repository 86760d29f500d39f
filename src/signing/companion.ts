import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { SigningKey } from '../../db/schema/operations'
import { certifyCompanion } from './certificate'
import { keyIdOf, pemOf } from './key-id'
import { openPrivateKey, type Sealer } from './sealing'

/** The columns of a key's companion. */
export interface Companion {
  companionId: string
  companionPem: string
  sealedCompanion: Buffer
  companionCertificate: string
  companionCreatedAt: Date
}

/** A key and its companion. */
export type Paired<Key> = Omit<Key, keyof Companion> & Companion

/** An RSA key that gets a companion. */
interface Owner extends Pick<SigningKey, 'id' | 'productId'> {
  privateKey: KeyObject
}

/** A P-256 private key; takes microseconds. */
export const generateEcKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

/** The P-256 companion of an RSA key: certified by it, and sealed like it. */
export function makeCompanion(owner: Owner, sealer: Sealer, now: Date, privateKey = generateEcKey()): Companion {
  const publicKey = createPublicKey(privateKey)
  const companion = { id: keyIdOf(publicKey, owner.productId), publicPem: pemOf(publicKey) }
  return {
    companionId: companion.id,
    companionPem: companion.publicPem,
    sealedCompanion: sealer.seal(
      privateKey.export({ type: 'pkcs8', format: 'der' }),
      purposeOfCompanion({ companionId: companion.id }),
    ),
    companionCertificate: certifyCompanion(owner, companion),
    companionCreatedAt: now,
  }
}

/** The purpose a companion's private key is sealed for. */
export const purposeOfCompanion = ({ companionId }: Pick<Companion, 'companionId'>) =>
  `signing_keys.sealed_companion ${companionId}`

/** Opens a companion's private key. Throws `UnavailableError` if it was altered, or sealed for another companion. */
export const openCompanion = (companion: Pick<Companion, 'companionId' | 'sealedCompanion'>, sealer: Sealer) =>
  openPrivateKey(companion.companionId, () => sealer.open(companion.sealedCompanion, purposeOfCompanion(companion)))

/** Whether a row has its companion: one of an older version has none until the folder is opened. */
export const isPaired = <Row extends Pick<SigningKey, keyof Companion>>(row: Row): row is Row & Paired<Row> =>
  row.companionId !== null

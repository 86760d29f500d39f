import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { SigningKey } from '../../db/schema/operations'
import { fieldRef, message } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { makeCompanion, type Paired } from './companion'
import { keyIdOf, pemOf } from './key-id'
import { openPrivateKey, type Sealer } from './sealing'

/** The allowed RSA key sizes in bits: SDKs refuse less than 2048 (CONTRACT §0). */
export const keySizes = [2048, 3072, 4096] as const
export type KeySize = (typeof keySizes)[number]

/** Generates an RSA private key off the event loop. */
export async function generateRsaKey(bits: KeySize = 4096): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: bits })
  return privateKey
}

/** Reads an RSA private key as PEM (PKCS#1, PKCS#8 or encrypted PKCS#8). Throws an error with a remedy. */
export function readPrivateKey(text: string, passphrase?: string): KeyObject {
  const key = readPem(text, passphrase)
  if (key.asymmetricKeyType !== 'rsa') throw new OperatorError(`an RSA key is needed, this is ${key.asymmetricKeyType}`)
  if (bitsOf(key) < keySizes[0])
    throw new OperatorError(`the key has ${bitsOf(key)} bits; at least ${keySizes[0]} are needed`)
  return key
}

/** Reads the private key of a companion likewise. */
export function readCompanionKey(text: string, passphrase?: string): KeyObject {
  const key = readPem(text, passphrase)
  if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key
  throw new OperatorError('the companion of a signing key is a key on the curve P-256, and this is another')
}

function readPem(text: string, passphrase: string | undefined): KeyObject {
  // Windows editors prepend a byte order mark.
  const pem = text.replace(/^\ufeff/, '')
  if (/ENCRYPTED/.test(pem) && passphrase === undefined) {
    throw new OperatorError(message`the private key is encrypted: give its passphrase with ${fieldRef('passphrase')}`)
  }
  try {
    return createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase })
  } catch {
    throw new OperatorError(
      passphrase === undefined
        ? 'not a private key in PEM form: it must begin with "-----BEGIN PRIVATE KEY-----" or "-----BEGIN RSA PRIVATE KEY-----"'
        : 'the private key does not open with that passphrase',
    )
  }
}

/** The owner of a new row, and its time. */
interface Draft {
  productId: number | null
  now: Date
  /** The private key of its companion, where it has one already. */
  companionKey?: KeyObject | undefined
}

/**
 * The row for a private key: sealed, with the id of its public half, the product it belongs to, and its companion. Blocks
 * for milliseconds.
 */
export function toSigningKey(
  key: KeyObject,
  sealer: Sealer,
  { productId, now, companionKey }: Draft,
): Paired<SigningKey> {
  const publicKey = createPublicKey(key)
  const id = keyIdOf(publicKey, productId)
  return {
    id,
    productId,
    bits: bitsOf(key),
    publicPem: pemOf(publicKey),
    sealedPrivate: sealer.seal(key.export({ type: 'pkcs8', format: 'der' }), purposeOfKey({ id })),
    createdAt: now,
    retiredAt: null,
    activeFrom: null,
    certifiedBy: null,
    certificate: null,
    ...makeCompanion({ id, productId, privateKey: key }, sealer, now, companionKey),
  }
}

/** The purpose a private key is sealed for. */
export const purposeOfKey = ({ id }: Pick<SigningKey, 'id'>) => `signing_keys.sealed_private ${id}`

/** Opens a row's private key. Throws `UnavailableError` if it was altered, or sealed for another row or otherwise. */
export const openSigningKey = (row: Pick<SigningKey, 'id' | 'sealedPrivate'>, sealer: Sealer) =>
  openPrivateKey(row.id, () => sealer.open(row.sealedPrivate, purposeOfKey(row)))

const bitsOf = (key: KeyObject) => key.asymmetricKeyDetails?.modulusLength ?? 0

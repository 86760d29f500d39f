import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { SigningKey } from '../../db/schema/operations'
import { fieldRef, message } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { sha256 } from '../kernel/secrets'
import type { Sealer } from './sealing'

/** The allowed RSA key sizes in bits: SDKs refuse less than 2048 (CONTRACT §0). */
export const keySizes = [2048, 3072, 4096] as const
export type KeySize = (typeof keySizes)[number]

/** Generates an RSA private key off the event loop. */
export async function generateRsaKey(bits: KeySize = 4096): Promise<KeyObject> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: bits })
  return privateKey
}

/** Reads a private key as PEM (PKCS#1, PKCS#8 or encrypted PKCS#8). Throws an error with a remedy. */
export function readPrivateKey(text: string, passphrase?: string): KeyObject {
  // Windows editors prepend a byte order mark.
  const pem = text.replace(/^\ufeff/, '')
  if (/ENCRYPTED/.test(pem) && passphrase === undefined) {
    throw new OperatorError(message`the private key is encrypted: give its passphrase with ${fieldRef('passphrase')}`)
  }
  let key: KeyObject
  try {
    key = createPrivateKey(passphrase === undefined ? pem : { key: pem, passphrase })
  } catch {
    throw new OperatorError(
      passphrase === undefined
        ? 'not a private key in PEM form: it must begin with "-----BEGIN PRIVATE KEY-----" or "-----BEGIN RSA PRIVATE KEY-----"'
        : 'the private key does not open with that passphrase',
    )
  }
  if (key.asymmetricKeyType !== 'rsa') throw new OperatorError(`an RSA key is needed, this is ${key.asymmetricKeyType}`)
  if (bitsOf(key) < keySizes[0])
    throw new OperatorError(`the key has ${bitsOf(key)} bits; at least ${keySizes[0]} are needed`)
  return key
}

/** The row for a private key: sealed, with the id of its public half and the product it belongs to. */
export function toSigningKey(key: KeyObject, sealer: Sealer, productId: number | null, now: Date): SigningKey {
  const publicKey = createPublicKey(key)
  const id = productId === null ? keyId(publicKey) : `${keyId(publicKey)}-${productId}`
  return {
    id,
    productId,
    bits: bitsOf(key),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sealedPrivate: sealer.seal(key.export({ type: 'pkcs8', format: 'der' }), purposeOfKey({ id })),
    createdAt: now,
    retiredAt: null,
    activeFrom: null,
    certifiedBy: null,
    certificate: null,
  }
}

/** The purpose a private key is sealed for. */
export const purposeOfKey = ({ id }: Pick<SigningKey, 'id'>) => `signing_keys.sealed_private ${id}`

/** Opens a row's private key. Throws if it was sealed for another row or with another sealing key. */
export const openSigningKey = (row: Pick<SigningKey, 'id' | 'sealedPrivate'>, sealer: Sealer) =>
  createPrivateKey({ key: sealer.open(row.sealedPrivate, purposeOfKey(row)), format: 'der', type: 'pkcs8' })

/** The first 16 hex digits of the SHA-256 of the public key in DER form. */
export const keyId = (publicKey: KeyObject) => sha256(publicKey.export({ type: 'spki', format: 'der' })).slice(0, 16)

const bitsOf = (key: KeyObject) => key.asymmetricKeyDetails?.modulusLength ?? 0

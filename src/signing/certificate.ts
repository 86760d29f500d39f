import { createPublicKey, type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { sha256 } from '../kernel/secrets'
import { derOf } from './key-id'
import { isSignedBy } from './signature'

const signAsync = promisify(sign)

/** A public key by its id. */
interface Named {
  id: string
  publicPem: string
}

/** A private key by its id. */
interface Issuer {
  id: string
  privateKey: KeyObject
}

/** What a certificate is about, as its first line says: another key's takeover, or the key's own companion. */
const subjects = { successor: 'latchkey key certificate', companion: 'latchkey companion certificate' } as const

/**
 * The text a key signs about another, so that clients that trust the first can trust the second: four lines of ASCII,
 * the last the SHA-256 of the other's public key in DER form.
 */
const certificateText = (subject: keyof typeof subjects, issuerId: string, { id, publicPem }: Named) =>
  Buffer.from([subjects[subject], issuerId, id, sha256(derOf(createPublicKey(publicPem)))].join('\n'), 'ascii')

/** The forerunner's signature on its successor: base64, RSA PKCS#1 v1.5 with SHA-256. */
export const certify = async (forerunner: Issuer, successor: Named) =>
  (await signAsync('sha256', certificateText('successor', forerunner.id, successor), forerunner.privateKey)).toString(
    'base64',
  )

/** An RSA key's signature on its companion, in the same form. Blocks for milliseconds: keys are made rarely. */
export const certifyCompanion = (key: Issuer, companion: Named) =>
  sign('sha256', certificateText('companion', key.id, companion), key.privateKey).toString('base64')

/** Whether the forerunner signed the certificate for that successor. */
export const isCertified = (forerunner: Named, successor: Named, certificate: string) =>
  isSignedBy(
    forerunner.publicPem,
    certificateText('successor', forerunner.id, successor),
    Buffer.from(certificate, 'base64'),
  )

/** Whether the RSA key signed the certificate for that companion. */
export const isCompanionOf = (key: Named, companion: Named, certificate: string) =>
  isSignedBy(key.publicPem, certificateText('companion', key.id, companion), Buffer.from(certificate, 'base64'))

import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { sha256 } from '../kernel/secrets'

const signAsync = promisify(sign)

/** A public key by its id. */
interface Named {
  id: string
  publicPem: string
}

/**
 * What a key signs of the one that follows it, so that whoever trusts the first can come to trust the second: four
 * lines of ASCII, the last the SHA-256 of the successor's public key in DER form.
 */
const certificateText = (forerunnerId: string, { id, publicPem }: Named) =>
  Buffer.from(
    ['latchkey key certificate', forerunnerId, id, sha256(derOf(createPublicKey(publicPem)))].join('\n'),
    'ascii',
  )

/** The forerunner's word for its successor: base64, RSA PKCS#1 v1.5 with SHA-256. */
export const certify = async (forerunner: { id: string; privateKey: KeyObject }, successor: Named) =>
  (await signAsync('sha256', certificateText(forerunner.id, successor), forerunner.privateKey)).toString('base64')

/** Whether a certificate is the forerunner's word for that successor. */
export const isCertified = (forerunner: Named, successor: Named, certificate: string) =>
  verify(
    'sha256',
    certificateText(forerunner.id, successor),
    createPublicKey(forerunner.publicPem),
    Buffer.from(certificate, 'base64'),
  )

const derOf = (key: KeyObject) => key.export({ type: 'spki', format: 'der' })

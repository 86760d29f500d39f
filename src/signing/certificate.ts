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
 * The text a key signs about its successor, so that clients that trust the first can trust the second: four lines of
 * ASCII, the last the SHA-256 of the successor's public key in DER form.
 */
const certificateText = (forerunnerId: string, { id, publicPem }: Named) =>
  Buffer.from(
    ['latchkey key certificate', forerunnerId, id, sha256(derOf(createPublicKey(publicPem)))].join('\n'),
    'ascii',
  )

/** The forerunner's signature on its successor: base64, RSA PKCS#1 v1.5 with SHA-256. */
export const certify = async (forerunner: { id: string; privateKey: KeyObject }, successor: Named) =>
  (await signAsync('sha256', certificateText(forerunner.id, successor), forerunner.privateKey)).toString('base64')

/** Whether the forerunner signed the certificate for that successor. */
export const isCertified = (forerunner: Named, successor: Named, certificate: string) =>
  verify(
    'sha256',
    certificateText(forerunner.id, successor),
    createPublicKey(forerunner.publicPem),
    Buffer.from(certificate, 'base64'),
  )

const derOf = (key: KeyObject) => key.export({ type: 'spki', format: 'der' })

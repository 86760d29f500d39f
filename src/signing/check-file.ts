import { isSignedBy } from './signature'

/** A signed offline file (CONTRACT §8), as far as it is read here. */
interface SignedFile {
  license: { key: string; hardware_id: string | null; domain: string | null; expires_at: string }
  issued_at: string
  signature: string
}

/** The signed offline file in that text; undefined if it is something else. Its signature is yet to be checked. */
export function offlineFileIn(text: string): SignedFile | undefined {
  try {
    const file = JSON.parse(text)
    const isFile = typeof file.license === 'object' && file.license && Number.isFinite(Date.parse(file.issued_at))
    return isFile && typeof file.signature === 'string' ? file : undefined
  } catch {
    return undefined
  }
}

/** Why a signed offline file is not genuine; undefined when it is. */
export function fileProblemOf(file: SignedFile, publicPem: string): string | undefined {
  const { signature, ...content } = file
  const bytes = Buffer.from(signature, 'base64')
  const isGenuine = bytes.toString('base64') === signature && isSignedBy(publicPem, JSON.stringify(content), bytes)
  return isGenuine ? undefined : 'the signature does not fit this public key'
}

/** What a genuine file says, on one line. */
export const saidInFile = ({ license, issued_at }: SignedFile) =>
  `Offline file of ${license.key} for "${license.hardware_id ?? license.domain}", signed at ${issued_at}, valid until ${license.expires_at} and its grace.`

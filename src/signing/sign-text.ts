import { sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyRing, Signer } from './key-ring'
import { noSignature } from './seal'
import type { Lane, SigningQueue } from './signing-queue'
import type { KeyUses } from './uses'

const signAsync = promisify(sign)

/** What is signed, and with whose RSA key. */
export interface TextToSign {
  /** The text, which may name whose key signs it. */
  textOf(label: Signer['label']): string
  productId: number | undefined
  now: Date
  lane: Lane
}

/** Signs a text by RSA with SHA-256, in its turn and off the event loop. */
export type SignText = (wanted: TextToSign) => Promise<{ text: string; signature: string }>

export const signTextWith =
  (keys: Pick<KeyRing, 'signerFor'>, uses: Pick<KeyUses, 'note'>, signatures: SigningQueue): SignText =>
  async ({ textOf, productId, now, lane }) => {
    const signer = await keys.signerFor({ productId, now, algorithm: 'RS256' })
    const text = textOf(signer?.label ?? 'global')
    if (!signer) return { text, signature: noSignature }
    uses.note(signer, false, now)
    const signature = await signatures.run(lane, () => signAsync('sha256', Buffer.from(text), signer.privateKey))
    return { text, signature: signature.toString('base64') }
  }

import type { KeyObject } from 'node:crypto'
import { sha256 } from '../kernel/secrets'

export const derOf = (publicKey: KeyObject) => publicKey.export({ type: 'spki', format: 'der' })

export const pemOf = (publicKey: KeyObject) => publicKey.export({ type: 'spki', format: 'pem' }).toString()

/** The first 16 hex digits of the SHA-256 of the public key in DER form; with the product, if it is one's own. */
export function keyIdOf(publicKey: KeyObject, productId: number | null) {
  const id = sha256(derOf(publicKey)).slice(0, 16)
  return productId === null ? id : `${id}-${productId}`
}

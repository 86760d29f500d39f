/** A signed answer of the API for software. */
export interface Envelope {
  response: { code: number | string; message: string }
  response_base64: string
  signature: string
}

/** A public key as the server lists it. */
interface ListedKey {
  algorithm: 'RS256' | 'ES256'
  public_key: string
}

const algorithms = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
} as const

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))

/**
 * Whether an answer is genuine: its signature is over `response_base64`, by that key, and `response` is what was signed.
 * Undefined where the browser gives no cryptography, over plain HTTP.
 */
export async function isGenuine(
  envelope: Envelope,
  { algorithm, public_key }: ListedKey,
): Promise<boolean | undefined> {
  if (!globalThis.crypto.subtle) return undefined
  const der = bytesOf(public_key.replace(/-----[^-]+-----|\s/g, ''))
  const parameters = algorithms[algorithm]
  const key = await crypto.subtle.importKey('spki', der, parameters, false, ['verify'])
  const signed = new TextEncoder().encode(envelope.response_base64)
  if (!(await crypto.subtle.verify(parameters, key, bytesOf(envelope.signature), signed))) return false
  const text = new TextDecoder().decode(bytesOf(envelope.response_base64))
  return JSON.stringify(JSON.parse(text)) === JSON.stringify(envelope.response)
}

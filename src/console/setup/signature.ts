/** A signed answer of the API for software. */
export interface Envelope {
  response: { code: number | string; message: string }
  response_base64: string
  signature: string
}

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))

/**
 * Whether an answer is genuine: its signature is over `response_base64`, by RSASSA-PKCS1-v1_5 with SHA-256, and
 * `response` is what was signed. Undefined where the browser gives no cryptography, over plain HTTP.
 */
export async function isGenuine(envelope: Envelope, publicPem: string): Promise<boolean | undefined> {
  if (!globalThis.crypto.subtle) return undefined
  const der = bytesOf(publicPem.replace(/-----[^-]+-----|\s/g, ''))
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('spki', der, algorithm, false, ['verify'])
  const signed = new TextEncoder().encode(envelope.response_base64)
  if (!(await crypto.subtle.verify(algorithm.name, key, bytesOf(envelope.signature), signed))) return false
  const text = new TextDecoder().decode(bytesOf(envelope.response_base64))
  return JSON.stringify(JSON.parse(text)) === JSON.stringify(envelope.response)
}

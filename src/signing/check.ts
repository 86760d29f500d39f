import { createPublicKey, verify } from 'node:crypto'

/** Why an answer is not to be trusted, or undefined when it is genuine. */
export function flawOf(answer: string, publicPem: string): string | undefined {
  const envelope = parse(answer)
  if (!envelope) return 'this is not an answer of a licence server: it is not a JSON object'
  const { response, response_base64: encoded, private_key_used: label, signature, ...others } = envelope
  if (typeof encoded !== 'string' || typeof signature !== 'string' || typeof response !== 'object') {
    return 'this is not an answer of a licence server: response, response_base64 or signature is missing'
  }
  if (Object.keys(others).length || (label !== 'product' && label !== 'global')) {
    return 'the envelope was altered: it has four keys, and private_key_used is "product" or "global"'
  }
  const bytes = Buffer.from(signature, 'base64')
  const isWellFormed = bytes.toString('base64') === signature
  if (!isWellFormed || !verify('sha256', Buffer.from(encoded), createPublicKey(publicPem), bytes)) {
    return 'the signature does not fit this public key'
  }
  const signedResponse = parse(Buffer.from(encoded, 'base64').toString())
  if (!Bun.deepEquals(signedResponse, response)) return '"response" differs from the signed response_base64'
  return undefined
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

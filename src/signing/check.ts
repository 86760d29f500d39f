import { isSignedBy } from './signature'

/** Why an answer is not genuine; undefined when it is. */
export function responseProblemOf(answer: string, publicPem: string): string | undefined {
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
  if (!isWellFormed || !isSignedBy(publicPem, encoded, bytes)) {
    return 'the signature does not fit this public key'
  }
  const signedResponse = parse(Buffer.from(encoded, 'base64').toString())
  if (!Bun.deepEquals(signedResponse, response)) return '"response" differs from the signed response_base64'
  // The list of public keys is signed by this key too, over text of the same form.
  if (!isAnswer(signedResponse)) return 'what was signed is no answer: an answer has a code and a timestamp'
  return undefined
}

/** What a client knows about its request, and the answer's maximum age. */
export interface Expected {
  nonce?: string | undefined
  /** The product's id or uuid. */
  product?: string | undefined
  ageMsMax?: number | undefined
}

/** Why what was signed, with the time of its signature, does not belong to the request; undefined when it does. */
export function mismatchOf(
  signed: Record<string, unknown>,
  { nonce, product, ageMsMax }: Expected,
  now: Date,
): string | undefined {
  const { product_id, product_uuid, timestamp } = signed
  if (nonce !== undefined && signed.nonce !== nonce) {
    return 'nonce' in signed ? 'it holds another nonce' : 'it holds no nonce: the request that it answers carried none'
  }
  if (product !== undefined && product !== String(product_id) && product !== product_uuid) {
    const named = 'product_id' in signed ? `it is about product ${product_id} (${product_uuid})` : 'it names no product'
    return `${named}: a request with a nonce is answered with the product of the licence`
  }
  const ageMs = now.getTime() - Number(timestamp) * 1000
  if (ageMsMax !== undefined && Math.abs(ageMs) > ageMsMax) {
    const seconds = Math.round(Math.abs(ageMs) / 1000)
    return `it was made ${seconds} seconds ${ageMs < 0 ? 'in the future' : 'ago'}, by this machine's clock`
  }
  return undefined
}

/** In v1 one answer has its code as text. */
const isAnswer = (signed: Record<string, unknown> | undefined) =>
  /^\d{1,5}$/.test(String(signed?.code)) && Number.isSafeInteger(signed?.timestamp)

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

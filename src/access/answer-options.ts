import type { Fields } from '../intake/body'
import { Refusal, say } from '../kernel/outcome'
import { sha256 } from '../kernel/secrets'
import type { AnswerOptions } from '../signing/seal'

const malformed = new Refusal(
  say('malformed_request', { detail: 'The nonce must have 8 to 128 printable ASCII characters.' }),
)

/**
 * Reads the signing options. With `key_id`, that key signs the answer. With `nonce`, the answer contains the nonce and
 * the SHA-256 of the licence key and identifier, so that it proves nothing for another request; the seal adds the
 * product. Undefined if neither is given.
 */
export function answerOptionsOf({ nonce, key_id }: Fields, values: Fields): AnswerOptions | undefined {
  const isProven = isGiven(nonce)
  if (!isProven && !isGiven(key_id)) return undefined
  const keyId = typeof key_id === 'string' ? key_id.trim() : undefined
  return isProven ? { keyId, proof: proofOf(nonce, values) } : { keyId }
}

const isGiven = (value: unknown) => value !== undefined && value !== null && value !== ''

function proofOf(nonce: unknown, { license_key, identifier }: Fields) {
  const text = typeof nonce === 'number' ? String(nonce) : nonce
  if (typeof text !== 'string' || !/^[\x20-\x7e]{8,128}$/.test(text)) throw malformed
  return {
    ...(typeof license_key === 'string' && { license_key_sha256: sha256(license_key) }),
    ...(typeof identifier === 'string' && { identifier_sha256: sha256(identifier) }),
    nonce: text,
  }
}

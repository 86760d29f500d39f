import type { Fields } from '../intake/body'
import { Refusal, say } from '../kernel/outcome'
import { sha256 } from '../kernel/secrets'
import type { KeyRing } from '../signing/key-ring'
import type { AnswerOptions } from '../signing/seal'
import { type SignatureAlgorithm, signatureAlgorithms } from '../signing/signature'

const malformed = new Refusal(
  say('malformed_request', { detail: 'The nonce must have 8 to 128 printable ASCII characters.' }),
)

const unknownAlgorithm = new Refusal(
  say('malformed_request', {
    detail: `The field "signature_algorithm" must be one of ${signatureAlgorithms.join(', ')}.`,
  }),
)

/**
 * Reads the signing options. With `key_id`, that key signs the answer; with `signature_algorithm`, a key of that kind.
 * With `nonce`, the answer contains the nonce and the SHA-256 of the licence key and identifier, so that it proves
 * nothing for another request; the seal adds the product. Undefined if none is given.
 */
export function answerOptionsOf(
  { nonce, key_id, signature_algorithm }: Fields,
  values: Fields,
): AnswerOptions | undefined {
  const isProven = isGiven(nonce)
  if (!isProven && !isGiven(key_id) && !isGiven(signature_algorithm)) return undefined
  const algorithm = algorithmIn(signature_algorithm)
  const keyId = keyIdIn(key_id)
  return isProven ? { keyId, algorithm, proof: proofOf(nonce, values) } : { keyId, algorithm }
}

/** The options of an answer to a request that was not admitted, or needs no admission: its choice of ES256 alone. */
export function choiceBeforeAdmission(
  { key_id, signature_algorithm }: Fields,
  keys: Pick<KeyRing, 'algorithmFor'>,
): AnswerOptions | undefined {
  const choice = { keyId: keyIdIn(key_id), algorithm: knownAlgorithm(signature_algorithm) }
  return keys.algorithmFor(choice) === 'ES256' ? choice : undefined
}

/** The algorithm a request names; undefined if it names none. Throws a `Refusal` for an unknown one. */
export function algorithmIn(given: unknown): SignatureAlgorithm | undefined {
  const algorithm = knownAlgorithm(given)
  if (!algorithm && isGiven(given)) throw unknownAlgorithm
  return algorithm
}

const keyIdIn = (given: unknown) => (typeof given === 'string' ? given.trim() : undefined)

function knownAlgorithm(given: unknown) {
  const name = typeof given === 'string' ? given.trim().toUpperCase() : undefined
  return signatureAlgorithms.find((algorithm) => algorithm === name)
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

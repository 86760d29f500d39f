import { type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { type Answer, declared } from '../kernel/answers'
import type { Outcome } from '../kernel/outcome'
import { phpJson } from '../kernel/php-json'
import type { KeyRequest, KeyRing, Signer } from './key-ring'
import { type Lane, openSigningQueue, type PrivateLane, type SigningQueue } from './signing-queue'
import type { KeyUses } from './uses'

/** Replaces the signature when there is no private key (CONTRACT §0). */
export const noSignature = 'Private key not set'

const signAsync = promisify(sign)
const memoisedLength = 2048
/** How many characters of long payloads are cached per second. */
const longMemoisedMax = 16 * 1_048_576

/** How a request wants its answer signed. */
export interface AnswerOptions {
  /** The id of the key the client can verify with. */
  readonly keyId?: string | undefined
  /** Fields inserted before the timestamp that bind the answer to this request and its product. */
  readonly proof?: object | undefined
}

/** The client of an answer, for scheduling its signature. */
export interface Asker {
  /** Undefined if every client gets the same answer. */
  laneOf(outcome: Outcome): PrivateLane | undefined
}

/** Turns an outcome into the signed envelope of v1, as JSON text (CONTRACT §0); synchronous if it is cached. */
export type Seal = (
  outcome: Outcome,
  now: Date,
  answerOptions?: AnswerOptions,
  asker?: Asker,
) => string | Promise<string>

const noOptions: AnswerOptions = {}

/** The content of an answer before signing. */
interface Unsigned {
  answer: Answer
  payload: string
  timestamp: number
}

/** The signing queue, and the counts of envelopes made and reused. */
interface Sealing {
  signatures: SigningQueue
  counts: { made: number; memoised: number }
}

/**
 * Signs with the keys of that ring. RSA PKCS#1 v1.5 is deterministic and the timestamp counts seconds, so equal answers
 * within a second have the same bytes and are signed once.
 */
export function sealWith(
  keys: KeyRing,
  uses: Pick<KeyUses, 'note'>,
  { signatures = openSigningQueue(), counts = { made: 0, memoised: 0 } }: Partial<Sealing> = {},
): Seal {
  const memo = openMemo()

  function sealAs(signer: Signer | undefined, outcome: Outcome, now: Date, asker: Asker | undefined) {
    const { answer, data, saidAt } = outcome
    const second = Math.floor(now.getTime() / 1000)
    const timestamp = saidAt ? Math.floor(saidAt.getTime() / 1000) : second
    const payload = isEmpty(data) ? '' : phpJson(data)
    const envelopes = memo(second)
    const name = `${signer?.keyId} ${timestamp} ${answer} ${payload}`
    const known = envelopes.get(name)
    if (known === undefined) {
      const lane = payload === '' ? answer : (asker?.laneOf(outcome) ?? answer)
      const made = make(signer, { answer, payload, timestamp }, lane)
      if (payload.length <= memoisedLength) return shareWhileSigning(envelopes, name, made)
      return typeof lane === 'string' && hasRoom(payload, second) ? shareWhileSigning(envelopes, name, made) : made
    }
    counts.memoised += 1
    return known
  }

  let longSecond = 0
  let longCharacters = 0

  /** Whether a long payload fits in this second's cache. */
  function hasRoom(payload: string, second: number) {
    if (second !== longSecond) longCharacters = 0
    longSecond = second
    longCharacters += payload.length
    return longCharacters <= longMemoisedMax
  }

  function make(signer: Signer | undefined, { answer, payload, timestamp }: Unsigned, lane: Lane) {
    counts.made += 1
    const response = responseText(answer, payload, timestamp)
    const signText = (key: KeyObject, text: string) =>
      signatures.run(lane, async () => (await signAsync('sha256', Buffer.from(text, 'ascii'), key)).toString('base64'))
    return makeEnvelope(response, signer, signText)
  }

  async function sealLater(wanted: KeyRequest, outcome: Outcome, now: Date, asker: Asker | undefined) {
    return sealAs(noteUse(await keys.signerFor(wanted), now, wanted.keyId), outcome, now, asker)
  }

  function noteUse(signer: Signer | undefined, now: Date, keyId: string | undefined) {
    if (signer) uses.note(signer.keyId, signer.keyId === keyId, now)
    return signer
  }

  return (outcome, now, { keyId, proof } = noOptions, asker) => {
    const productId = declared(outcome.answer).signer === 'global' ? undefined : outcome.productId
    const wanted = { productId, now, keyId }
    const full = proof ? outcome.with(proof) : outcome
    const signer = noteUse(keys.known(wanted), now, keyId)
    return signer ? sealAs(signer, full, now, asker) : sealLater(wanted, full, now, asker)
  }
}

/** `response` in PHP's bytes: code, message, payload, timestamp. */
function responseText(answer: Answer, payload: string, timestamp: number) {
  const { code, message } = declared(answer)
  const head = phpJson({ code, message }).slice(0, -1)
  const between = payload === '' ? '' : `,${payload.slice(1, -1)}`
  return `${head}${between},"timestamp":${timestamp}}`
}

/** The four keys of the envelope, in order, with PHP's escaping. */
async function makeEnvelope(
  response: string,
  signer: Signer | undefined,
  signText: (key: KeyObject, text: string) => Promise<string>,
) {
  const encoded = Buffer.from(response).toString('base64')
  const signature = signer ? await signText(signer.privateKey, encoded) : noSignature
  const label = signer?.label ?? 'global'
  return `{"response":${response},"response_base64":${phpJson(encoded)},"private_key_used":"${label}","signature":${phpJson(signature)}}`
}

/** Envelopes by everything they depend on; a promise while one is being signed. */
type Envelopes = Map<string, string | Promise<string>>

/** Caches the envelopes of the current second and the previous one. */
function openMemo(): (askedSecond: number) => Envelopes {
  let second = 0
  let current: Envelopes = new Map()
  let previous = current

  return (askedSecond) => {
    // A clock set back clears the cache: it would keep everything until the clock catches up.
    if (askedSecond > second || askedSecond < second - 1) {
      previous = askedSecond === second + 1 ? current : new Map()
      current = new Map()
      second = askedSecond
    }
    return askedSecond === second ? current : previous
  }
}

/** Caches a signature; concurrent requests for it share it. */
function shareWhileSigning(envelopes: Envelopes, name: string, made: Promise<string>) {
  envelopes.set(name, made)
  made.then(
    (text) => envelopes.set(name, text),
    () => envelopes.delete(name),
  )
  return made
}

function isEmpty(data: object) {
  for (const _ in data) return false
  return true
}

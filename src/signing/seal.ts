import { sign } from 'node:crypto'
import { promisify } from 'node:util'
import { type Answer, declared } from '../kernel/answers'
import type { Outcome } from '../kernel/outcome'
import { phpJson } from '../kernel/php-json'
import type { KeyRequest, KeyRing, SignatureChoice, Signer } from './key-ring'
import { signAtOnce } from './signature'
import { type Lane, openSigningQueue, type PrivateLane, type SigningQueue } from './signing-queue'
import type { KeyUses } from './uses'

/** Replaces the signature when there is no private key (CONTRACT §0). */
export const noSignature = 'Private key not set'

const signAsync = promisify(sign)
const memoisedLength = 2048
/** How many characters of long payloads are cached per second. */
const longMemoisedMax = 16 * 1_048_576

/** How a request wants its answer signed: with a key the client can verify with. */
export interface AnswerOptions extends SignatureChoice {
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
  counts: { made: number; made_es256: number; memoised: number }
}

/**
 * Signs with the keys of that ring. The timestamp counts seconds, so equal answers within a second are signed once; by
 * RSA off the event loop, in their turn; by P-256 at once.
 */
export function sealWith(
  keys: Pick<KeyRing, 'known' | 'signerFor'>,
  uses: Pick<KeyUses, 'note'>,
  { signatures = openSigningQueue(), counts = { made: 0, made_es256: 0, memoised: 0 } }: Partial<Sealing> = {},
): Seal {
  const memo = openMemo()

  function sealAs(signer: Signer | undefined, outcome: Outcome, now: Date, { asker, isUnique }: Context) {
    const { answer, data, saidAt } = outcome
    const second = Math.floor(now.getTime() / 1000)
    const timestamp = saidAt ? Math.floor(saidAt.getTime() / 1000) : second
    const payload = payloadOf(data)
    const envelopes = memo(second)
    const name = `${signer?.keyId} ${timestamp} ${answer} ${payload}`
    const known = envelopes.get(name)
    if (known === undefined) {
      const lane = payload === '' ? answer : (asker?.laneOf(outcome) ?? answer)
      if (signer?.algorithm === 'ES256') {
        const text = makeAtOnce(signer, { answer, payload, timestamp })
        // An answer about one licence is too seldom asked for again to be kept.
        const isShared = !isUnique && (typeof lane === 'string' || lane.subject === answer)
        if (isShared && (payload.length <= memoisedLength || hasRoom(payload, second))) envelopes.set(name, text)
        return text
      }
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

  async function make(signer: Signer | undefined, unsigned: Unsigned, lane: Lane) {
    counts.made += 1
    if (!signer) return envelopeWithoutKey(unsigned)
    const { response, encoded } = encode(unsigned)
    const signature = await signatures.run(lane, async () =>
      (await signAsync('sha256', Buffer.from(encoded, 'ascii'), signer.privateKey)).toString('base64'),
    )
    return envelopeText(response, encoded, signer.label, signature)
  }

  function makeAtOnce(signer: Signer, unsigned: Unsigned) {
    counts.made_es256 += 1
    const { response, encoded } = encode(unsigned)
    return envelopeText(response, encoded, signer.label, signAtOnce(encoded, signer.privateKey))
  }

  async function sealLater(wanted: KeyRequest, outcome: Outcome, now: Date, context: Context) {
    return sealAs(noteUse(await keys.signerFor(wanted), now, wanted.keyId), outcome, now, context)
  }

  function noteUse(signer: Signer | undefined, now: Date, keyId: string | undefined) {
    if (signer) uses.note(signer, signer.keyId === keyId || signer.pairId === keyId, now)
    return signer
  }

  return (outcome, now, { keyId, algorithm, proof } = noOptions, asker) => {
    const productId = declared(outcome.answer).signer === 'global' ? undefined : outcome.productId
    const wanted = { productId, now, keyId, algorithm }
    const full = proof ? outcome.with(proof) : outcome
    const context = { asker, isUnique: proof !== undefined }
    const signer = noteUse(keys.known(wanted), now, keyId)
    return signer ? sealAs(signer, full, now, context) : sealLater(wanted, full, now, context)
  }
}

/** Who asks, and whether the answer is for this request only. */
interface Context {
  asker: Asker | undefined
  isUnique: boolean
}

/** The fields of an answer in PHP's bytes; empty if there are none. */
function payloadOf(data: object) {
  for (const _ in data) return phpJson(data)
  return ''
}

/** `response` in PHP's bytes (code, message, payload, timestamp), and what is signed of it. */
function encode({ answer, payload, timestamp }: Unsigned) {
  const { code, message } = declared(answer)
  const head = phpJson({ code, message }).slice(0, -1)
  const between = payload === '' ? '' : `,${payload.slice(1, -1)}`
  const response = `${head}${between},"timestamp":${timestamp}}`
  return { response, encoded: Buffer.from(response).toString('base64') }
}

/** The envelope of a server that can sign nothing. */
export const unsignedEnvelope = ({ answer, data }: Outcome, now: Date): string =>
  envelopeWithoutKey({ answer, payload: payloadOf(data), timestamp: Math.floor(now.getTime() / 1000) })

function envelopeWithoutKey(unsigned: Unsigned) {
  const { response, encoded } = encode(unsigned)
  return envelopeText(response, encoded, 'global', noSignature)
}

/** The four keys of the envelope, in order, with PHP's escaping. */
const envelopeText = (response: string, encoded: string, label: Signer['label'], signature: string) =>
  `{"response":${response},"response_base64":${phpJson(encoded)},"private_key_used":"${label}","signature":${phpJson(signature)}}`

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

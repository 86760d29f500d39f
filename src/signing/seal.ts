import { type KeyObject, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { type Answer, declared } from '../kernel/answers'
import type { Outcome } from '../kernel/outcome'
import { phpJson } from '../kernel/php-json'
import type { KeyRequest, KeyRing, Signer } from './key-ring'
import { type Lane, openSigningQueue, type PrivateLane, type SigningQueue } from './signing-queue'
import type { KeyUses } from './uses'

/** What stands in place of the signature when there is no private key (CONTRACT §0). */
export const noSignature = 'Private key not set'

const signAsync = promisify(sign)
const memoisedLength = 2048
/** Characters of longer payloads that are remembered of one second. */
const longMemoisedMax = 16 * 1_048_576

/** What a request asks of the answer itself, beside what it asks for. */
export interface AnswerOptions {
  /** The id of the key whose signature the client can check. */
  readonly keyId?: string | undefined
  /** Stands in the answer before its timestamp, and ties it to this request and its product. */
  readonly proof?: object | undefined
}

/** Whom an answer is for, as far as its signature is concerned. */
export interface Asker {
  /** Undefined where the answer is the same for everybody. */
  laneOf(outcome: Outcome): PrivateLane | undefined
}

/** Turns an outcome into the signed envelope of v1, as JSON text (CONTRACT §0); at once where the same was made before. */
export type Seal = (
  outcome: Outcome,
  now: Date,
  answerOptions?: AnswerOptions,
  asker?: Asker,
) => string | Promise<string>

const noWish: AnswerOptions = {}

/** What an answer says before it is signed. */
interface Unsigned {
  answer: Answer
  payload: string
  timestamp: number
}

/** What a seal leans on beside the keys: the queue of all signatures, and the counts of those made and told again. */
interface Sealing {
  signatures: SigningQueue
  counts: { made: number; memoised: number }
}

/**
 * Signs with the keys of that ring. RSA PKCS#1 v1.5 is deterministic and the timestamp counts seconds, so equal answers
 * of one second are the same bytes and are made once.
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
      if (payload.length <= memoisedLength) return keep(envelopes, name, made)
      return typeof lane === 'string' && hasRoom(payload, second) ? keep(envelopes, name, made) : made
    }
    counts.memoised += 1
    return known
  }

  let longSecond = 0
  let longCharacters = 0

  /** Whether a long payload may be remembered beside the others of this second. */
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

  return (outcome, now, { keyId, proof } = noWish, asker) => {
    const productId = declared(outcome.answer).signer === 'global' ? undefined : outcome.productId
    const wanted = { productId, now, keyId }
    const told = proof ? outcome.with(proof) : outcome
    const signer = noteUse(keys.known(wanted), now, keyId)
    return signer ? sealAs(signer, told, now, asker) : sealLater(wanted, told, now, asker)
  }
}

/** `response` in PHP's bytes: code and message, the payload, the timestamp last. */
function responseText(answer: Answer, payload: string, timestamp: number) {
  const { code, message } = declared(answer)
  const head = phpJson({ code, message }).slice(0, -1)
  const between = payload === '' ? '' : `,${payload.slice(1, -1)}`
  return `${head}${between},"timestamp":${timestamp}}`
}

/** The four keys, in their order, with PHP's escaping. */
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

/** Envelopes by all that they depend on; a promise while one is being made. */
type Envelopes = Map<string, string | Promise<string>>

/** Keeps what was made in the current second and the one before. */
function openMemo(): (saidIn: number) => Envelopes {
  let second = 0
  let current: Envelopes = new Map()
  let previous = current

  return (saidIn) => {
    // A clock that was set back begins anew, or all of the hour to come would be kept.
    if (saidIn > second || saidIn < second - 1) {
      previous = saidIn === second + 1 ? current : new Map()
      current = new Map()
      second = saidIn
    }
    return saidIn === second ? current : previous
  }
}

/** Whoever wants the same meanwhile waits for the same making. */
function keep(envelopes: Envelopes, name: string, made: Promise<string>) {
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

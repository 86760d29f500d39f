import { sign } from 'node:crypto'
import { promisify } from 'node:util'
import { declared } from '../kernel/answers'
import type { Outcome } from '../kernel/outcome'
import { phpJson } from '../kernel/php-json'
import type { KeyRing, Signer } from './key-ring'

/** What stands in place of the signature when there is no private key (CONTRACT §0). */
export const noSignature = 'Private key not set'

const signAsync = promisify(sign)
const memoisedLength = 2048

/** Turns an outcome into the signed envelope of v1, as JSON text (CONTRACT §0). */
export type Seal = (outcome: Outcome, now: Date) => Promise<string>

/** Signs with the keys of that ring. Equal answers of one second share one signature: it would be the same bytes. */
export function sealWith(keys: KeyRing): Seal {
  const signature = memoisedSigner()
  return async ({ answer, data, productId, saidAt }, now) => {
    const { code, message, signer: signerRule } = declared(answer)
    const timestamp = Math.floor((saidAt ?? now).getTime() / 1000)
    const signer = await keys.signerFor(signerRule === 'global' ? undefined : productId)
    const response = phpJson({ code, message, ...data, timestamp })
    const encoded = Buffer.from(response).toString('base64')
    const signed = signer ? await signature(signer, encoded, Math.floor(now.getTime() / 1000)) : noSignature
    return envelope(response, encoded, signer?.label ?? 'global', signed)
  }
}

/** The four keys, in their order, with PHP's escaping; `response` is already text. */
const envelope = (response: string, encoded: string, label: string, signature: string) =>
  `{"response":${response},"response_base64":${phpJson(encoded)},"private_key_used":"${label}","signature":${phpJson(signature)}}`

/**
 * RSA PKCS#1 v1.5 is deterministic and the timestamp counts seconds, so a second's equal answers are signed once.
 * Promises are kept, so that concurrent requests wait for one signature; two seconds' worth at most.
 */
function memoisedSigner() {
  let second = 0
  let current = new Map<string, Promise<string>>()
  let previous = current

  return (signer: Signer, text: string, saidIn: number): Promise<string> => {
    if (text.length > memoisedLength) return makeSignature(signer, text)
    // A clock that was set back begins anew, or all of the hour to come would be kept.
    if (saidIn > second || saidIn < second - 1) {
      previous = saidIn === second + 1 ? current : new Map()
      current = new Map()
      second = saidIn
    }
    const memo = saidIn === second ? current : previous
    const name = signer.keyId + text
    let made = memo.get(name)
    if (!made) {
      made = makeSignature(signer, text)
      memo.set(name, made)
      made.catch(() => memo.delete(name))
    }
    return made
  }
}

async function makeSignature({ privateKey }: Signer, text: string) {
  const signature = await signAsync('sha256', Buffer.from(text, 'ascii'), privateKey)
  return signature.toString('base64')
}

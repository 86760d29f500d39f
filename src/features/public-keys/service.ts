import { sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { Static } from '@sinclair/typebox'
import type { Deps } from '../../deps'
import { type Outcome, say } from '../../kernel/outcome'
import { phpJson } from '../../kernel/php-json'
import { openSigningKey } from '../../signing/key-pair'
import { listLiveKeys, listPublicKeys } from '../../signing/service'
import { resolveProduct } from '../products/service'
import type { PublicKeysFilter } from './model'
import { publicKeyView } from './view'

const signAsync = promisify(sign)

/** The list of keys, and every live global key's signature over it. */
interface SignedList {
  text: string
  signatures: Promise<{ key_id: string; signature: string }[]>
}

/**
 * Lists the public keys: 632 with every public key, each with its predecessor's certificate. The list is signed by each
 * global key that signs now, so that a client that trusts the old key can come to trust the new one. 551 for an unknown
 * product. An unchanged list is signed once, not once per request.
 */
export function openPublicKeys({ db, sealer, signatures }: Pick<Deps, 'db' | 'sealer' | 'signatures'>) {
  const signed = new Map<number | undefined, SignedList>()
  let told = new Map<number | undefined, Outcome>()
  let toldAs = ''

  /** The answer given in this second, if no key has changed. */
  function remembered(now: Date) {
    const state = `${db.accessEpoch()} ${Math.floor(now.getTime() / 1000)}`
    if (state !== toldAs) told = new Map()
    toldAs = state
    return told
  }

  return async ({ product_id }: Static<typeof PublicKeysFilter>, now: Date) => {
    const product = await resolveProduct(db.read, product_id)
    if (product_id !== undefined && !product) return say('product_not_found')
    const outcomes = remembered(now)
    const known = outcomes.get(product?.id)
    if (known) return known
    const rows = await listPublicKeys(db.read)
    const keys = rows
      .filter(({ productId }) => productId === null || !product || productId === product.id)
      .map((row) => publicKeyView(row, now))
    const text = Buffer.from(phpJson(keys)).toString('base64')
    let list = signed.get(product?.id)
    if (list?.text !== text) {
      list = { text, signatures: signWithEach(text, { db, sealer, signatures }, now) }
      signed.set(product?.id, list)
    }
    const outcome = say('product_public_key_found', { keys, signed_keys: text, signatures: await list.signatures })
    outcomes.set(product?.id, outcome)
    return outcome
  }
}

async function signWithEach(
  text: string,
  { db, sealer, signatures }: Pick<Deps, 'db' | 'sealer' | 'signatures'>,
  now: Date,
) {
  const global = (await listLiveKeys(db.read, now)).filter(({ productId }) => productId === null)
  return Promise.all(
    global.map(async (row) => {
      const signature = await signatures.run('public keys', () =>
        signAsync('sha256', Buffer.from(text, 'ascii'), openSigningKey(row, sealer)),
      )
      return { key_id: row.id, signature: signature.toString('base64') }
    }),
  )
}

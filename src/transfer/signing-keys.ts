import { Type } from '@sinclair/typebox'
import type { SigningKey } from '../../db/schema/operations'
import type { Queryable } from '../database/connection'
import { momentText, text } from '../intake/model'
import { Sorry } from '../kernel/sorry'
import { readPrivateKey, toSigningKey } from '../signing/key-pair'
import { findKey, insertRetiredKey, listSealedKeys, replaceKey } from '../signing/store'
import type { Journey } from './journey'
import { productOf } from './references'
import { type Fields, oneByOne, type Table, type Verdict } from './table'

/** Key pairs, their private halves under a passphrase. */
export const signingKeysTable: Table = {
  name: 'signing_keys',
  subject: 'signing-key',
  model: Type.Object({
    id: Type.Optional(text()),
    product: Type.Optional(text({ nullable: true, aliases: ['product_id', 'product_uuid'] })),
    public_key: Type.Optional(text()),
    private_key: Type.Optional(text()),
    created_at: Type.Optional(momentText({ nullable: true })),
    retired_at: Type.Optional(momentText({ nullable: true })),
    active_from: Type.Optional(momentText({ nullable: true })),
    certified_by: Type.Optional(text({ nullable: true })),
    certificate: Type.Optional(text({ nullable: true })),
  }),
  ignored: ['bits'],
  put: oneByOne(put),
  async *rows(db, { lockKey }) {
    if (!lockKey) return
    for (const key of await listSealedKeys(db)) yield lineOf(key, lockKey(key))
  },
}

async function put(tx: Queryable, fields: Fields, journey: Journey): Promise<Verdict> {
  const { private_key, product, created_at, retired_at = null } = fields
  if (!private_key) throw new Sorry('there is no private key in this line: export with --with-keys')
  if (journey.wishes.passphrase === undefined) throw new Sorry('private keys open with --passphrase-file')
  const owner = product ? (await productOf(tx, product, journey)).id : null
  const privateKey = readPrivateKey(private_key, journey.wishes.passphrase)
  const key = {
    ...toSigningKey(privateKey, journey.sealer, owner, created_at ?? journey.now),
    retiredAt: retired_at,
    activeFrom: fields.active_from ?? null,
    certifiedBy: fields.certified_by ?? null,
    certificate: fields.certificate ?? null,
  }
  const met = await findKey(tx, key.id)
  if (met && (met.retiredAt === null) === (retired_at === null)) return 'there'
  if (met) throw new Sorry(`key ${key.id} exists already, and is ${met.retiredAt ? 'retired' : 'in use'} here`)
  if (retired_at) await insertRetiredKey(tx, key)
  else await replaceKey(tx, key, key.activeFrom > journey.now ? key.activeFrom : journey.now)
  return { made: key.id }
}

const lineOf = (key: SigningKey, lockedKey: string) => ({
  id: key.id,
  product_id: key.productId,
  bits: key.bits,
  public_key: key.publicPem,
  private_key: lockedKey,
  created_at: key.createdAt,
  retired_at: key.retiredAt,
  active_from: key.activeFrom,
  certified_by: key.certifiedBy,
  certificate: key.certificate,
})

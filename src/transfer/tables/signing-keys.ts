import { Type } from '@sinclair/typebox'
import type { SigningKey } from '../../../db/schema/operations'
import type { Tx } from '../../database/connection'
import { momentText, text } from '../../intake/model'
import { OperatorError } from '../../kernel/operator-error'
import { readCompanionKey, readPrivateKey, toSigningKey } from '../../signing/key-pair'
import { findKey, insertRetiredKey, listSealedKeys, replaceKey } from '../../signing/service'
import type { ImportContext } from './import-context'
import { productOf } from './references'
import { type LineFields, type LockedKey, oneByOne, type Table, type Verdict } from './table'

/** Key pairs, with their private halves under a passphrase. */
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
    companion_private_key: Type.Optional(text({ nullable: true })),
    companion_created_at: Type.Optional(momentText({ nullable: true })),
  }),
  ignored: ['bits', 'companion_id', 'companion_public_key', 'companion_certificate'],
  put: oneByOne(put),
  async *rows(db, { lockKey }) {
    if (!lockKey) return
    for (const key of await listSealedKeys(db)) yield lineOf(key, lockKey(key))
  },
}

async function put(tx: Tx, fields: LineFields, context: ImportContext): Promise<Verdict> {
  const { private_key, product, created_at, retired_at = null } = fields
  if (!private_key) throw new OperatorError('there is no private key in this line: export with --with-keys')
  if (context.importOptions.passphrase === undefined)
    throw new OperatorError('private keys open with --passphrase-file')
  const owner = product ? (await productOf(tx, product, context)).id : null
  const privateKey = readPrivateKey(private_key, context.importOptions.passphrase)
  // An export of an older version has no companion: the key gets a new one.
  const companionKey = fields.companion_private_key
    ? readCompanionKey(fields.companion_private_key, context.importOptions.passphrase)
    : undefined
  const key = {
    ...toSigningKey(privateKey, context.sealer, {
      productId: owner,
      now: created_at ?? context.now,
      companionKey,
    }),
    companionCreatedAt: fields.companion_created_at ?? context.now,
    retiredAt: retired_at,
    activeFrom: fields.active_from ?? null,
    certifiedBy: fields.certified_by ?? null,
    certificate: fields.certificate ?? null,
  }
  const existing = await findKey(tx, key.id)
  if (existing && (existing.retiredAt === null) === (retired_at === null)) return 'there'
  if (existing)
    throw new OperatorError(`key ${key.id} exists already, and is ${existing.retiredAt ? 'retired' : 'in use'} here`)
  if (retired_at) await insertRetiredKey(tx, key)
  else await replaceKey(tx, key, key.activeFrom > context.now ? key.activeFrom : context.now)
  return { made: key.id }
}

const lineOf = (key: SigningKey, { own, companion }: LockedKey) => ({
  id: key.id,
  product_id: key.productId,
  bits: key.bits,
  public_key: key.publicPem,
  private_key: own,
  created_at: key.createdAt,
  retired_at: key.retiredAt,
  active_from: key.activeFrom,
  certified_by: key.certifiedBy,
  certificate: key.certificate,
  companion_id: key.companionId,
  companion_public_key: key.companionPem,
  companion_private_key: companion,
  companion_certificate: key.companionCertificate,
  companion_created_at: key.companionCreatedAt,
})

import { randomUUID } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { type Contract, contracts } from '../../../db/schema/licensing'
import { mask } from '../../audit/record'
import type { Tx } from '../../database/connection'
import { ContractDraft } from '../../features/contracts/model'
import { findContract, findContractByKey, insertContract } from '../../features/contracts/service'
import { integer, momentText, text } from '../../intake/model'
import { fieldsOf } from '../../kernel/fields'
import { OperatorError } from '../../kernel/operator-error'
import { differenceOf } from './difference'
import type { ImportContext } from './import-context'
import { productOf } from './references'
import { rowOf } from './row'
import { everyRow, withIds } from './store'
import { type LineFields, oneByOne, type Table, type Verdict } from './table'

const { contract_key, license_keys_quantity, status, can_get_info, can_generate, can_destroy, can_destroy_all } =
  ContractDraft.properties

/** Contracts, identified by contract key. */
export const contractsTable: Table = {
  name: 'contracts',
  subject: 'contract',
  model: Type.Object({
    id: Type.Optional(integer({ minimum: 1 })),
    uuid: Type.Optional(text({ maxLength: 36 })),
    name: text({ maxLength: 255, aliases: ['contract_name'] }),
    information: Type.Optional(text({ nullable: true, aliases: ['contract_information'] })),
    contract_key,
    product: text({ aliases: ['product_id', 'product_uuid'] }),
    license_keys_quantity,
    status,
    can_get_info,
    can_generate,
    can_destroy,
    can_destroy_all,
    created_at: Type.Optional(momentText({ nullable: true })),
    updated_at: Type.Optional(momentText({ nullable: true })),
  }),
  spellings: { quota: 'license_keys_quantity', license_count: 'license_keys_quantity', key: 'contract_key' },
  ignored: ['license_keys_count', 'type', 'generator_id', 'rate_limit', 'ip_allowlist', 'webhook', 'deleted_at'],
  put: oneByOne(put),
  async *rows(db, { isMasked }) {
    for await (const page of everyRow(db, contracts)) {
      yield* page.map((row) => lineOf(isMasked ? { ...row, contractKey: mask, uuid: mask } : row))
    }
  },
}

async function put(tx: Tx, fields: LineFields, context: ImportContext): Promise<Verdict> {
  const product = await productOf(tx, fields.product, context)
  const row = { ...rowOf(fields, { blank: ['information'], not: ['product'] }), productId: product.id }
  const existing = await findContractByKey(tx, fields.contract_key)
  if (existing) {
    const difference = differenceOf(existing, row)
    if (difference) throw new OperatorError(`the contract key exists already, and ${difference}`)
    context.idMap.note('contracts', fields.id, existing.id)
    return 'there'
  }
  if (fields.uuid && (await findContract(tx, fields.uuid))) {
    throw new OperatorError(`another contract has the uuid "${fields.uuid}"`)
  }
  const draft = { uuid: randomUUID(), information: '', createdAt: context.now, updatedAt: context.now, ...row }
  const [numbered] = await withIds(tx, contracts, [draft as unknown as typeof contracts.$inferInsert])
  const { id } = await insertContract(tx, numbered!)
  context.idMap.note('contracts', fields.id, id)
  return { made: id }
}

const lineOf = (contract: Contract) =>
  fieldsOf(contract, [
    'id',
    'uuid',
    'name',
    'information',
    'contract_key',
    'product_id',
    'license_keys_quantity',
    'status',
    'can_get_info',
    'can_generate',
    'can_destroy',
    'can_destroy_all',
    'created_at',
    'updated_at',
  ])

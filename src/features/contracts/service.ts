import { randomUUID } from 'node:crypto'
import type { Static } from '@sinclair/typebox'
import type { Product } from '../../../db/schema/catalog'
import type { Contract } from '../../../db/schema/licensing'
import { record } from '../../audit/record'
import type { Queryable, Tx } from '../../database/connection'
import { type FieldErrors, judge, type Unchecked } from '../../intake/model'
import { say } from '../../kernel/outcome'
import { announce } from '../../webhooks/outbox'
import { resolveProduct } from '../products/service'
import { countContractKeys, mapContractKeyCounts } from './keys/store'
import { ContractChanges, type ContractChoice, ContractDraft, type ContractUpdate } from './model'
import {
  deleteContractRow,
  findContract,
  findContractByKey,
  insertContract,
  listContracts,
  updateContractRow,
} from './store'
import { announcedContract, createdContract, listedContract, updatedContract } from './views'

export { countContractKeys, listLatestKeys, mapContractKeyCounts, pageContractKeys } from './keys/store'
export { findContract, findContractByKey, insertContract, pageContracts } from './store'

/** 841 with the contract, 825 with a sentence for each invalid field (CONTRACT §4). */
export async function createContract(tx: Tx, input: Unchecked<typeof ContractDraft>, now: Date) {
  const { product, faults, refuse } = await lookInto(tx, input)
  const { errors, values } = judge(ContractDraft, input, faults)
  if (errors || !product) return refuse(errors)
  const contract = await addContract(tx, product, values, now)
  return say('contract_created', { contract: createdContract(contract) }).signedFor(product.id)
}

/** Creates a contract from validated terms and announces it. */
export async function addContract(tx: Tx, product: Product, terms: Terms, now: Date): Promise<Contract> {
  const contract = await insertContract(tx, {
    uuid: randomUUID(),
    contractKey: terms.contract_key,
    name: terms.contract_name,
    information: terms.contract_information,
    productId: product.id,
    licenseKeysQuantity: terms.license_keys_quantity,
    status: terms.status,
    canGetInfo: terms.can_get_info,
    canGenerate: terms.can_generate,
    canDestroy: terms.can_destroy,
    canDestroyAll: terms.can_destroy_all,
    createdAt: now,
    updatedAt: now,
  })
  await record(tx, { verb: 'contract.created', id: contract.id, after: contract }, now)
  await announce(tx, 'contract.created', announcedContract(contract, 0), now)
  return contract
}

type Terms = Omit<Static<typeof ContractDraft>, 'product_id'>

/** 842 with the contract, 844 if there is none, 825 with a sentence for each invalid field (CONTRACT §4). */
export async function updateContract(tx: Tx, input: Unchecked<typeof ContractUpdate>, now: Date) {
  const before = await resolveContract(tx, input)
  if (!before) return say('contract_not_found')
  const used = await countContractKeys(tx, before.id)
  const { product, faults, refuse } = await lookInto(tx, input, { id: before.id, used })
  const { errors, values } = judge(ContractChanges, input, faults)
  if (errors) return refuse(errors)
  const contract = await changeContract(tx, { before, used }, { ...values, product }, now)
  return say('contract_updated', { contract: updatedContract(contract, used) }).signedFor(contract.productId)
}

/** Changes a contract by validated terms and announces it. Returns the changed contract. */
export async function changeContract(
  tx: Tx,
  { before, used }: { before: Contract; used: number },
  { product, ...terms }: Partial<Terms> & { product?: Product | undefined },
  now: Date,
): Promise<Contract> {
  const contract = await updateContractRow(tx, before.id, {
    ...changesOf(terms),
    ...(product && { productId: product.id }),
    updatedAt: now,
  })
  await record(tx, { verb: 'contract.updated', id: contract.id, before, after: contract }, now)
  await announce(tx, 'contract.updated', announcedContract(contract, used), now)
  const isSuspended = before.status === 'active' && contract.status === 'inactive'
  if (isSuspended) await announce(tx, 'contract.suspended', announcedContract(contract, used), now)
  return contract
}

/** 843 if the contract is deleted, 844 if there is none. Its keys stay. */
export async function deleteContract(tx: Tx, input: Unchecked<typeof ContractChoice>, now: Date) {
  const contract = await resolveContract(tx, input)
  if (!contract) return say('contract_not_found')
  await removeContract(tx, contract, now)
  return say('contract_deleted').signedFor(contract.productId)
}

/** Deletes a contract and announces it. Its keys stay. */
export async function removeContract(tx: Tx, contract: Contract, now: Date) {
  const used = await countContractKeys(tx, contract.id)
  await deleteContractRow(tx, contract.id)
  await record(tx, { verb: 'contract.deleted', id: contract.id, before: contract }, now)
  await announce(tx, 'contract.deleted', announcedContract(contract, used), now)
}

/** 846 with every contract, oldest first. */
export async function getAllContracts(db: Queryable) {
  const [rows, used] = [await listContracts(db), await mapContractKeyCounts(db)]
  return say('all_contracts', { contracts: rows.map((row) => listedContract(row, used.get(row.id) ?? 0)) })
}

/** The contract a request names: by `contract_id`, which may hold an id, uuid or key, else by `contract_key`. */
export async function resolveContract(
  db: Queryable,
  { contract_id, contract_key }: Unchecked<typeof ContractChoice>,
): Promise<Contract | undefined> {
  if (isName(contract_id)) return findContract(db, contract_id)
  return isName(contract_key) ? findContractByKey(db, contract_key) : undefined
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** The sentence of 825 for each field, in the order of CONTRACT §4. */
const sentences = {
  contract_key: 'Contract key is required and must be unique.',
  contract_name: 'Contract name is required.',
  contract_information: 'Contract information is required.',
  product_id: 'Product Id must be a valid product Id.',
  license_keys_quantity: 'License keys quantity must be 1 or more.',
  status: 'Status must be active or inactive',
  can_get_info: 'Can get info must be 1 for true or 0 for false',
  can_generate: 'Can generate must be 1 for true or 0 for false',
  can_destroy: 'Can destroy must be 1 for true or 0 for false',
  can_destroy_all: 'Can destroy all must be 1 for true or 0 for false',
}

/** Checks the terms that need the database. A quota never falls below its used part. */
async function lookInto(db: Queryable, input: Unchecked<typeof ContractChanges>, existing?: Existing) {
  const product = await resolveProduct(db, input.product_id)
  const namesake = isName(input.contract_key) ? await findContractByKey(db, input.contract_key) : undefined
  const least = Math.max(1, existing?.used ?? 0)
  const isTooFew = typeof input.license_keys_quantity === 'number' && input.license_keys_quantity < least
  const said = { ...sentences, license_keys_quantity: `License keys quantity must be ${least} or more.` }
  return {
    product,
    faults: {
      contract_key: namesake && namesake.id !== existing?.id ? said.contract_key : undefined,
      product_id: input.product_id === undefined || product ? undefined : said.product_id,
      license_keys_quantity: isTooFew ? said.license_keys_quantity : undefined,
    },
    /** 825 for the invalid fields. */
    refuse: (errors: FieldErrors | undefined = {}) => {
      const names = Object.keys(errors) as (keyof typeof said)[]
      return say('incorrect_data_contract', { errors: Object.fromEntries(names.map((name) => [name, said[name]])) })
    },
  }
}

interface Existing {
  id: number
  used: number
}

const changesOf = (values: Partial<Terms>) => ({
  ...(values.contract_key !== undefined && { contractKey: values.contract_key }),
  ...(values.contract_name !== undefined && { name: values.contract_name }),
  ...(values.contract_information !== undefined && { information: values.contract_information }),
  ...(values.license_keys_quantity !== undefined && { licenseKeysQuantity: values.license_keys_quantity }),
  ...(values.status !== undefined && { status: values.status }),
  ...(values.can_get_info !== undefined && { canGetInfo: values.can_get_info }),
  ...(values.can_generate !== undefined && { canGenerate: values.can_generate }),
  ...(values.can_destroy !== undefined && { canDestroy: values.can_destroy }),
  ...(values.can_destroy_all !== undefined && { canDestroyAll: values.can_destroy_all }),
})

import type { Contract } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'
import type { Unchecked } from '../../intake/model'
import { say } from '../../kernel/outcome'
import { mostKeys } from '../generators/model'
import { chooseGenerator, drawLicenses } from '../generators/service'
import { deleteLicenseRow, findLicense } from '../licenses/service'
import { resolveProduct } from '../products/service'
import type { ContractChoice, ContractKeyChoice, ContractKeysOrder } from './model'
import { resolveContract } from './service'
import { countContractKeys, deleteContractKeys, findContract } from './store'
import { listedContract } from './views'

/** 1204 with the contract, 1200 when there is none, 150 when its holder may not ask (CONTRACT §4). */
export async function getInfo(db: Queryable, input: Unchecked<typeof ContractChoice>) {
  const contract = await resolveContract(db, input)
  if (!contract) return say('contract_not_found_info')
  if (!contract.canGetInfo) return say('access_denied')
  const used = await countContractKeys(db, contract.id)
  return say('contract_found', { contract: listedContract(contract, used) }).signedFor(contract.productId)
}

/**
 * 1300 with the new keys, which are available and count against the quota. 1200 for an unknown or inactive contract,
 * 150 when its holder may not generate, 1202 and 1203 where product or generator are not active, 1205 when the quota
 * is used up, 1206 for more than is left of it, or than one request may have (CONTRACT §4).
 */
export async function generateKeys(tx: Queryable, input: Unchecked<typeof ContractKeysOrder>, now: Date) {
  const contract = await resolveContract(tx, input)
  if (contract?.status !== 'active') return say('contract_not_found_info')
  if (!contract.canGenerate) return say('access_denied')
  const product = await resolveProduct(tx, String(contract.productId))
  if (product?.status !== 'active') return say('contract_product_not_found').signedFor(contract.productId)
  const generator = await chooseGenerator(tx, product.id, textOf(input.generator_id))
  if (!generator) return say('contract_generator_not_found').signedFor(product.id)
  const remaining = contract.licenseKeysQuantity - (await countContractKeys(tx, contract.id))
  const quantity = Number.isInteger(input.quantity) ? (input.quantity as number) : 0
  if (quantity >= 1 && remaining < 1) return say('license_keys_limit_reached').signedFor(product.id)
  const isDrawable = quantity >= 1 && quantity <= Math.min(remaining, mostKeys)
  if (!isDrawable) return say('cannot_generate_quantity').signedFor(product.id)
  const licenses = await drawLicenses(tx, generator, product, quantity, { contractId: contract.id }, now)
  const license_keys = licenses.map(({ licenseKey }) => licenseKey)
  return say('contract_license_keys_generated', { license_keys }).signedFor(product.id)
}

/** 1400 when the key is gone and its place in the quota free, 1401 when it is none of the contract's, 150. */
export async function destroyKey(tx: Queryable, input: Unchecked<typeof ContractKeyChoice>) {
  const license = await findLicense(tx, textOf(input.license_key) ?? '')
  const contract = license?.contractId ? await findContract(tx, String(license.contractId)) : undefined
  const isMeant = !isNamed(input) || (await resolveContract(tx, input))?.id === contract?.id
  if (!license || !contract || !isMeant) return say('contract_license_key_not_found')
  if (!contract.canDestroy) return say('access_denied')
  await deleteLicenseRow(tx, license.id)
  return say('contract_license_key_deleted').signedFor(contract.productId)
}

/** 1500 when all keys of the contract are gone, 1501 when it had none, 1200 when there is no contract, 150. */
export async function destroyAllKeys(tx: Queryable, input: Unchecked<typeof ContractChoice>) {
  const contract: Contract | undefined = await resolveContract(tx, input)
  if (!contract) return say('contract_not_found_info')
  if (!contract.canDestroyAll) return say('access_denied')
  const destroyed = await deleteContractKeys(tx, contract.id)
  const answer = destroyed ? 'contract_license_keys_deleted' : 'contract_no_license_keys_found'
  return say(answer).signedFor(contract.productId)
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

const isNamed = ({ contract_id, contract_key }: Unchecked<typeof ContractChoice>) =>
  Boolean(contract_id || contract_key)

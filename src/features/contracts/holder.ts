import type { Contract } from '../../../db/schema/licensing'
import type { AdmittedRequest } from '../../access/admitted-request'
import { isCapable } from '../../access/capabilities'
import type { Queryable, Tx } from '../../database/connection'
import type { Unchecked } from '../../intake/model'
import { say } from '../../kernel/outcome'
import { keysMax } from '../generators/model'
import { chooseGenerator, drawLicenses } from '../generators/service'
import { isSold } from '../licenses/policy'
import { findLicense, removeLicenses } from '../licenses/service'
import { resolveProduct } from '../products/service'
import type { ContractChurn } from './churn'
import { countContractKeys, listContractKeys } from './keys/store'
import type { ContractChoice, ContractKeyChoice, ContractKeysOrder } from './model'
import { resolveContract } from './service'
import { findContract, findContractBySecret } from './store'
import { listedContract } from './views'

/** The API key and the time of the request. */
type Asker = Pick<AdmittedRequest, 'key' | 'now'>

/** 1204 with the contract, 1200 if there is none, 150 if its holder lacks the right (CONTRACT §4). */
export async function getInfo(db: Queryable, input: Unchecked<typeof ContractChoice>, asker: Asker) {
  const contract = await resolveHeldContract(db, input, asker)
  if (!contract) return say('contract_not_found_info')
  if (!contract.canGetInfo) return say('access_denied')
  const used = await countContractKeys(db, contract.id)
  return say('contract_found', { contract: listedContract(contract, used) }).signedFor(contract.productId)
}

/**
 * 1300 with the new keys, which are available and count against the quota. 1200 for an unknown or inactive contract,
 * 150 if its holder may not generate, 1202 and 1203 if the product or generator is inactive, 1205 if the quota is used
 * up, 1206 for more than the rest of the quota or the maximum of one request (CONTRACT §4).
 */
export async function generateKeys(
  tx: Tx,
  input: Unchecked<typeof ContractKeysOrder>,
  asker: Asker,
  churn: ContractChurn,
) {
  const { now } = asker
  const contract = await resolveHeldContract(tx, input, asker)
  if (contract?.status !== 'active') return say('contract_not_found_info')
  if (!contract.canGenerate) return say('access_denied')
  const product = await resolveProduct(tx, String(contract.productId))
  if (product?.status !== 'active') return say('contract_product_not_found').signedFor(contract.productId)
  const generator = await chooseGenerator(tx, product.id, textOf(input.generator_id))
  if (!generator) return say('contract_generator_not_found').signedFor(product.id)
  const remaining = contract.licenseKeysQuantity - (await countContractKeys(tx, contract.id))
  const quantity = Number.isInteger(input.quantity) ? (input.quantity as number) : 0
  if (quantity >= 1 && remaining < 1) return say('license_keys_limit_reached').signedFor(product.id)
  const isDrawable = quantity >= 1 && quantity <= Math.min(remaining, keysMax)
  if (!isDrawable) return say('cannot_generate_quantity').signedFor(product.id)
  churn.requireWithinLimit(contract, now)
  const licenses = await drawLicenses(tx, generator, product, quantity, { contractId: contract.id }, now)
  const license_keys = licenses.map(({ licenseKey }) => licenseKey)
  return say('contract_license_keys_generated', { license_keys }).signedFor(product.id)
}

/**
 * 1400 if the key is deleted and its quota freed, 1401 if it is not the contract's or already a customer's, 150 if the
 * holder lacks the right. The key is compared exactly: a repeated request must not delete another one.
 */
export async function destroyKey(
  tx: Tx,
  input: Unchecked<typeof ContractKeyChoice>,
  asker: Asker,
  churn: ContractChurn,
) {
  const license = await findLicense(tx, textOf(input.license_key) ?? '')
  const contract = license?.contractId ? await findContract(tx, String(license.contractId)) : undefined
  const isMeant = !isNamed(input) || (await resolveHeldContract(tx, input, asker))?.id === contract?.id
  if (!license || !contract || !isMeant || isSold(license)) return say('contract_license_key_not_found')
  if (!contract.canDestroy) return say('access_denied')
  await removeLicenses(tx, [license], asker.now)
  churn.noteDestroyed(contract.id, 1, asker.now)
  return say('contract_license_key_deleted').signedFor(contract.productId)
}

/**
 * 1500 if all keys of the contract are deleted except those already customers', 1501 if there were no others, 1200 if
 * there is no contract, 150 if the holder lacks the right.
 */
export async function destroyAllKeys(
  tx: Tx,
  input: Unchecked<typeof ContractChoice>,
  asker: Asker,
  churn: ContractChurn,
) {
  const contract = await resolveHeldContract(tx, input, asker)
  if (!contract) return say('contract_not_found_info')
  if (!contract.canDestroyAll) return say('access_denied')
  const keys = (await listContractKeys(tx, contract.id)).filter((license) => !isSold(license))
  await removeLicenses(tx, keys, asker.now)
  churn.noteDestroyed(contract.id, keys.length, asker.now)
  const answer = keys.length ? 'contract_license_keys_deleted' : 'contract_no_license_keys_found'
  return say(answer).signedFor(contract.productId)
}

/**
 * The contract a request names. A uuid or contract key is a secret and identifies it for everyone who has it. An id can
 * be guessed, so it works only for an API key that may list contracts anyway. Two names must mean the same contract.
 */
async function resolveHeldContract(
  db: Queryable,
  input: Unchecked<typeof ContractChoice>,
  { key }: Asker,
): Promise<Contract | undefined> {
  if (isCapable(key, 'get-all-contracts')) return resolveContract(db, input)
  const names = [input.contract_id, input.contract_key].filter(
    (name): name is string => typeof name === 'string' && name !== '',
  )
  const [contract, ...others] = await Promise.all(names.map((name) => findContractBySecret(db, name)))
  return others.every((other) => other?.id === contract?.id) ? contract : undefined
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

const isNamed = ({ contract_id, contract_key }: Unchecked<typeof ContractChoice>) =>
  Boolean(contract_id || contract_key)

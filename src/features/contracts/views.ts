import type { Contract } from '../../../db/schema/licensing'
import { isoSeconds } from '../../kernel/moments'

/** A contract as in 846 and 1204; `used` is its number of keys (CONTRACT §4). */
export const listedContract = (contract: Contract, used: number) => ({
  id: contract.id,
  name: contract.name,
  information: contract.information,
  contract_key: contract.contractKey,
  license_keys_quantity: contract.licenseKeysQuantity,
  product_id: contract.productId,
  can_get_info: contract.canGetInfo,
  can_generate: contract.canGenerate,
  can_destroy: contract.canDestroy,
  can_destroy_all: contract.canDestroyAll,
  status: contract.status,
  created_at: isoSeconds(contract.createdAt),
  updated_at: isoSeconds(contract.updatedAt),
  license_keys_count: used,
})

/** A contract as in 842: fields a client can set are text (CONTRACT §4). */
export const updatedContract = (contract: Contract, used: number) => ({
  ...listedContract(contract, used),
  license_keys_quantity: String(contract.licenseKeysQuantity),
  product_id: String(contract.productId),
  can_get_info: String(contract.canGetInfo),
  can_generate: String(contract.canGenerate),
  can_destroy: String(contract.canDestroy),
  can_destroy_all: String(contract.canDestroyAll),
})

/** A contract as in 841: the fields of 842 in another order (CONTRACT §4). */
export function createdContract(contract: Contract) {
  const { id, name, information, status, created_at, updated_at, ...rest } = updatedContract(contract, 0)
  const { contract_key, product_id, license_keys_quantity, license_keys_count, ...permissions } = rest
  return {
    contract_key,
    name,
    information,
    product_id,
    license_keys_quantity,
    status,
    ...permissions,
    updated_at,
    created_at,
    id,
    license_keys_count,
  }
}

/** A contract as in webhooks: without the key, which is its holder's secret. */
export function announcedContract(contract: Contract, used: number) {
  const { contract_key, ...told } = listedContract(contract, used)
  return { contract: told }
}

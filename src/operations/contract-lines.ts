import type { Static } from '@sinclair/typebox'
import { mask } from '../audit/record'
import type { ContractView } from '../features/contracts/operator-view'
import { seesSecrets } from '../users/view'
import type { OperationContext } from './operation'

/** A contract as a role sees it: below an operator it does not see contract key or uuid, with which holders draw keys. */
export const maskedFor = <Shown extends { contract_key: string; uuid: string }>(
  user: OperationContext['user'],
  contract: Shown,
): Shown => (user && !seesSecrets(user.role) ? { ...contract, contract_key: mask, uuid: mask } : contract)

/** A contract as lines of text. */
export function contractLines(contract: Static<typeof ContractView>) {
  const { license_keys_count: used, license_keys_quantity: quota, license_keys_remaining: left } = contract
  return [
    `Contract ${contract.id} "${contract.name}", ${contract.status}, for product ${contract.product_id}`,
    `  information  ${contract.information}`.trimEnd(),
    `  contract key ${contract.contract_key}`,
    `  uuid         ${contract.uuid}`,
    `  quota        ${used} of ${quota} used, ${left} left`,
    `  holder may   ${permissionsOf(contract)}`,
  ]
}

/** The rights of a contract's holder, in words. */
export function permissionsOf(contract: Static<typeof ContractView>) {
  const { can_get_info, can_generate, can_destroy, can_destroy_all } = contract
  const all = { 'get-info': can_get_info, generate: can_generate, destroy: can_destroy, 'destroy-all': can_destroy_all }
  const granted = Object.entries(all).flatMap(([name, isGranted]) => (isGranted ? [name] : []))
  return granted.join(', ') || 'nothing'
}

import type { Static } from '@sinclair/typebox'
import { mask } from '../audit/record'
import type { ContractView } from '../features/contracts/operator-view'
import type { OperationContext } from './operation'

/** It as somebody of that role sees it: a viewer does not learn what holders draw keys with, contract key or uuid. */
export const shownTo = <Shown extends { contract_key: string; uuid: string }>(
  user: OperationContext['user'],
  contract: Shown,
): Shown => (user?.role === 'viewer' ? { ...contract, contract_key: mask, uuid: mask } : contract)

/** It on a few lines. */
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

/** What its holder may do, in words. */
export function permissionsOf(contract: Static<typeof ContractView>) {
  const { can_get_info, can_generate, can_destroy, can_destroy_all } = contract
  const all = { 'get-info': can_get_info, generate: can_generate, destroy: can_destroy, 'destroy-all': can_destroy_all }
  const granted = Object.entries(all).flatMap(([name, isGranted]) => (isGranted ? [name] : []))
  return granted.join(', ') || 'nothing'
}

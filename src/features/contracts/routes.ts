import { Elysia } from 'elysia'
import { endpoint, gate, lookup } from '../../access/gate'
import type { Deps } from '../../deps'
import { NoFields } from '../products/model'
import { contractChurn } from './churn'
import { destroyAllKeys, destroyKey, generateKeys, getInfo } from './holder'
import { ContractChoice, ContractDraft, ContractKeyChoice, ContractKeysOrder, ContractUpdate } from './model'
import { createContract, deleteContract, getAllContracts, updateContract } from './service'

export function contractRoutes(deps: Deps) {
  const churn = contractChurn(deps)
  return new Elysia({ tags: ['Contracts'] })
    .use(gate(deps))
    .post(
      '/create-contract',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => createContract(tx, body, admitted.now)),
      endpoint('create-contract', ContractDraft, {
        summary: 'Create a contract: a quota of keys for a reseller',
        says: ['contract_created', 'incorrect_data_contract'],
      }),
    )
    .post(
      '/update-contract',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => updateContract(tx, body, admitted.now)),
      endpoint('update-contract', ContractUpdate, {
        summary: 'Change a contract; fields you leave out keep their values',
        says: ['contract_updated', 'contract_not_found', 'incorrect_data_contract'],
      }),
    )
    .post(
      '/delete-contract',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => deleteContract(tx, body, admitted.now)),
      endpoint('delete-contract', ContractChoice, {
        summary: 'Delete a contract; its keys stay',
        says: ['contract_deleted', 'contract_not_found'],
      }),
    )
    .get(
      '/get-all-contracts',
      () => getAllContracts(deps.db.read),
      lookup('get-all-contracts', NoFields, { summary: 'List all contracts', says: ['all_contracts'] }),
    )
    .get(
      '/contracts/get-info',
      ({ query, admitted }) => getInfo(deps.db.read, query, admitted),
      lookup('contracts.get-info', ContractChoice, {
        summary: 'Show a contract to its holder',
        says: ['contract_found', 'contract_not_found_info', 'access_denied'],
      }),
    )
    .post(
      '/contracts/generate',
      ({ body, admitted }) =>
        deps.once.perform(
          admitted,
          (tx) => generateKeys(tx, body, admitted, churn),
          admitted.idempotencyKey ?? keyInBody(body),
        ),
      endpoint('contracts.generate', ContractKeysOrder, {
        summary: 'Generate keys from the quota of a contract',
        says: [
          'contract_license_keys_generated',
          'contract_not_found_info',
          'contract_product_not_found',
          'contract_generator_not_found',
          'license_keys_limit_reached',
          'cannot_generate_quantity',
          'generation_failed',
          'access_denied',
        ],
      }),
    )
    .post(
      '/contracts/destroy',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => destroyKey(tx, body, admitted, churn)),
      endpoint('contracts.destroy', ContractKeyChoice, {
        summary: 'Delete a key of a contract and free its place in the quota',
        says: ['contract_license_key_deleted', 'contract_license_key_not_found', 'access_denied'],
      }),
    )
    .post(
      '/contracts/destroy-all',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => destroyAllKeys(tx, body, admitted, churn)),
      endpoint('contracts.destroy-all', ContractChoice, {
        summary: 'Delete all unsold keys of a contract',
        says: [
          'contract_license_keys_deleted',
          'contract_no_license_keys_found',
          'contract_not_found_info',
          'access_denied',
        ],
      }),
    )
}

/** Holders may send the idempotency key as a field (CONTRACT §4). The field is unvalidated, so it may hold anything. */
const keyInBody = ({ idempotency_key: key }: { idempotency_key?: unknown }) =>
  key === undefined || key === '' ? undefined : typeof key === 'string' ? key : JSON.stringify(key)

import { Elysia } from 'elysia'
import { endpoint, gate, lookup } from '../../access/gate'
import type { Deps } from '../../deps'
import { NoFields } from '../products/model'
import { destroyAllKeys, destroyKey, generateKeys, getInfo } from './holder'
import { ContractChoice, ContractDraft, ContractKeyChoice, ContractKeysOrder, ContractUpdate } from './model'
import { createContract, deleteContract, getAllContracts, updateContract } from './service'

export const contracts = (deps: Deps) =>
  new Elysia({ tags: ['Contracts'] })
    .use(gate(deps))
    .post(
      '/create-contract',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => createContract(tx, body, visitor.now)),
      endpoint('create-contract', ContractDraft),
    )
    .post(
      '/update-contract',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => updateContract(tx, body, visitor.now)),
      endpoint('update-contract', ContractUpdate),
    )
    .post(
      '/delete-contract',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => deleteContract(tx, body, visitor.now)),
      endpoint('delete-contract', ContractChoice),
    )
    .get('/get-all-contracts', () => getAllContracts(deps.db.read), lookup('get-all-contracts', NoFields))
    .get(
      '/contracts/get-info',
      ({ query }) => getInfo(deps.db.read, query),
      lookup('contracts.get-info', ContractChoice),
    )
    .post(
      '/contracts/generate',
      ({ body, visitor }) =>
        deps.once.perform(
          visitor,
          (tx) => generateKeys(tx, body, visitor.now),
          visitor.idempotencyKey ?? keyInBody(body),
        ),
      endpoint('contracts.generate', ContractKeysOrder),
    )
    .post(
      '/contracts/destroy',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => destroyKey(tx, body)),
      endpoint('contracts.destroy', ContractKeyChoice),
    )
    .post(
      '/contracts/destroy-all',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => destroyAllKeys(tx, body)),
      endpoint('contracts.destroy-all', ContractChoice),
    )

/** Holders may send the idempotency key as a field (CONTRACT §4); the field was not judged, so it may be anything. */
const keyInBody = ({ idempotency_key: key }: { idempotency_key?: unknown }) =>
  key === undefined || key === '' ? undefined : typeof key === 'string' ? key : JSON.stringify(key)

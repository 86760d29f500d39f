import { type Static, Type } from '@sinclair/typebox'
import { type Contract, type License, licenses } from '../../../db/schema/licensing'
import { jsonFieldsOf } from '../../kernel/fields'
import { bit, counter, nullable, nullableTimestamp, timestamp, view, word } from '../../kernel/view'
import { listedContract } from './views'

/** A contract, as shown to operators. */
export const ContractView = view('Contract', {
  id: Type.Integer(),
  name: Type.String(),
  information: Type.String(),
  contract_key: Type.String({ description: "The holder's secret; masked for those below an operator." }),
  license_keys_quantity: counter('The quota: how many keys may be generated.'),
  product_id: Type.Integer(),
  can_get_info: bit(),
  can_generate: bit(),
  can_destroy: bit(),
  can_destroy_all: bit(),
  status: word(['active', 'inactive']),
  created_at: timestamp(),
  updated_at: timestamp(),
  license_keys_count: counter('How many keys were drawn.'),
  uuid: Type.String(),
  license_keys_remaining: Type.Integer({ description: 'How many may still be drawn; below 0 where too many were.' }),
})

/** `used` is the number of keys drawn from it. */
export const contractView = (contract: Contract, used: number): Static<typeof ContractView> => ({
  ...listedContract(contract, used),
  uuid: contract.uuid,
  license_keys_remaining: contract.licenseKeysQuantity - used,
})

/** A licence key drawn from a contract. */
export const ContractKeyView = view('ContractKey', {
  id: Type.Integer(),
  license_key: Type.String(),
  status: word(licenses.status.enumValues),
  owner_name: nullable(Type.String()),
  owner_email: nullable(Type.String()),
  activation_limit: Type.Integer({ description: 'Seats; 0 or less for any number.' }),
  assigned_at: nullableTimestamp(),
  created_at: timestamp(),
})

const contractKeyFields = [
  'id',
  'license_key',
  'status',
  'owner_name',
  'owner_email',
  'activation_limit',
  'assigned_at',
  'created_at',
] as const

export const contractKeyView = (license: License): Static<typeof ContractKeyView> =>
  jsonFieldsOf(license, contractKeyFields)

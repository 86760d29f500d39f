import { Type } from '@sinclair/typebox'
import { choice, flag, integer, text } from '../../intake/model'
import { productReference } from '../products/model'

/** The fields of a contract that an operator can set. */
const terms = {
  contract_key: Type.Optional(
    text({ maxLength: 255, file: true, description: "The holder's secret; by default a random one." }),
  ),
  contract_information: Type.Optional(
    text({ nullable: true, option: 'information', description: 'A description, for people.' }),
  ),
  status: Type.Optional(choice(['active', 'inactive'], { description: 'inactive: no keys can be generated.' })),
  can_get_info: Type.Optional(flag({ description: 'Whether the holder may read the contract; default 1.' })),
  can_generate: Type.Optional(flag({ description: 'Whether the holder may generate keys; default 1.' })),
  can_destroy: Type.Optional(flag({ description: 'Whether the holder may delete a key; default 0.' })),
  can_destroy_all: Type.Optional(flag({ description: 'Whether the holder may delete all keys; default 0.' })),
}
const contractName = () => text({ maxLength: 255, option: 'name', description: 'The name.' })
const keysQuantity = () =>
  integer({ minimum: 1, option: 'quantity', description: 'The quota: how many keys may be generated.' })

export const NewContract = Type.Object({
  product: productReference('The product: its id, uuid, slug or name.'),
  contract_name: contractName(),
  license_keys_quantity: keysQuantity(),
  ...terms,
})

/** How an operator names a contract. */
export const contractReference = () =>
  text({ maxLength: 255, description: 'The contract: its id, uuid or contract key.' })

/** Absent fields keep their value. */
export const ContractEdit = Type.Object({
  contract: contractReference(),
  product: Type.Optional(productReference('The product: its id, uuid, slug or name.')),
  contract_name: Type.Optional(contractName()),
  license_keys_quantity: Type.Optional(keysQuantity()),
  ...terms,
})

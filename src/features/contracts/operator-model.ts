import { Type } from '@sinclair/typebox'
import { choice, flag, integer, text } from '../../intake/model'
import { productReference } from '../products/model'

/** What an operator can say of a contract. */
const terms = {
  contract_key: Type.Optional(
    text({ maxLength: 255, file: true, description: "The holder's secret; drawn when it is absent at first." }),
  ),
  contract_information: Type.Optional(
    text({ nullable: true, option: 'information', description: 'What the contract is about, for people.' }),
  ),
  status: Type.Optional(choice(['active', 'inactive'], { description: 'inactive: no keys can be generated.' })),
  can_get_info: Type.Optional(flag({ description: 'Whether its holder may look at it; 1 at first.' })),
  can_generate: Type.Optional(flag({ description: 'Whether its holder may draw keys; 1 at first.' })),
  can_destroy: Type.Optional(flag({ description: 'Whether its holder may delete a key; 0 at first.' })),
  can_destroy_all: Type.Optional(flag({ description: 'Whether its holder may delete all keys; 0 at first.' })),
}
const contractName = () => text({ maxLength: 255, option: 'name', description: 'What it is called.' })
const keysQuantity = () => integer({ minimum: 1, option: 'quantity', description: 'How many keys may be drawn.' })

export const NewContract = Type.Object({
  product: productReference('The product its keys are for: its id, uuid, slug or name.'),
  contract_name: contractName(),
  license_keys_quantity: keysQuantity(),
  ...terms,
})

/** How an operator names a contract. */
export const contractReference = () =>
  text({ maxLength: 255, description: 'The contract: its id, uuid or contract key.' })

/** Fields that are absent keep their value. */
export const ContractEdit = Type.Object({
  contract: contractReference(),
  product: Type.Optional(productReference('The product its keys are for: its id, uuid, slug or name.')),
  contract_name: Type.Optional(contractName()),
  license_keys_quantity: Type.Optional(keysQuantity()),
  ...terms,
})

import { Type } from '@sinclair/typebox'
import { choice, flag, integer, text, validatedByService } from '../../intake/model'
import { generatorReference } from '../generators/model'
import { productReference } from '../products/model'

const contractId = () =>
  text({
    maxLength: 255,
    aliases: ['contractId', 'contract_uuid'],
    description: 'The contract: its id, uuid or contract key.',
  })
const contractKey = (description: string) => text({ maxLength: 255, description })

/** The fields that name a contract; `contract_id` wins over `contract_key` (CONTRACT §9). */
const reference = {
  contract_id: Type.Optional(contractId()),
  contract_key: Type.Optional(contractKey('The contract by its key.')),
}

export const ContractDraft = validatedByService(
  Type.Object({
    contract_key: contractKey("The holder's secret; unlike that of any other contract."),
    contract_name: text({ maxLength: 255 }),
    contract_information: text(),
    product_id: productReference(),
    license_keys_quantity: integer({ minimum: 1, aliases: ['quantity', 'count'] }),
    status: choice(['active', 'inactive'], { description: 'inactive: no keys can be generated.' }),
    can_get_info: flag(),
    can_generate: flag(),
    can_destroy: flag(),
    can_destroy_all: flag(),
  }),
)

/** Absent fields keep their value. */
export const ContractChanges = validatedByService(Type.Partial(ContractDraft))

/** `contract_key` names the contract if neither id nor uuid is given. */
export const ContractUpdate = validatedByService(
  Type.Object({ contract_id: Type.Optional(contractId()), ...ContractChanges.properties }),
)

export const ContractChoice = validatedByService(Type.Object(reference))

export const ContractKeysOrder = validatedByService(
  Type.Object({
    ...reference,
    generator_id: Type.Optional(
      generatorReference("The generator; the product's first active one where none is named."),
    ),
    quantity: integer({ minimum: 1, aliases: ['count'] }),
    idempotency_key: Type.Optional(text({ maxLength: 255, description: 'Instead of the header Idempotency-Key.' })),
  }),
)

export const ContractKeyChoice = validatedByService(Type.Object({ license_key: text(), ...reference }))

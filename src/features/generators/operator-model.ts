import { Type } from '@sinclair/typebox'
import { choice, integer, list, momentText, text } from '../../intake/model'
import { activationLimit, validity } from '../licenses/model'
import { productReference } from '../products/model'
import { keysMax } from './model'

/** Licences an operator makes: of keys that are given, or of keys that a generator draws. */
export const NewLicenses = Type.Object({
  product: Type.Optional(
    productReference("The product they are for: its id, uuid, slug or name; the generator's where only that is named."),
  ),
  license_keys: Type.Optional(list({ option: 'key', description: 'A key that exists already; may be repeated.' })),
  generator: Type.Optional(
    integer({
      minimum: 1,
      description: "Id of the generator that makes the keys; by default the product's first active one.",
    }),
  ),
  quantity: Type.Optional(
    integer({ minimum: 1, maximum: keysMax, description: 'How many are drawn; 1 when it is absent.' }),
  ),
  owner_name: Type.Optional(text({ maxLength: 255, description: 'Whose they are from now on.' })),
  owner_email: Type.Optional(text({ maxLength: 255, description: 'Their address.' })),
  activation_limit: Type.Optional(activationLimit()),
  validity: Type.Optional(validity()),
  status: Type.Optional(
    choice(['available', 'assigned', 'reserved'], { description: 'assigned with an owner, available without.' }),
  ),
  assigned_at: Type.Optional(momentText({ description: 'When their time began: 2030-01-31; now when it is absent.' })),
})

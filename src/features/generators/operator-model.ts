import { Type } from '@sinclair/typebox'
import { choice, integer, list, momentText, text } from '../../intake/model'
import { activationLimit, validity } from '../licenses/model'
import { productReference } from '../products/model'
import { keysMax } from './model'

/** Licences an operator creates, from given keys or from keys a generator draws. */
export const NewLicenses = Type.Object({
  product: Type.Optional(
    productReference('The product: its id, uuid, slug or name; by default that of the generator.'),
  ),
  license_keys: Type.Optional(list({ option: 'key', description: 'An existing key; repeatable.' })),
  generator: Type.Optional(
    integer({
      minimum: 1,
      description: "The id of the generator; by default the product's first active one.",
    }),
  ),
  quantity: Type.Optional(integer({ minimum: 1, maximum: keysMax, description: 'How many to generate; default 1.' })),
  owner_name: Type.Optional(text({ maxLength: 255, description: 'The name of the owner.' })),
  owner_email: Type.Optional(text({ maxLength: 255, description: 'The e-mail address of the owner.' })),
  activation_limit: Type.Optional(activationLimit()),
  validity: Type.Optional(validity()),
  status: Type.Optional(
    choice(['available', 'assigned', 'reserved'], {
      description: 'The status; by default assigned with an owner, available without.',
    }),
  ),
  assigned_at: Type.Optional(momentText({ description: 'When the validity starts: 2030-01-31; default now.' })),
})

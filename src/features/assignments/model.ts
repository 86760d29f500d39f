import { Type } from '@sinclair/typebox'
import { flag, integer, text } from '../../intake/model'
import { DeviceActivation } from '../activations/model'
import { generatorReference } from '../generators/model'
import { ownerEmail, ownerName } from '../licenses/model'
import { productReference } from '../products/model'

const Owner = { owner_name: Type.Optional(ownerName()), owner_email: Type.Optional(ownerEmail()) }

export const Assignment = Type.Object({ license_key: Type.Optional(text()), ...Owner })

export const AssignmentAndActivation = Type.Object({ ...DeviceActivation.properties, ...Owner })

/** The most keys one order may ask for. */
const atOnceMax = 1000

/** One model for both ways to order: shops send all fields to either and tell their orders apart by `identifier`. */
export const Order = Type.Object({
  product_id: Type.Optional(productReference()),
  ...Owner,
  quantity: Type.Optional(
    integer({
      minimum: 1,
      maximum: atOnceMax,
      aliases: ['count'],
      description: 'How many keys; default 1.',
    }),
  ),
  generate: Type.Optional(flag({ description: '1: generate the keys that are missing in stock.' })),
  generator_id: Type.Optional(generatorReference('The generator to use; the oldest active one otherwise.')),
  webhook_url: Type.Optional(
    text({ maxLength: 2048, description: 'The address that receives the outcome of a queued order.' }),
  ),
  identifier: Type.Optional(text({ maxLength: 255, description: "The shop's name for the order." })),
})

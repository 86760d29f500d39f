import { Type } from '@sinclair/typebox'
import { integer, text, validatedByService } from '../../intake/model'
import { activationLimit, LicenseKeysDraft, ownerEmail, ownerName, validity } from '../licenses/model'
import { productReference } from '../products/model'

/** The maximum number of keys per request (CONTRACT §3). */
export const keysMax = 1000

/** A generator is named by its id (CONTRACT §9). */
export const generatorReference = (description = 'The generator: its id.') =>
  text({ maxLength: 255, nullable: true, aliases: ['generatorId', 'generator_uuid'], description })

const ownTerms = {
  activation_limit: Type.Optional(activationLimit({ nullable: true })),
  validity: Type.Optional(validity({ nullable: true })),
}

/** Terms that are not given come from the generator. */
export const KeysOrder = validatedByService(
  Type.Object({
    generator_id: Type.Optional(generatorReference()),
    quantity: integer({ minimum: 1, maximum: keysMax, aliases: ['count'] }),
    ...ownTerms,
  }),
)

export const GeneratorFilter = Type.Object({
  product_id: Type.Optional(productReference('Only generators of this product.')),
})

/** A licence whose key is yet to be drawn (CONTRACT §9). */
export const WantedLicense = Type.Object({
  product_id: Type.Optional(productReference("The product; the generator's where only that is named.")),
  generator_id: Type.Optional(generatorReference("The generator; the product's first active one where none is named.")),
  owner_name: Type.Optional(ownerName()),
  owner_email: Type.Optional(ownerEmail()),
  ...ownTerms,
})

/** Licence keys to store as given, or licences that need a key drawn. */
export const LicenseKeysWanted = validatedByService(
  Type.Object({
    ...LicenseKeysDraft.properties,
    licenses: Type.Optional(
      Type.Array(WantedLicense, {
        kind: 'list',
        description: 'Instead of all other fields: licences whose keys are generated; with an owner they are assigned.',
      }),
    ),
  }),
)

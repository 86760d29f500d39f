import { Type } from '@sinclair/typebox'
import { choice, integer, list, momentText, text, validatedByService } from '../../intake/model'
import { productReference } from '../products/model'
import { type StatusWord, statusWords } from './policy'

/** The maximum length of a licence key (CONTRACT §1). */
export const keyLengthMax = 255

export const ownerName = () => text({ maxLength: 255, nullable: true, aliases: ['customer_name'] })
export const ownerEmail = () => text({ maxLength: 255, nullable: true, aliases: ['customer_email', 'email'] })
export const activationLimit = (options: { nullable?: boolean } = {}) =>
  integer({ minimum: -1, description: 'The number of seats; 0 or -1 for unlimited.', ...options })
export const validity = (options: { nullable?: boolean } = {}) =>
  integer({ aliases: ['validity_days'], description: 'Days from the assignment; 0 for unlimited.', ...options })
const status = () => choice(Object.keys(statusWords) as StatusWord[])
export const assignedAt = () => momentText({ nullable: true, description: '`2024-01-08 21:17:32`, UTC, or ISO 8601.' })

export const LicenseKeysDraft = validatedByService(
  Type.Object({
    license_keys: list({ description: 'A JSON list, or one key a line.' }),
    product_id: productReference(),
    owner_name: Type.Optional(ownerName()),
    owner_email: Type.Optional(ownerEmail()),
    activation_limit: activationLimit(),
    validity: validity(),
    status: status(),
    assigned_at: Type.Optional(assignedAt()),
  }),
)

/** Absent fields keep their value. */
export const LicenseKeyUpdate = validatedByService(
  Type.Object({
    license_key: text(),
    product_id: Type.Optional(productReference()),
    owner_name: Type.Optional(ownerName()),
    owner_email: Type.Optional(ownerEmail()),
    activation_limit: Type.Optional(activationLimit()),
    validity: Type.Optional(validity()),
    status: Type.Optional(status()),
    assigned_at: Type.Optional(assignedAt()),
  }),
)

export const LicenseKeyChoice = Type.Object({ license_key: Type.Optional(text()) })

export const StockChoice = Type.Object({
  product_id: Type.Optional(productReference()),
  generator_id: Type.Optional(
    text({
      maxLength: 255,
      aliases: ['generatorId', 'generator_uuid'],
      description: 'Only keys made by this generator.',
    }),
  ),
})

/** The maximum number of rows in one answer. */
export const listedMax = 10_000

export const LicenseKeyFilter = Type.Object({
  product_id: Type.Optional(productReference('Only keys of this product.')),
  status: Type.Optional(status()),
  customer_email: Type.Optional(
    text({
      nullable: true,
      aliases: ['owner_email', 'email'],
      description:
        'Only keys of this owner; empty for none, so that a visitor of a shop without an address sees no keys.',
    }),
  ),
  search: Type.Optional(text({ description: "The beginning of a key, or of an owner's e-mail address or name." })),
  after: Type.Optional(integer({ description: 'Only keys with a higher id; faster than counting pages.' })),
  page: Type.Optional(integer({ minimum: 1 })),
  per_page: Type.Optional(integer({ minimum: 1, maximum: listedMax })),
})

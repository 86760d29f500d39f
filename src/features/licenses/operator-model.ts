import { Type } from '@sinclair/typebox'
import { choice, integer, list, text } from '../../intake/model'
import { productReference } from '../products/model'
import { activationLimit, assignedAt, keyLengthMax } from './model'

/** How an operator names a licence: by its key, or by `id:` and its id, which may stand in addresses and logs. */
export const licenseReference = () =>
  text({ maxLength: keyLengthMax, description: 'The licence key, in exact upper and lower case, or id:4711.' })

/** The id in a reference such as `id:4711`; undefined if it is a key. */
export const idInReference = (reference: string) => {
  const [, id] = /^id:([1-9]\d{0,14})$/.exec(reference) ?? []
  return id === undefined ? undefined : Number(id)
}

/** The fields of a licence that an operator can change; absent fields keep their value. */
export const LicenseEdit = Type.Object({
  license_key: licenseReference(),
  product: Type.Optional(productReference('The product: its id, uuid, slug or name.')),
  owner_name: Type.Optional(
    text({ maxLength: 255, nullable: true, description: 'The name of the owner; "" for none.' }),
  ),
  owner_email: Type.Optional(
    text({ maxLength: 255, nullable: true, description: 'The e-mail address of the owner; "" for none.' }),
  ),
  activation_limit: Type.Optional(activationLimit()),
  validity: Type.Optional(
    integer({ description: 'Days from the assignment, not from today; 0 for unlimited. See also "license extend".' }),
  ),
  expires_at: Type.Optional(
    text({
      maxLength: 40,
      description: 'When it expires: 2030-01-31 (that day included), 2030-01-31T12:00:00Z, or "never".',
    }),
  ),
  status: Type.Optional(
    choice(['available', 'assigned', 'reserved'], { description: 'The status: back in stock, or out of it.' }),
  ),
  assigned_at: Type.Optional(assignedAt()),
  features: Type.Optional(list({ option: 'feature', description: 'A feature, such as seats=10; repeatable.' })),
  removed_features: Type.Optional(list({ option: 'remove-feature', description: 'The key of a feature; repeatable.' })),
})

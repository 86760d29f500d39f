import { Type } from '@sinclair/typebox'
import { choice, integer, list, text } from '../../intake/model'
import { countedMax, externalReference, graceDaysMax, productReference, requireNonExpired } from './model'

/** The fields of a product that an operator can set, besides its name. */
const settings = {
  description: Type.Optional(text({ nullable: true, description: 'A description, for people.' })),
  source: Type.Optional(choice(['internal', 'envato'], { description: 'Where it is sold.' })),
  external_reference: Type.Optional(externalReference),
  status: Type.Optional(choice(['active', 'inactive'], { description: 'inactive: its licences are refused (203).' })),
  require_non_expired: Type.Optional(requireNonExpired),
  post_url: Type.Optional(
    text({
      maxLength: 2048,
      nullable: true,
      description: 'The address to notify when an operator frees a device without a post_url of its own; "" for none.',
    }),
  ),
  slug: Type.Optional(
    text({
      nullable: true,
      description: 'Its public name: 3 to 50 lower-case letters, digits and hyphens; "" for none.',
    }),
  ),
  changelog: Type.Optional(choice(['on', 'off'], { description: 'Whether its changelog is public.' })),
  offline_grace_days: Type.Optional(
    integer({
      maximum: graceDaysMax,
      description: 'The maximum days of grace after an offline file lapses; 0 for none.',
    }),
  ),
  low_stock: Type.Optional(
    integer({
      maximum: countedMax,
      description: 'With fewer keys for sale than this, it needs attention; 0 for never.',
    }),
  ),
  features: Type.Optional(
    list({
      option: 'feature',
      description: 'export:boolean=true, seats:number=5, tier:string=pro; repeatable. Existing licences keep theirs.',
    }),
  ),
}

export const NewProduct = Type.Object({
  name: text({ maxLength: 255, description: 'The name.' }),
  ...settings,
})

/** Absent fields keep their value. */
export const ProductSettings = Type.Object({
  product: productReference('The product: its id, uuid, slug or name.'),
  name: Type.Optional(text({ maxLength: 255, description: 'The name.' })),
  ...settings,
  removed_features: Type.Optional(list({ option: 'remove-feature', description: 'The key of a feature; repeatable.' })),
})

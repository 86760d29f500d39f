import { Type } from '@sinclair/typebox'
import { choice, flag, text, validatedByService } from '../../intake/model'

/** A product is named by its id, uuid or slug (CONTRACT §9); operators may also use its name. */
export const productReference = (description = 'The product: its id, uuid or slug.') =>
  text({ maxLength: 255, aliases: ['productId', 'product_uuid', 'product_slug'], description })

const source = choice(['internal', 'envato'])
const status = choice(['active', 'inactive'])
const name = text({ maxLength: 255 })
export const requireNonExpired = flag({ description: '1: no downloads after the licence has expired.' })

/** The maximum number of keys that is counted for a page. */
export const countedMax = 10_000

/** The maximum days of grace of an offline file. */
export const graceDaysMax = 30

export const externalReference = text({
  maxLength: 255,
  nullable: true,
  description: 'Its id in the shop, such as the Envato item id.',
})

export const ProductDraft = validatedByService(
  Type.Object({
    source,
    name,
    description: text(),
    require_non_expired: requireNonExpired,
    external_reference: Type.Optional(externalReference),
    status,
  }),
)

/** Absent fields keep their value. */
export const ProductUpdate = validatedByService(
  Type.Object({
    product_id: productReference(),
    source: Type.Optional(source),
    name: Type.Optional(name),
    description: Type.Optional(text()),
    require_non_expired: Type.Optional(requireNonExpired),
    external_reference: Type.Optional(externalReference),
    status: Type.Optional(status),
  }),
)

export const ProductChoice = Type.Object({ product_id: Type.Optional(productReference()) })

export const NoFields = Type.Object({})

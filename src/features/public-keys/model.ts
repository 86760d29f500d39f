import { Type } from '@sinclair/typebox'
import { productReference } from '../products/model'

export const PublicKeysFilter = Type.Object({
  product_id: Type.Optional(productReference('Only the global keys and those of this product.')),
})

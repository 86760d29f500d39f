import { Type } from '@sinclair/typebox'
import { productMeta } from '../../../db/schema/catalog'
import { text } from '../../intake/model'
import { OperatorError } from '../../kernel/operator-error'
import { metaKeyLengthMax } from './meta'
import { productOf } from './references'
import { insertMany, listProductMetaOf } from './store'
import { oneByOne, type Table } from './table'

/** Metadata of products, from a table of its own. */
export const productMetaTable: Table = {
  name: 'product_meta',
  subject: 'product-meta',
  model: Type.Object({
    product: text({ aliases: ['product_id', 'product_uuid'] }),
    key: text({ maxLength: metaKeyLengthMax, aliases: ['meta_key'] }),
    value: text({ aliases: ['meta_value'] }),
  }),
  ignored: ['id', 'created_at', 'updated_at', 'deleted_at'],
  put: oneByOne(async (tx, { product, key, value }, context) => {
    const { id } = await productOf(tx, product, context)
    const here = (await listProductMetaOf(tx, [id])).find((meta) => meta.key === key)
    if (here && here.value !== value)
      throw new OperatorError(`product ${id} has metadata "${key}" already, and it is another`)
    if (here) return 'there'
    await insertMany(tx, productMeta, [{ productId: id, key, value }])
    return { made: id }
  }),
}

import { Type } from '@sinclair/typebox'
import { productMeta } from '../../db/schema/catalog'
import { text } from '../intake/model'
import { Sorry } from '../kernel/sorry'
import { longestMetaKey } from './meta'
import { productOf } from './references'
import { insertMany, listProductMetaOf } from './store'
import { oneByOne, type Table } from './table'

/** Metadata of products, where it lies in a table of its own. */
export const productMetaTable: Table = {
  name: 'product_meta',
  subject: 'product-meta',
  model: Type.Object({
    product: text({ aliases: ['product_id', 'product_uuid'] }),
    key: text({ maxLength: longestMetaKey, aliases: ['meta_key'] }),
    value: text({ aliases: ['meta_value'] }),
  }),
  ignored: ['id', 'created_at', 'updated_at', 'deleted_at'],
  put: oneByOne(async (tx, { product, key, value }, journey) => {
    const { id } = await productOf(tx, product, journey)
    const here = (await listProductMetaOf(tx, [id])).find((meta) => meta.key === key)
    if (here && here.value !== value) throw new Sorry(`product ${id} has metadata "${key}" already, and it is another`)
    if (here) return 'there'
    await insertMany(tx, productMeta, [{ productId: id, key, value }])
    return { made: id }
  }),
}

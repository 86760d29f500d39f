import { Type } from '@sinclair/typebox'
import { metaKey, metaValue } from '../features/metadata/model'
import { setProductMeta, unsetProductMeta } from '../features/metadata/operator'
import { productReference } from '../features/products/model'
import { MetaPairView } from '../features/products/view'
import { operation, type Subject } from './operation'

const Choice = { product: productReference('The product: its id, uuid, slug or name.'), key: metaKey() }

export const productMeta = {
  name: 'product meta',
  about: 'metadata of a product, which its software can read',
  operations: [
    operation({
      command: 'product meta set',
      route: 'PUT /products/:product/meta/:key',
      bare: ['value'],
      role: 'operator',
      summary: 'set metadata of a product; an existing value is replaced',
      input: Type.Object({ ...Choice, value: metaValue() }),
      output: MetaPairView,
      async run({ db, now }, { product, ...meta }) {
        await db.write((tx) => setProductMeta(tx, product, meta, now))
        return meta
      },
      show: (meta) => [`${meta.key} = ${meta.value}`],
    }),
    operation({
      command: 'product meta unset',
      route: 'DELETE /products/:product/meta/:key',
      role: 'operator',
      summary: 'remove metadata from a product',
      input: Type.Object(Choice),
      output: Type.Object({ key: Type.String() }),
      async run({ db, now }, { product, key: name }) {
        await db.write((tx) => unsetProductMeta(tx, product, name, now))
        return { key: name }
      },
      show: (meta) => [`${meta.key} is gone.`],
    }),
  ],
} as const satisfies Subject

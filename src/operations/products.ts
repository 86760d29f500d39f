import { type Static, Type } from '@sinclair/typebox'
import type { Feature } from '../../db/schema/catalog'
import { countedMax, productReference } from '../features/products/model'
import { holdingsOf, makeProduct, setProduct } from '../features/products/operator'
import { NewProduct, ProductSettings } from '../features/products/operator-model'
import {
  countsOfProduct,
  listedProduct,
  pageProducts,
  presentProduct,
  removeProduct,
  requireProduct,
} from '../features/products/service'
import { ListedProductView, MetaPairView, ProductCountsView, ProductView, productView } from '../features/products/view'
import { choice, text } from '../intake/model'
import { nullable, view } from '../kernel/view'
import { listPublicKeys } from '../signing/service'
import { facts } from './lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'

const Choice = Type.Object({ product: productReference('The product: its id, uuid, slug or name.') })

const create = operation({
  command: 'product create',
  route: 'POST /products',
  role: 'operator',
  summary: 'create a product',
  input: NewProduct,
  output: ProductView,
  run: async ({ db, now }, draft) => productView(await db.write((tx) => makeProduct(tx, draft, now))),
  show: asFacts,
})

const list = listing({
  command: 'product list',
  route: 'GET /products',
  summary: 'list all products',
  plural: 'products',
  row: ListedProductView,
  filters: Type.Object({
    status: Type.Optional(choice(['active', 'inactive'], { description: 'Only those with this status.' })),
    source: Type.Optional(choice(['internal', 'envato'], { description: 'Only products from this source.' })),
    name: Type.Optional(text({ description: 'Names that begin with this, in upper or lower case.' })),
  }),
  sorts: ['id', 'name', 'updated_at'],
  async page({ db }, filters, wanted) {
    const { rows, next } = await pageProducts(db.read, filters, wanted)
    return { rows: await Promise.all(rows.map((row) => listedProduct(db.read, row))), next }
  },
  columns: {
    ID: ({ id }) => String(id),
    NAME: ({ name }) => name,
    SLUG: ({ slug }) => slug ?? '',
    STATUS: ({ status }) => status,
    SOURCE: ({ source }) => source,
    'FOR SALE': ({ for_sale, is_low }) => `${numberOf(for_sale)}${is_low ? ' (low)' : ''}`,
  },
  none: 'There is no product: latchkey product create --name "My App"',
})

const show = operation({
  command: 'product show',
  route: 'GET /products/:product',
  role: 'viewer',
  summary: 'show a product, its metadata and the key that signs its answers',
  input: Choice,
  output: view('ProductPage', {
    ...ProductView.properties,
    meta_data: Type.Array(MetaPairView),
    counts: ProductCountsView,
    key_id: nullable(Type.String({ description: 'Its own signing key; null where the global one signs.' })),
  }),
  async run({ db }, { product }) {
    const found = await requireProduct(db.read, product)
    const { meta_data } = await presentProduct(db.read, found)
    const keys = await listPublicKeys(db.read)
    const own = keys.find((key) => key.productId === found.id && !key.retiredAt)
    return { ...productView(found), meta_data, counts: await countsOfProduct(db.read, found), key_id: own?.id ?? null }
  },
  show: ({ meta_data, counts, key_id, ...product }) => [
    ...asFacts({
      ...product,
      meta_data: meta_data.map(({ key, value }) => `${key} = ${value}`),
      ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, numberOf(count)])),
      key_id: key_id ?? 'the global one',
    }),
  ],
})

const set = operation({
  command: 'product set',
  route: 'PATCH /products/:product',
  role: 'operator',
  summary: 'change a product; fields you leave out keep their values',
  input: ProductSettings,
  output: ProductView,
  run: async ({ db, now }, settings) => productView(await db.write((tx) => setProduct(tx, settings, now))),
  show: asFacts,
})

const remove = operation({
  command: 'product delete',
  route: 'DELETE /products/:product',
  role: 'operator',
  summary: 'permanently delete a product with its licence keys, generators, contracts, releases and key pair',
  input: Choice,
  output: ProductView,
  async loses({ product }, { db }) {
    const found = await requireProduct(db.read, product)
    const holdings = await holdingsOf(db.read, found)
    return `This deletes product ${found.id} "${found.name}" for good, with ${holdings}.`
  },
  run: ({ db, now }, { product }) =>
    db.write(async (tx) => {
      const found = await requireProduct(tx, product)
      await removeProduct(tx, found, now)
      return productView(found)
    }),
  show: ({ id, name }) => [`Product ${id} "${name}" is gone, with all that was its own.`],
})

export const productOperations = {
  name: 'product',
  about: 'the products you sell',
  operations: [create, list, show, set, remove],
} as const satisfies Subject

/** A number of licences, of which no more are counted than that. */
const numberOf = (count: number) => (count < countedMax ? String(count) : `${countedMax} or more`)

function asFacts(product: Static<typeof ProductView> & Record<string, unknown>) {
  return facts({ ...product, features: product.features.map(written) })
}

/** A feature in the short form of its option. */
const written = ({ key, type, default: value }: Feature) => `${key}:${type}=${value}`

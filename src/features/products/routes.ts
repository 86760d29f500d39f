import { Elysia } from 'elysia'
import { endpoint, gate, lookup } from '../../access/gate'
import type { Deps } from '../../deps'
import { NoFields, ProductChoice, ProductDraft, ProductUpdate } from './model'
import { createProduct, deleteProduct, getAllProducts, updateProduct } from './service'

export const products = (deps: Deps) =>
  new Elysia({ tags: ['Products'] })
    .use(gate(deps))
    .post(
      '/create-product',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => createProduct(tx, body, visitor.now)),
      endpoint('create-product', ProductDraft),
    )
    .post(
      '/update-product',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => updateProduct(tx, body, visitor.now)),
      endpoint('update-product', ProductUpdate),
    )
    .post(
      '/delete-product',
      ({ body, visitor }) => deps.once.perform(visitor, (tx) => deleteProduct(tx, body, visitor.now)),
      endpoint('delete-product', ProductChoice),
    )
    .get('/get-all-products', () => getAllProducts(deps.db.read), lookup('get-all-products', NoFields))

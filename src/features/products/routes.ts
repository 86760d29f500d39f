import { Elysia } from 'elysia'
import { endpoint, gate, lookup } from '../../access/gate'
import type { Deps } from '../../deps'
import { NoFields, ProductChoice, ProductDraft, ProductUpdate } from './model'
import { createProduct, deleteProduct, getAllProducts, updateProduct } from './service'

export const productRoutes = (deps: Deps) =>
  new Elysia({ tags: ['Products'] })
    .use(gate(deps))
    .post(
      '/create-product',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => createProduct(tx, body, admitted.now)),
      endpoint('create-product', ProductDraft, {
        summary: 'Create a product',
        says: ['product_created', 'incorrect_data_product_create'],
      }),
    )
    .post(
      '/update-product',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => updateProduct(tx, body, admitted.now)),
      endpoint('update-product', ProductUpdate, {
        summary: 'Change a product; fields you leave out keep their values',
        says: ['product_updated', 'incorrect_data_product_update'],
      }),
    )
    .post(
      '/delete-product',
      ({ body, admitted }) => deps.once.perform(admitted, (tx) => deleteProduct(tx, body, admitted.now)),
      endpoint('delete-product', ProductChoice, {
        summary: 'Delete a product with all its licence keys',
        says: ['product_deleted', 'product_not_found'],
      }),
    )
    .get(
      '/get-all-products',
      () => getAllProducts(deps.db.read),
      lookup('get-all-products', NoFields, { summary: 'List all products', says: ['all_products'] }),
    )

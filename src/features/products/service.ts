import { randomUUID } from 'node:crypto'
import type { Static } from '@sinclair/typebox'
import type { Product } from '../../../db/schema/catalog'
import { record } from '../../audit/record'
import type { Queryable, Tx } from '../../database/connection'
import { judge, selectedIsInvalid, type Unchecked } from '../../intake/model'
import { message, remedy } from '../../kernel/message'
import { isoSeconds } from '../../kernel/moments'
import { onlyNamed } from '../../kernel/naming'
import { OperatorError } from '../../kernel/operator-error'
import { say } from '../../kernel/outcome'
import { announceAll } from '../../webhooks/outbox'
import { productPayload } from '../../webhooks/payloads'
import { type ProductChoice, ProductDraft, ProductUpdate } from './model'
import {
  deleteProductRow,
  findProduct,
  insertProduct,
  listEnvatoProducts,
  listProductMeta,
  listProducts,
  listProductsLike,
  listProductsNamed,
  type MetaPair,
  mapProductMeta,
  updateProductRow,
} from './store'

export { countsOfProduct, listedProduct, listLowProducts } from './stock'
/** Store functions for other features. */
export {
  findProduct,
  hasProduct,
  insertProduct,
  listProducts,
  type MetaPair,
  mapProductNames,
  pageProducts,
} from './store'

/** 750 with the new id, or 751 with every invalid field. */
export async function createProduct(tx: Tx, input: Unchecked<typeof ProductDraft>, now: Date) {
  const { errors, values } = judge(ProductDraft, input)
  if (errors) return say('incorrect_data_product_create', { errors })
  const { source, name, description, status, require_non_expired, external_reference } = values
  const product = await addProduct(
    tx,
    {
      source,
      name,
      description,
      status,
      requireNonExpired: require_non_expired,
      externalReference: external_reference ?? '',
    },
    now,
  )
  return say('product_created', { product_id: product.id }).signedFor(product.id)
}

/** Creates a product and announces it. */
export async function addProduct(tx: Tx, draft: ProductColumns, now: Date): Promise<Product> {
  const product = await insertProduct(tx, { uuid: randomUUID(), ...draft, createdAt: now, updatedAt: now })
  await record(tx, { verb: 'product.created', id: product.id, after: product }, now)
  await announceAll(tx, () => [{ event: 'product.created', payload: productPayload(product) }], now)
  return product
}

/** The columns set when a product is created. */
export type ProductColumns = Omit<Parameters<typeof insertProduct>[1], 'id' | 'uuid' | 'createdAt' | 'updatedAt'>

/** 650, or 651 with every invalid field; an unknown product is a fault of `product_id`. */
export async function updateProduct(tx: Tx, input: Unchecked<typeof ProductUpdate>, now: Date) {
  const product = await resolveProduct(tx, input.product_id)
  const { errors, values } = judge(ProductUpdate, input, {
    product_id: product ? undefined : selectedIsInvalid('product_id'),
  })
  if (errors || !product) return say('incorrect_data_product_update', { errors })
  const { source, name, description, status, require_non_expired, external_reference } = values
  const changes = {
    ...(source && { source }),
    ...(name && { name }),
    ...(description && { description }),
    ...(status && { status }),
    ...(require_non_expired !== undefined && { requireNonExpired: require_non_expired }),
    ...(external_reference !== undefined && { externalReference: external_reference }),
  }
  await changeProduct(tx, product, changes, now)
  return say('product_updated').signedFor(product.id)
}

/** Changes a product and announces it. Returns the changed product. */
export async function changeProduct(tx: Tx, before: Product, changes: Partial<ProductColumns>, now: Date) {
  const after = await updateProductRow(tx, before.id, { ...changes, updatedAt: now })
  await record(tx, { verb: 'product.updated', id: after.id, before, after }, now)
  await announceAll(tx, () => [{ event: 'product.updated', payload: productPayload(after) }], now)
  return after
}

/** 550 if the product and all its keys are deleted, 551 if there is none. */
export async function deleteProduct(tx: Tx, { product_id }: Static<typeof ProductChoice>, now: Date) {
  const product = await resolveProduct(tx, product_id)
  if (!product) return say('product_not_found')
  await removeProduct(tx, product, now)
  return say('product_deleted')
}

/** Deletes a product with everything that belongs to it, and announces it. */
export async function removeProduct(tx: Tx, product: Product, now: Date) {
  await deleteProductRow(tx, product.id)
  await record(tx, { verb: 'product.deleted', id: product.id, before: product }, now)
  await announceAll(tx, () => [{ event: 'product.deleted', payload: productPayload(product) }], now)
}

/** 810 with every product, oldest first. */
export async function getAllProducts(db: Queryable) {
  const [rows, meta] = [await listProducts(db), await mapProductMeta(db)]
  return say('all_products', { products: rows.map((row) => productRow(row, meta.get(row.id) ?? [])) })
}

/** The product with that id, uuid or slug; undefined for anything else. */
export const resolveProduct = async (db: Queryable, reference: unknown): Promise<Product | undefined> =>
  typeof reference === 'string' && reference !== '' ? findProduct(db, reference) : undefined

/** The product sold as an Envato item: by the item's id, else by its name. */
export async function findEnvatoProduct(db: Queryable, itemId: string, itemName: string): Promise<Product | undefined> {
  const candidates = await listEnvatoProducts(db)
  return (
    candidates.find(({ externalReference }) => externalReference === itemId) ??
    candidates.find(({ externalReference, name }) => !externalReference && name === itemName)
  )
}

/** The product with that id, uuid, slug or unique name. Throws an `OperatorError` if there is none. */
export async function requireProduct(db: Queryable, reference: string): Promise<Product> {
  const product = await findMeantProduct(db, reference)
  if (product) return product
  const alike = reference ? await listProductsLike(db, reference, alikeMax) : []
  const meant = alike.length ? `; did you mean ${alike.map(({ id, name }) => `${id} "${name}"`).join(', ')}?` : ''
  throw new OperatorError(
    message`there is no product "${reference}": see ${remedy('product list')}${meant}`,
    'not_found',
  )
}

/** The product with that id, uuid, slug or name, or undefined. Throws an `OperatorError` if several have that name. */
export const findMeantProduct = async (db: Queryable, reference: string): Promise<Product | undefined> =>
  (await resolveProduct(db, reference)) ??
  onlyNamed('product', reference, reference ? await listProductsNamed(db, reference) : [])

const alikeMax = 5

/** A product as in 810 (CONTRACT §1). */
export const presentProduct = async (db: Queryable, product: Product) =>
  productRow(product, await listProductMeta(db, product.id))

/** A product as in 500 (CONTRACT §1). */
export async function describeProduct(db: Queryable, id: number) {
  const product = (await findProduct(db, String(id)))!
  const { external_reference, source, name, post_url, description, meta_data } = await presentProduct(db, product)
  return { id, external_reference, source, name, post_url, description, meta_data }
}

const productRow = (product: Product, meta: MetaPair[]) => ({
  id: product.id,
  external_reference: product.externalReference,
  source: product.source,
  name: product.name,
  post_url: product.postUrl,
  description: product.description,
  status: product.status,
  require_non_expired: product.requireNonExpired,
  created_at: isoSeconds(product.createdAt),
  updated_at: isoSeconds(product.updatedAt),
  meta_data: meta,
})

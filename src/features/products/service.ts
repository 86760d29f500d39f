import { randomUUID } from 'node:crypto'
import type { Static } from '@sinclair/typebox'
import type { Product } from '../../../db/schema/catalog'
import type { Queryable } from '../../database/connection'
import { judge, selectedIsInvalid, type Unchecked } from '../../intake/model'
import { isoSeconds } from '../../kernel/moments'
import { say } from '../../kernel/outcome'
import { announceAll } from '../../webhooks/outbox'
import { productPayload } from '../../webhooks/payloads'
import { type ProductChoice, ProductDraft, ProductUpdate } from './model'
import {
  deleteProductRow,
  findProduct,
  insertProduct,
  listProductMeta,
  listProducts,
  type MetaPair,
  mapProductMeta,
  updateProductRow,
} from './store'

/** 750 with the new id, or 751 with every faulty field. */
export async function createProduct(tx: Queryable, input: Unchecked<typeof ProductDraft>, now: Date) {
  const { errors, values } = judge(ProductDraft, input)
  if (errors) return say('incorrect_data_product_create', { errors })
  const { source, name, description, status, require_non_expired, external_reference } = values
  const product = await insertProduct(tx, {
    uuid: randomUUID(),
    externalReference: external_reference ?? '',
    source,
    name,
    description,
    status,
    requireNonExpired: require_non_expired,
    createdAt: now,
    updatedAt: now,
  })
  await announceAll(tx, () => [{ event: 'product.created', payload: productPayload(product) }], now)
  return say('product_created', { product_id: product.id }).signedFor(product.id)
}

/** 650, or 651 with every faulty field; an unknown product is a fault of `product_id`. */
export async function updateProduct(tx: Queryable, input: Unchecked<typeof ProductUpdate>, now: Date) {
  const product = await resolveProduct(tx, input.product_id)
  const { errors, values } = judge(ProductUpdate, input, {
    product_id: product ? undefined : selectedIsInvalid('product_id'),
  })
  if (errors || !product) return say('incorrect_data_product_update', { errors })
  const { source, name, description, status, require_non_expired, external_reference } = values
  const updated = await updateProductRow(tx, product.id, {
    ...(source && { source }),
    ...(name && { name }),
    ...(description && { description }),
    ...(status && { status }),
    ...(require_non_expired !== undefined && { requireNonExpired: require_non_expired }),
    ...(external_reference !== undefined && { externalReference: external_reference }),
    updatedAt: now,
  })
  await announceAll(tx, () => [{ event: 'product.updated', payload: productPayload(updated) }], now)
  return say('product_updated').signedFor(product.id)
}

/** 550 when the product and all its keys are gone, 551 when there is none. */
export async function deleteProduct(tx: Queryable, { product_id }: Static<typeof ProductChoice>, now: Date) {
  const product = await resolveProduct(tx, product_id)
  if (!product) return say('product_not_found')
  await deleteProductRow(tx, product.id)
  await announceAll(tx, () => [{ event: 'product.deleted', payload: productPayload(product) }], now)
  return say('product_deleted')
}

/** 810 with every product, oldest first. */
export async function getAllProducts(db: Queryable) {
  const [rows, meta] = [await listProducts(db), await mapProductMeta(db)]
  return say('all_products', { products: rows.map((row) => productRow(row, meta.get(row.id) ?? [])) })
}

/** The product an id, uuid or slug means; undefined for anything else. */
export const resolveProduct = async (db: Queryable, reference: unknown): Promise<Product | undefined> =>
  typeof reference === 'string' && reference !== '' ? findProduct(db, reference) : undefined

/** A product as 500 shows it (CONTRACT §1). */
export async function describeProduct(db: Queryable, id: number) {
  const product = (await findProduct(db, String(id)))!
  const { external_reference, source, name, post_url, description, meta_data } = productRow(
    product,
    await listProductMeta(db, id),
  )
  return { id, external_reference, source, name, post_url, description, meta_data }
}

/** A product as 810 shows it (CONTRACT §1). */
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

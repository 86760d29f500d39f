import type { Static } from '@sinclair/typebox'
import type { Queryable } from '../../database/connection'
import { say } from '../../kernel/outcome'
import { findActiveSeat } from '../activations/service'
import { resolveProduct } from '../products/service'
import type { LicenseMeta, LicenseMetaChoice, ProductMeta, ProductMetaChoice } from './model'
import {
  deleteLicenseMetaRow,
  deleteProductMetaRow,
  insertLicenseMeta,
  insertProductMeta,
  updateLicenseMetaRow,
  updateProductMetaRow,
} from './store'

/** 453 with the new id, 452 when the licence has that key; first the rules of `verify` (CONTRACT §2). */
export async function createLicenseMeta(tx: Queryable, input: Static<typeof LicenseMeta>, now: Date) {
  const { seat, refusal } = await findActiveSeat(tx, input, now)
  if (refusal) return refusal
  const { key, value } = input
  if (!key) return say('meta_key_required_create').signedFor(seat.productId)
  if (!value) return say('meta_value_required_create').signedFor(seat.productId)
  const id = await insertLicenseMeta(tx, { licenseId: seat.id, key, value })
  const outcome = id === undefined ? say('meta_key_already_exists_create') : say('metadata_created', { meta_id: id })
  return outcome.signedFor(seat.productId)
}

/** 353 with the id, 352 when the licence has no such key; first the rules of `verify`. */
export async function updateLicenseMeta(tx: Queryable, input: Static<typeof LicenseMeta>, now: Date) {
  const { seat, refusal } = await findActiveSeat(tx, input, now)
  if (refusal) return refusal
  const { key, value } = input
  if (!key) return say('meta_key_required_update').signedFor(seat.productId)
  if (!value) return say('meta_value_required_update').signedFor(seat.productId)
  const id = await updateLicenseMetaRow(tx, { licenseId: seat.id, key, value })
  const outcome = id === undefined ? say('meta_key_not_exists_update') : say('metadata_updated', { meta_id: id })
  return outcome.signedFor(seat.productId)
}

/** 252, 251 when the licence has no such key; first the rules of `verify`. */
export async function deleteLicenseMeta(tx: Queryable, input: Static<typeof LicenseMetaChoice>, now: Date) {
  const { seat, refusal } = await findActiveSeat(tx, input, now)
  if (refusal) return refusal
  if (!input.key) return say('meta_key_required_delete').signedFor(seat.productId)
  const isDeleted = await deleteLicenseMetaRow(tx, seat.id, input.key)
  return say(isDeleted ? 'metadata_deleted' : 'meta_key_not_exists_delete').signedFor(seat.productId)
}

/** 273, 272 when the product has that key, 274 for an unknown product. */
export async function createProductMeta(tx: Queryable, { product_id, key, value }: Static<typeof ProductMeta>) {
  const product = await resolveProduct(tx, product_id)
  if (!product) return say('product_not_found_meta_create')
  if (!key) return say('product_meta_key_required_create').signedFor(product.id)
  if (!value) return say('product_meta_value_required_create').signedFor(product.id)
  const isCreated = await insertProductMeta(tx, { productId: product.id, key, value })
  return say(isCreated ? 'product_meta_created' : 'product_meta_key_already_exists').signedFor(product.id)
}

/** 373, 372 when the product has no such key, 374 for an unknown product. */
export async function updateProductMeta(tx: Queryable, { product_id, key, value }: Static<typeof ProductMeta>) {
  const product = await resolveProduct(tx, product_id)
  if (!product) return say('product_not_found_meta_update')
  if (!key) return say('product_meta_key_required_update').signedFor(product.id)
  if (!value) return say('product_meta_value_required_update').signedFor(product.id)
  const isUpdated = await updateProductMetaRow(tx, { productId: product.id, key, value })
  return say(isUpdated ? 'product_meta_updated' : 'product_meta_key_not_exists_update').signedFor(product.id)
}

/** 482, 481 when the product has no such key, 483 for an unknown product. */
export async function deleteProductMeta(tx: Queryable, { product_id, key }: Static<typeof ProductMetaChoice>) {
  const product = await resolveProduct(tx, product_id)
  if (!product) return say('product_not_found_meta_delete')
  if (!key) return say('product_meta_key_required_delete').signedFor(product.id)
  const isDeleted = await deleteProductMetaRow(tx, product.id, key)
  return say(isDeleted ? 'product_meta_deleted' : 'product_meta_key_not_exists_delete').signedFor(product.id)
}

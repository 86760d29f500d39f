import type { Static } from '@sinclair/typebox'
import { record } from '../../audit/record'
import type { Tx } from '../../database/connection'
import { say } from '../../kernel/outcome'
import { findActiveSeat } from '../activations/service'
import { resolveProduct } from '../products/service'
import type { LicenseMeta, LicenseMetaChoice, ProductMeta, ProductMetaChoice } from './model'
import {
  deleteLicenseMetaRow,
  deleteProductMetaRow,
  findLicenseMeta,
  findProductMeta,
  insertLicenseMeta,
  insertProductMeta,
  updateLicenseMetaRow,
  updateProductMetaRow,
} from './store'

/** 453 with the new id, 452 if the licence has that key; the rules of `verify` come first (CONTRACT §2). */
export async function createLicenseMeta(tx: Tx, input: Static<typeof LicenseMeta>, now: Date) {
  const { seat, refusal } = await findActiveSeat(tx, input, now)
  if (refusal) return refusal
  const { key, value } = input
  if (!key) return say('meta_key_required_create').signedFor(seat.productId)
  if (!value) return say('meta_value_required_create').signedFor(seat.productId)
  const meta_id = await insertLicenseMeta(tx, { licenseId: seat.id, key, value })
  if (meta_id === undefined) return say('meta_key_already_exists_create').signedFor(seat.productId)
  await record(tx, { verb: 'license.meta-created', id: seat.id, after: { [key]: value } }, now)
  return say('metadata_created', { meta_id }).signedFor(seat.productId)
}

/** 353 with the id, 352 if the licence has no such key; the rules of `verify` come first. */
export async function updateLicenseMeta(tx: Tx, input: Static<typeof LicenseMeta>, now: Date) {
  const { seat, refusal } = await findActiveSeat(tx, input, now)
  if (refusal) return refusal
  const { key, value } = input
  if (!key) return say('meta_key_required_update').signedFor(seat.productId)
  if (!value) return say('meta_value_required_update').signedFor(seat.productId)
  const meta = await findLicenseMeta(tx, seat.id, key)
  if (!meta) return say('meta_key_not_exists_update').signedFor(seat.productId)
  await updateLicenseMetaRow(tx, meta.id, value)
  const change = { before: { [key]: meta.value }, after: { [key]: value } }
  await record(tx, { verb: 'license.meta-updated', id: seat.id, ...change }, now)
  return say('metadata_updated', { meta_id: meta.id }).signedFor(seat.productId)
}

/** 252 if deleted, 251 if the licence has no such key; the rules of `verify` come first. */
export async function deleteLicenseMeta(tx: Tx, input: Static<typeof LicenseMetaChoice>, now: Date) {
  const { seat, refusal } = await findActiveSeat(tx, input, now)
  if (refusal) return refusal
  const { key } = input
  if (!key) return say('meta_key_required_delete').signedFor(seat.productId)
  const meta = await findLicenseMeta(tx, seat.id, key)
  if (!meta) return say('meta_key_not_exists_delete').signedFor(seat.productId)
  await deleteLicenseMetaRow(tx, meta.id)
  await record(tx, { verb: 'license.meta-deleted', id: seat.id, before: { [key]: meta.value } }, now)
  return say('metadata_deleted').signedFor(seat.productId)
}

/** 273 if created, 272 if the product has that key, 274 for an unknown product. */
export async function createProductMeta(tx: Tx, input: Static<typeof ProductMeta>, now: Date) {
  const { key, value } = input
  const product = await resolveProduct(tx, input.product_id)
  if (!product) return say('product_not_found_meta_create')
  if (!key) return say('product_meta_key_required_create').signedFor(product.id)
  if (!value) return say('product_meta_value_required_create').signedFor(product.id)
  const isCreated = await insertProductMeta(tx, { productId: product.id, key, value })
  if (!isCreated) return say('product_meta_key_already_exists').signedFor(product.id)
  await record(tx, { verb: 'product.meta-created', id: product.id, after: { [key]: value } }, now)
  return say('product_meta_created').signedFor(product.id)
}

/** 373 if changed, 372 if the product has no such key, 374 for an unknown product. */
export async function updateProductMeta(tx: Tx, input: Static<typeof ProductMeta>, now: Date) {
  const { key, value } = input
  const product = await resolveProduct(tx, input.product_id)
  if (!product) return say('product_not_found_meta_update')
  if (!key) return say('product_meta_key_required_update').signedFor(product.id)
  if (!value) return say('product_meta_value_required_update').signedFor(product.id)
  const meta = await findProductMeta(tx, product.id, key)
  if (!meta) return say('product_meta_key_not_exists_update').signedFor(product.id)
  await updateProductMetaRow(tx, meta.id, value)
  const change = { before: { [key]: meta.value }, after: { [key]: value } }
  await record(tx, { verb: 'product.meta-updated', id: product.id, ...change }, now)
  return say('product_meta_updated').signedFor(product.id)
}

/** 482 if deleted, 481 if the product has no such key, 483 for an unknown product. */
export async function deleteProductMeta(tx: Tx, input: Static<typeof ProductMetaChoice>, now: Date) {
  const { key } = input
  const product = await resolveProduct(tx, input.product_id)
  if (!product) return say('product_not_found_meta_delete')
  if (!key) return say('product_meta_key_required_delete').signedFor(product.id)
  const meta = await findProductMeta(tx, product.id, key)
  if (!meta) return say('product_meta_key_not_exists_delete').signedFor(product.id)
  await deleteProductMetaRow(tx, meta.id)
  await record(tx, { verb: 'product.meta-deleted', id: product.id, before: { [key]: meta.value } }, now)
  return say('product_meta_deleted').signedFor(product.id)
}

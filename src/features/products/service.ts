import { randomUUID } from 'node:crypto'
import type { Static } from '@sinclair/typebox'
import type { Feature, Product } from '../../../db/schema/catalog'
import { record } from '../../audit/record'
import type { Queryable } from '../../database/connection'
import { judge, selectedIsInvalid, type Unchecked } from '../../intake/model'
import { isoSeconds } from '../../kernel/moments'
import { say } from '../../kernel/outcome'
import { Sorry } from '../../kernel/sorry'
import { announceAll } from '../../webhooks/outbox'
import { productPayload } from '../../webhooks/payloads'
import { type ProductChoice, ProductDraft, ProductUpdate } from './model'
import { slugFlaw } from './policy'
import {
  deleteProductRow,
  findProduct,
  insertProduct,
  listEnvatoProducts,
  listProductMeta,
  listProducts,
  type MetaPair,
  mapProductMeta,
  updateProductRow,
} from './store'

const longestPostUrl = 2048

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
  await record(tx, { verb: 'product.created', id: product.id, after: product }, now)
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
  await announceUpdate(tx, product, updated, now)
  return say('product_updated').signedFor(product.id)
}

/** 550 when the product and all its keys are gone, 551 when there is none. */
export async function deleteProduct(tx: Queryable, { product_id }: Static<typeof ProductChoice>, now: Date) {
  const product = await resolveProduct(tx, product_id)
  if (!product) return say('product_not_found')
  await deleteProductRow(tx, product.id)
  await record(tx, { verb: 'product.deleted', id: product.id, before: product }, now)
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

/** The product an item of the Envato market is: by the item's id, else by its name. */
export async function findEnvatoProduct(db: Queryable, itemId: string, itemName: string): Promise<Product | undefined> {
  const candidates = await listEnvatoProducts(db)
  return (
    candidates.find(({ externalReference }) => externalReference === itemId) ??
    candidates.find(({ externalReference, name }) => !externalReference && name === itemName)
  )
}

/** The same for an operator: an unknown product is a `Sorry`. */
export async function requireProduct(db: Queryable, reference: string): Promise<Product> {
  const product = await resolveProduct(db, reference)
  if (!product) throw new Sorry(`there is no product "${reference}": see "latchkey product list"`, 'missing')
  return product
}

/** What an operator can change that no endpoint can. */
export interface ProductSettings {
  postUrl?: string | undefined
  /** Empty for none. */
  slug?: string | undefined
  isChangelogOn?: boolean | undefined
  /** Added, or put in place of the feature of that key; licences that exist keep what they have. */
  features: Feature[]
  removedFeatures: string[]
}

/** Changes a product's settings; a setting that cannot be is a `Sorry`, and nothing is changed. */
export async function setProduct(tx: Queryable, reference: string, settings: ProductSettings, now: Date) {
  const product = await requireProduct(tx, reference)
  const { postUrl, slug, isChangelogOn, features, removedFeatures } = settings
  if (postUrl) requirePostUrl(postUrl)
  if (slug) await requireSlug(tx, slug, product)
  const unknown = removedFeatures.find((key) => !product.features.some((feature) => feature.key === key))
  if (unknown !== undefined)
    throw new Sorry(`product ${product.id} has no feature "${unknown}": see "latchkey product show ${product.id}"`)
  const replaced = [...removedFeatures, ...features.map(({ key }) => key)]
  const merged = [...product.features.filter(({ key }) => !replaced.includes(key)), ...features]
  await updateProductRow(tx, product.id, {
    ...(postUrl !== undefined && { postUrl }),
    ...(slug !== undefined && { slug: slug || null }),
    ...(isChangelogOn !== undefined && { changelogEnabled: Number(isChangelogOn) }),
    features: merged,
    updatedAt: now,
  })
  const updated = await requireProduct(tx, String(product.id))
  await announceUpdate(tx, product, updated, now)
  return updated
}

async function announceUpdate(tx: Queryable, before: Product, after: Product, now: Date) {
  await record(tx, { verb: 'product.updated', id: after.id, before, after }, now)
  await announceAll(tx, () => [{ event: 'product.updated', payload: productPayload(after) }], now)
}

function requirePostUrl(url: string) {
  const isUsable = url.length <= longestPostUrl && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
  if (!isUsable)
    throw new Sorry(`--post-url takes an http:// or https:// URL of at most ${longestPostUrl} characters`, 'usage')
}

async function requireSlug(tx: Queryable, slug: string, { id }: Product) {
  const flaw = slugFlaw(slug)
  if (flaw) throw new Sorry(`${flaw}: choose another with --slug`, 'usage')
  const holder = await findProduct(tx, slug)
  if (holder && holder.id !== id)
    throw new Sorry(`product ${holder.id} has the slug "${slug}" already: choose another with --slug`)
}

/** A product as 810 shows it (CONTRACT §1). */
export const presentProduct = async (db: Queryable, product: Product) =>
  productRow(product, await listProductMeta(db, product.id))

/** A product as 500 shows it (CONTRACT §1). */
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

import { randomUUID } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import { type Product, productMeta, products } from '../../../db/schema/catalog'
import type { Queryable, Tx } from '../../database/connection'
import { countedMax, graceDaysMax, ProductDraft } from '../../features/products/model'
import { slugProblem } from '../../features/products/policy'
import { findProduct, insertProduct, listProducts } from '../../features/products/service'
import { productFields } from '../../features/products/view'
import { flag, integer, momentText, text } from '../../intake/model'
import { fieldsOf } from '../../kernel/fields'
import { isUuid } from '../../kernel/ids'
import { OperatorError } from '../../kernel/operator-error'
import { differenceOf } from './difference'
import { productFeaturesOf, writtenFeature } from './features'
import type { ImportContext } from './import-context'
import { type MetaLine, metaDifference, metaOf } from './meta'
import { defined, rowOf } from './row'
import { everyRow, insertMany, listProductMetaOf, withIds } from './store'
import { type LineFields, oneByOne, type Table, type Verdict } from './table'

const { name, source, status, require_non_expired, external_reference } = ProductDraft.properties

/** Products, with their features and metadata. */
export const productsTable: Table = {
  name: 'products',
  subject: 'product',
  model: Type.Object({
    id: Type.Optional(integer({ minimum: 1 })),
    uuid: Type.Optional(text({ maxLength: 36 })),
    slug: Type.Optional(text({ nullable: true })),
    name,
    description: Type.Optional(text({ nullable: true })),
    source: Type.Optional(source),
    external_reference,
    status: Type.Optional(status),
    require_non_expired: Type.Optional(require_non_expired),
    post_url: Type.Optional(text({ maxLength: 2048, nullable: true })),
    changelog_enabled: Type.Optional(flag()),
    offline_grace_days: Type.Optional(integer({ maximum: graceDaysMax })),
    low_stock: Type.Optional(integer({ maximum: countedMax })),
    created_at: Type.Optional(momentText({ nullable: true })),
    updated_at: Type.Optional(momentText({ nullable: true })),
  }),
  nested: ['features', 'meta_data'],
  spellings: { product_name: 'name', title: 'name', meta: 'meta_data', metadata: 'meta_data' },
  ignored: [
    'algorithm',
    'private_key',
    'passphrase',
    'public_key',
    'environment',
    'require_license',
    'send_email_on_issue',
    'offline_enabled',
    'downloads_for_assigned',
    'deleted_at',
  ],
  put: oneByOne(put),
  async *rows(db) {
    for await (const page of everyRow(db, products)) {
      const ids = page.map(({ id }) => id)
      const meta = Map.groupBy(await listProductMetaOf(db, ids), ({ productId }) => productId)
      for (const product of page) yield lineOf(product, meta.get(product.id) ?? [])
    }
  },
}

async function put(tx: Tx, fields: LineFields, context: ImportContext): Promise<Verdict> {
  const meta = metaOf(fields.meta_data)
  const row = rowOf(fields, { blank: ['description', 'external_reference', 'post_url'], not: ['meta_data'] })
  row.features = productFeaturesOf(fields.features)
  requireNames(fields)
  const existing = await findExisting(tx, fields, context)
  if (existing) {
    const difference = differenceOf(existing, row) ?? metaDifference(await listProductMetaOf(tx, [existing.id]), meta)
    if (difference)
      throw new OperatorError(`product ${existing.id} "${existing.name}" exists already, and ${difference}`)
    context.idMap.note('products', fields.id, existing.id)
    return 'there'
  }
  const holder = row.slug && (await findProduct(tx, row.slug))
  if (holder)
    throw new OperatorError(`product ${holder.id} has the slug "${row.slug}" already: give one of them another`)
  const draft = { ...usualProduct, uuid: randomUUID(), createdAt: context.now, updatedAt: context.now, ...defined(row) }
  const [product] = await withIds(tx, products, [draft as typeof products.$inferInsert])
  const { id, name } = await insertProduct(tx, product!)
  await insertMany(
    tx,
    productMeta,
    meta.map((pair) => ({ productId: id, ...pair })),
  )
  context.idMap.note('products', fields.id, id)
  if (fields.id !== undefined && fields.id !== id) {
    context.notes.push(`Product ${fields.id} "${name}" has the id ${id} here: tell clients that name it by its id.`)
  }
  return { made: id }
}

const usualProduct = { source: 'internal', description: '', status: 'active', requireNonExpired: 0 }

/** The existing product of a line: by uuid, else by slug, else by id and name, else by name. */
async function findExisting(
  tx: Queryable,
  { id, uuid, slug, name }: LineFields,
  { idMap }: ImportContext,
): Promise<Product | undefined> {
  if (uuid) return findProduct(tx, uuid)
  if (slug) return findProduct(tx, slug)
  const namesakes = (await listProducts(tx)).filter(
    (product) => product.name === name && !idMap.isTaken('products', product.id),
  )
  return namesakes.find((product) => product.id === id) ?? namesakes[0]
}

function requireNames({ uuid, slug }: LineFields) {
  if (uuid && !isUuid(uuid)) throw new OperatorError(`"${uuid}" is no uuid in small letters`)
  const problem = slug && slugProblem(slug)
  if (problem) throw new OperatorError(problem)
}

const lineOf = (product: Product, meta: MetaLine[]) => ({
  ...fieldsOf(product, productFields),
  changelog_enabled: product.changelogEnabled,
  features: product.features.map(writtenFeature),
  meta_data: meta.map(({ key, value }) => ({ key, value })),
})

import { sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'
import { moment } from './columns'

/** A feature a licence may include; new licences get the product's defaults (CONTRACT §1). */
export interface Feature {
  key: string
  label: string
  type: 'boolean' | 'number' | 'string'
  default: boolean | number | string
  description: string
}

/** CONTRACT §1 Product. Clients may also refer to it by `uuid` and `slug`. */
export const products = sqliteTable(
  'products',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    uuid: text('uuid').notNull().unique(),
    slug: text('slug').unique(),
    externalReference: text('external_reference').notNull().default(''),
    source: text('source', { enum: ['internal', 'envato'] }).notNull(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    postUrl: text('post_url').notNull().default(''),
    status: text('status', { enum: ['active', 'inactive'] }).notNull(),
    requireNonExpired: integer('require_non_expired').notNull(),
    changelogEnabled: integer('changelog_enabled').notNull().default(1),
    features: text('features', { mode: 'json' }).$type<Feature[]>().notNull().default([]),
    /** The most days software may run after its offline file has expired. */
    offlineGraceDays: integer('offline_grace_days').notNull().default(30),
    /** With fewer keys for sale than this, the product needs attention; 0 for never. */
    lowStock: integer('low_stock').notNull().default(0),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    check('products_status', sql`${table.status} in ('active', 'inactive')`),
    check('products_source', sql`${table.source} in ('internal', 'envato')`),
  ],
)

export const productMeta = sqliteTable(
  'product_meta',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    productId: integer('product_id')
      .notNull()
      .references(() => products.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    value: text('value').notNull(),
  },
  (table) => [unique('product_meta_key').on(table.productId, table.key)],
)

/**
 * CONTRACT §1 Generator. `function_name` holds the template of a `custom` one; `status` is 1 while it may generate
 * keys.
 */
export const generators = sqliteTable(
  'generators',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    productId: integer('product_id')
      .notNull()
      .references(() => products.id, { onDelete: 'cascade' }),
    method: text('method', { enum: ['uuid', 'chunk-system', 'custom'] }).notNull(),
    prefix: text('prefix').notNull().default(''),
    suffix: text('suffix').notNull().default(''),
    functionName: text('function_name').notNull().default(''),
    numberOfChunks: integer('number_of_chunks').notNull().default(4),
    chunkLength: integer('chunk_length').notNull().default(4),
    activationLimit: integer('activation_limit').notNull(),
    validity: integer('validity').notNull(),
    status: integer('status').notNull(),
    charset: text('charset').notNull().default('0123456789ABCDEF'),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    index('generators_product').on(table.productId, table.status),
    check('generators_method', sql`${table.method} in ('uuid', 'chunk-system', 'custom')`),
  ],
)

/** CONTRACT §1 Downloadable. The file is stored in the data folder under its SHA-256. */
export const releases = sqliteTable(
  'releases',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    productId: integer('product_id')
      .notNull()
      .references(() => products.id, { onDelete: 'cascade' }),
    numericVersion: integer('numeric_version').notNull(),
    version: text('version').notNull(),
    updateSummary: text('update_summary').notNull().default(''),
    changelog: text('changelog').notNull().default(''),
    published: integer('published').notNull(),
    releaseDate: moment('release_date').notNull(),
    downloadCounter: integer('download_counter').notNull().default(0),
    fileHash: text('file_hash').notNull(),
    fileName: text('file_name').notNull(),
    fileSize: integer('file_size').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [unique('releases_version').on(table.productId, table.numericVersion)],
)

export type Product = typeof products.$inferSelect
export type Generator = typeof generators.$inferSelect
export type Release = typeof releases.$inferSelect

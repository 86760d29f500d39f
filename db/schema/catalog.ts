import { sql } from 'drizzle-orm'
import { check, integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'
import { moment } from './columns'

/** CONTRACT §1 Product. `uuid` and `slug` are further names that clients may use for it. */
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

export type Product = typeof products.$inferSelect

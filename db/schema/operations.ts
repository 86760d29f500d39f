import { sql } from 'drizzle-orm'
import { blob, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { products } from './catalog'
import { moment } from './columns'

/** Facts about this installation: the fingerprint of its sealing key, the epoch of its access rules. */
export const installation = sqliteTable('installation', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
})

/** RSA key pairs, global (no product) or of one product; the private half sealed. One per scope is current. */
export const signingKeys = sqliteTable(
  'signing_keys',
  {
    id: text('id').primaryKey(),
    productId: integer('product_id').references(() => products.id, { onDelete: 'cascade' }),
    bits: integer('bits').notNull(),
    publicPem: text('public_pem').notNull(),
    sealedPrivate: blob('sealed_private', { mode: 'buffer' }).notNull(),
    createdAt: moment('created_at').notNull(),
    retiredAt: moment('retired_at'),
  },
  (table) => [
    uniqueIndex('signing_keys_of_product').on(table.productId).where(sql`${table.retiredAt} is null`),
    uniqueIndex('signing_keys_global')
      .on(sql`(${table.productId} is null)`)
      .where(sql`${table.productId} is null and ${table.retiredAt} is null`),
  ],
)

export type SigningKey = typeof signingKeys.$inferSelect

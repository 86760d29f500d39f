import { sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text, unique, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { products } from './catalog'
import { moment } from './columns'

/**
 * CONTRACT §1 License key. Expiry is never stored: it is `assigned_at` plus `validity` days.
 * `revoked_at` marks the block that cannot be undone (CONTRACT §2).
 */
export const licenses = sqliteTable(
  'licenses',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    productId: integer('product_id')
      .notNull()
      .references(() => products.id, { onDelete: 'cascade' }),
    licenseKey: text('license_key').notNull().unique(),
    ownerName: text('owner_name'),
    ownerEmail: text('owner_email'),
    activationLimit: integer('activation_limit').notNull(),
    validity: integer('validity').notNull(),
    assignedAt: moment('assigned_at'),
    status: text('status', { enum: ['available', 'assigned', 'reserved', 'blocked'] }).notNull(),
    revokedAt: moment('revoked_at'),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    index('licenses_stock').on(table.productId, table.status),
    index('licenses_status').on(table.status),
    index('licenses_owner_email').on(sql`lower(${table.ownerEmail})`),
    index('licenses_owner_name').on(sql`lower(${table.ownerName})`),
    index('licenses_key_prefix').on(sql`lower(${table.licenseKey})`),
    check('licenses_state', sql`${table.status} in ('available', 'assigned', 'reserved', 'blocked')`),
    check('licenses_key_length', sql`length(${table.licenseKey}) between 1 and 255`),
  ],
)

export const licenseMeta = sqliteTable(
  'license_meta',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    licenseId: integer('license_id')
      .notNull()
      .references(() => licenses.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    value: text('value').notNull(),
  },
  (table) => [unique('license_meta_key').on(table.licenseId, table.key)],
)

/** CONTRACT §1 Activation. A seat is taken while `deactivated_at` is null; freed rows are kept as history. */
export const activations = sqliteTable(
  'activations',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    licenseId: integer('license_id')
      .notNull()
      .references(() => licenses.id, { onDelete: 'cascade' }),
    identifier: text('identifier').notNull(),
    postUrl: text('post_url').notNull().default(''),
    ip: text('ip').notNull().default(''),
    userAgent: text('user_agent').notNull().default(''),
    activatedAt: moment('activated_at').notNull(),
    deactivatedAt: moment('deactivated_at'),
    lastVerifiedAt: moment('last_verified_at'),
  },
  (table) => [
    uniqueIndex('activations_seat').on(table.licenseId, table.identifier).where(sql`${table.deactivatedAt} is null`),
    index('activations_license').on(table.licenseId),
  ],
)

export type License = typeof licenses.$inferSelect
export type LicenseStatus = License['status']
export type Activation = typeof activations.$inferSelect

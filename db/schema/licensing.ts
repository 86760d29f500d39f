import { sql } from 'drizzle-orm'
import {
  type AnySQLiteColumn,
  check,
  index,
  integer,
  sqliteTable,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core'
import { generators, products } from './catalog'
import { moment } from './columns'
import { endOfTerm, hasTerm } from './expiry'

/**
 * Whether an order may take a key, as a condition that `licenses_for_sale` serves. A key drawn under a contract stays
 * its holder's, even after the contract is deleted.
 */
export const isForSale = `status = 'available' and contract_id is null and withheld = 0`

/** Whether a licence has an owner known by name alone, as a condition that `licenses_unaddressed` serves. */
export const isUnaddressed = `owner_email is null and owner_name is not null`

/**
 * CONTRACT §1 License key. Expiry is never stored: it is `assigned_at` plus `validity` days (`expiry.ts`). `revoked_at`
 * marks the block that cannot be undone (CONTRACT §2). The reason for a block and the replacing key are for operators
 * only; clients never get them.
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
    blockReason: text('block_reason'),
    /** The status before it was blocked; null if it is not blocked or the status is unknown. */
    blockedFrom: text('blocked_from', { enum: ['available', 'assigned', 'reserved'] }),
    /** The licence key its owner got in its place. */
    replacedBy: text('replaced_by'),
    contractId: integer('contract_id').references((): AnySQLiteColumn => contracts.id, { onDelete: 'set null' }),
    /** 1 for a key whose contract was deleted after its holder had seen it: no order may take it. */
    withheld: integer('withheld').notNull().default(0),
    /** The generator of the key; null if it was imported, or generated before this column existed. */
    generatorId: integer('generator_id').references(() => generators.id, { onDelete: 'set null' }),
    /** The values of the product's features on this licence, by feature key. */
    features: text('features', { mode: 'json' })
      .$type<Record<string, boolean | number | string>>()
      .notNull()
      .default({}),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    index('licenses_contract').on(table.contractId).where(sql`${table.contractId} is not null`),
    index('licenses_generator').on(table.generatorId).where(sql`${table.generatorId} is not null`),
    // New keys are appended to it, so it costs little.
    index('licenses_created').on(table.createdAt),
    index('licenses_expiry').on(endOfTerm(table)).where(hasTerm(table)),
    // Covers every column that verify reads, so the table itself is not touched. Keys are ordered as searches need
    // them, regardless of case, so the search needs no index of its own.
    index('licenses_standing').on(
      sql`${table.licenseKey} collate nocase`,
      table.productId,
      table.status,
      table.assignedAt,
      table.validity,
      table.activationLimit,
    ),
    // Covers sales counts: by day and product, with all that determines their state. Excludes stock.
    index('licenses_sold')
      .on(
        sql`(${table.assignedAt} / 86400000)`,
        table.productId,
        table.status,
        table.assignedAt,
        table.validity,
        table.revokedAt,
      )
      .where(sql`${table.assignedAt} is not null`),
    index('licenses_stock').on(table.productId, table.status),
    // Serves orders and shops' stock counts.
    index('licenses_for_sale').on(table.productId).where(sql.raw(isForSale)),
    index('licenses_product').on(table.productId),
    index('licenses_status').on(table.status),
    index('licenses_owner_email').on(sql`lower(${table.ownerEmail})`),
    index('licenses_owner_name').on(sql`lower(${table.ownerName})`),
    // Serves the list of owners without an e-mail address.
    index('licenses_unaddressed').on(sql`lower(${table.ownerName})`).where(sql.raw(isUnaddressed)),
    check('licenses_state', sql`${table.status} in ('available', 'assigned', 'reserved', 'blocked')`),
    check('licenses_key_length', sql`length(${table.licenseKey}) between 1 and 255`),
  ],
)

/**
 * The number of licences of each e-mail address, in lower case, that owns two or more: customers are sorted by it.
 * Triggers on `licenses` maintain it. Most addresses own one licence, so most changes write nothing here.
 */
export const customerSizes = sqliteTable(
  'customer_sizes',
  { email: text('email').primaryKey(), licenses: integer('licenses').notNull() },
  (table) => [index('customer_sizes_licenses').on(table.licenses, table.email)],
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

/** 1 for a taken seat, null for a freed one. */
const seatMark = 'case when deactivated_at is null then 1 end'

/** Whether a seat is taken, as a condition that `activations_seat` serves. */
export const seatIsTaken = `${seatMark} = 1`
/** Whether a seat was freed, as a condition that `activations_seat` serves. */
export const seatIsFreed = `${seatMark} is null`

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
  },
  (table) => [
    // A device holds one seat of a licence and any number of freed ones, as nulls are never equal.
    uniqueIndex('activations_seat').on(table.licenseId, sql.raw(seatMark), table.identifier),
    index('activations_identifier').on(table.identifier),
  ],
)

/**
 * When an activation was last verified. Kept in a separate table, as it changes more often than anything else and its
 * rows are small. A trigger deletes it with its activation: a foreign key would cost a lookup at every change.
 */
export const activationSightings = sqliteTable('activation_sightings', {
  activationId: integer('activation_id').primaryKey(),
  lastVerifiedAt: moment('last_verified_at').notNull(),
})

/** CONTRACT §1 Contract: a quota of keys that its holder draws with the contract key. */
export const contracts = sqliteTable(
  'contracts',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    uuid: text('uuid').notNull().unique(),
    name: text('name').notNull(),
    information: text('information').notNull(),
    contractKey: text('contract_key').notNull().unique(),
    licenseKeysQuantity: integer('license_keys_quantity').notNull(),
    productId: integer('product_id')
      .notNull()
      .references(() => products.id, { onDelete: 'cascade' }),
    canGetInfo: integer('can_get_info').notNull(),
    canGenerate: integer('can_generate').notNull(),
    canDestroy: integer('can_destroy').notNull(),
    canDestroyAll: integer('can_destroy_all').notNull(),
    status: text('status', { enum: ['active', 'inactive'] }).notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    index('contracts_product').on(table.productId),
    check('contracts_status', sql`${table.status} in ('active', 'inactive')`),
  ],
)

/** CONTRACT §1 Telemetry record. The last columns are stored but never returned. */
export const telemetry = sqliteTable(
  'telemetry',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    userIdentifier: text('user_identifier'),
    licenseKey: text('license_key'),
    activationIdentifier: text('activation_identifier'),
    productId: text('product_id'),
    productVersion: text('product_version'),
    dataType: text('data_type'),
    dataGroup: text('data_group'),
    data: text('data'),
    isCorrectFormat: integer('is_correct_format').notNull(),
    licenseKeyExists: integer('license_key_exists').notNull(),
    productExists: integer('product_exists').notNull(),
    productVersionExists: integer('product_version_exists').notNull(),
    hasRedFlags: integer('has_red_flags').notNull(),
    createdAt: moment('created_at').notNull(),
    ip: text('ip').notNull().default(''),
    hwid: text('hwid'),
    country: text('country'),
    flags: text('flags', { mode: 'json' }).$type<unknown>(),
    metadata: text('metadata', { mode: 'json' }).$type<unknown>(),
  },
  (table) => [
    index('telemetry_product').on(table.productId),
    index('telemetry_license_key').on(table.licenseKey),
    index('telemetry_group').on(table.dataType, table.dataGroup),
    index('telemetry_red_flags').on(table.hasRedFlags),
    index('telemetry_created').on(table.createdAt),
  ],
)

export type Contract = typeof contracts.$inferSelect
export type TelemetryRecord = typeof telemetry.$inferSelect
export type License = typeof licenses.$inferSelect
export type LicenseStatus = License['status']
export type Activation = typeof activations.$inferSelect

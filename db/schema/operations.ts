import { sql } from 'drizzle-orm'
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { products } from './catalog'
import { moment } from './columns'

/** Facts about this installation: the fingerprint of its sealing key, the epoch of its access rules. */
export const installation = sqliteTable('installation', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
})

/**
 * RSA key pairs, global (no product) or of one product; the private half sealed. One per scope signs at any moment: from
 * `active_from` (null: since it was made) until `retired_at`, which may lie ahead. A key that follows another carries
 * that one's certificate.
 */
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
    activeFrom: moment('active_from'),
    certifiedBy: text('certified_by'),
    certificate: text('certificate'),
  },
  (table) => [
    uniqueIndex('signing_keys_of_product').on(table.productId).where(sql`${table.retiredAt} is null`),
    uniqueIndex('signing_keys_global')
      .on(sql`(${table.productId} is null)`)
      .where(sql`${table.productId} is null and ${table.retiredAt} is null`),
  ],
)

/** Settings an operator has stored; flags and variables of the process go before them. A secret one is sealed. */
export const storedSettings = sqliteTable('settings', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
  updatedAt: moment('updated_at').notNull(),
})

/**
 * Who changed what, never purged. Each row's hash is an HMAC, under a key derived from the sealing key, of the row, its
 * salt and the hash before it; rows of older versions, up to `audit_head.unkeyed_until`, have a SHA-256 there. One row
 * may stand for many things made at once, whose ids run without a gap from `batch_from` to `batch_to`.
 */
export const auditLog = sqliteTable(
  'audit_log',
  {
    id: integer('id').primaryKey(),
    at: moment('at').notNull(),
    actor: text('actor').notNull(),
    requestId: text('request_id'),
    verb: text('verb').notNull(),
    subject: text('subject').notNull(),
    subjectId: text('subject_id').notNull(),
    batchFrom: integer('batch_from'),
    batchTo: integer('batch_to'),
    /** JSON of what was changed, secrets masked; null where there was nothing, or is nothing any more. */
    before: text('before'),
    after: text('after'),
    hash: text('hash').notNull(),
    /** Makes the hash tell nothing of a person's data once row and salt are erased. */
    salt: text('salt'),
    /** The HMAC of a row whose personal data was erased: its hash stays, and cannot be recomputed. */
    redaction: text('redaction'),
  },
  (table) => [
    index('audit_log_subject').on(table.subject, table.subjectId),
    index('audit_log_batch').on(table.subject, table.batchFrom).where(sql`${table.batchFrom} is not null`),
    index('audit_log_at').on(table.at),
    // Notes are few among millions of rows, and are searched.
    index('audit_log_notes').on(table.id).where(sql`${table.verb} = 'license.noted'`),
  ],
)

/** The one row that says where the audit log ends, under an HMAC. It is written anew with each entry. */
export const auditHead = sqliteTable('audit_head', {
  id: integer('id').primaryKey(),
  auditId: integer('audit_id').notNull(),
  hash: text('hash').notNull(),
  /** How many checkpoints there are. */
  checkpoints: integer('checkpoints').notNull(),
  /** The last entry made before entries were keyed; 0 where all are. */
  unkeyedUntil: integer('unkeyed_until').notNull(),
  mac: text('mac').notNull(),
})

/** The head of the audit log as it was at a moment, signed with the global key of that time. */
export const auditCheckpoints = sqliteTable('audit_checkpoints', {
  auditId: integer('audit_id').primaryKey(),
  hash: text('hash').notNull(),
  at: moment('at').notNull(),
  keyId: text('key_id').notNull(),
  signature: text('signature').notNull(),
})

/**
 * What clients asked and what they were told. A licence key is kept as its SHA-256, to be found by, and masked, to be
 * recognised by.
 */
export const calls = sqliteTable(
  'calls',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    at: moment('at').notNull(),
    requestId: text('request_id').notNull(),
    route: text('route').notNull(),
    code: text('code').notNull(),
    apiKeyId: integer('api_key_id'),
    address: text('address').notNull(),
    licenseHash: text('license_hash'),
    maskedKey: text('masked_key'),
    identifier: text('identifier'),
    durationMs: integer('duration_ms').notNull(),
  },
  (table) => [
    index('calls_at').on(table.at),
    // By stretches of 4096 calls: what comes is written next to what came last, wherever its hash would stand among all.
    index('calls_license').on(sql`\`id\` >> 12`, table.licenseHash).where(sql`${table.licenseHash} is not null`),
  ],
)

/**
 * How many answers a key has signed on a day: for clients that named the key, and for those that named none.
 */
export const signingKeyUses = sqliteTable(
  'signing_key_uses',
  {
    keyId: text('key_id')
      .notNull()
      .references(() => signingKeys.id, { onDelete: 'cascade' }),
    day: text('day').notNull(),
    named: integer('named').notNull().default(0),
    unnamed: integer('unnamed').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.keyId, table.day] })],
)

export type StoredSetting = typeof storedSettings.$inferSelect
export type AuditEntry = typeof auditLog.$inferSelect
export type AuditHead = typeof auditHead.$inferSelect
export type AuditCheckpoint = typeof auditCheckpoints.$inferSelect
export type Call = typeof calls.$inferSelect
export type SigningKey = typeof signingKeys.$inferSelect

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
 * RSA key pairs, global (no product) or of one product, with sealed private halves. One per scope signs at any time:
 * from `active_from` (null: since its creation) until `retired_at`, which may be in the future. A successor carries its
 * predecessor's certificate. Each has a P-256 companion of the same standing, certified by it; null only until the first
 * opening after the upgrade.
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
    companionId: text('companion_id'),
    companionPem: text('companion_pem'),
    sealedCompanion: blob('sealed_companion', { mode: 'buffer' }),
    companionCertificate: text('companion_certificate'),
    companionCreatedAt: moment('companion_created_at'),
  },
  (table) => [
    uniqueIndex('signing_keys_of_product').on(table.productId).where(sql`${table.retiredAt} is null`),
    uniqueIndex('signing_keys_global')
      .on(sql`(${table.productId} is null)`)
      .where(sql`${table.productId} is null and ${table.retiredAt} is null`),
  ],
)

/** Settings stored by operators; flags and variables of the process override them. Secret ones are sealed. */
export const storedSettings = sqliteTable('settings', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
  updatedAt: moment('updated_at').notNull(),
})

/**
 * Who changed what; never purged. Each row's hash is an HMAC, under a key derived from the sealing key, of the row, its
 * salt and the previous hash; rows of older versions, up to `audit_head.unkeyed_until`, have a SHA-256 instead. One row
 * may cover many things made at once, with ids from `batch_from` to `batch_to` without a gap.
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
    /** JSON of the changed fields, secrets masked; null if there were none, or none are left. */
    before: text('before'),
    after: text('after'),
    hash: text('hash').notNull(),
    /** Keeps the hash from revealing personal data once row and salt are erased. */
    salt: text('salt'),
    /** The HMAC of a row whose personal data was erased: its hash stays but cannot be recomputed. */
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

/** The single row with the end of the audit log, under an HMAC; rewritten with each entry. */
export const auditHead = sqliteTable('audit_head', {
  id: integer('id').primaryKey(),
  auditId: integer('audit_id').notNull(),
  hash: text('hash').notNull(),
  /** The number of checkpoints. */
  checkpoints: integer('checkpoints').notNull(),
  /** The last entry made before entries were keyed; 0 if all are. */
  unkeyedUntil: integer('unkeyed_until').notNull(),
  mac: text('mac').notNull(),
})

/** Past heads of the audit log, each signed with the global key of its time. */
export const auditCheckpoints = sqliteTable('audit_checkpoints', {
  auditId: integer('audit_id').primaryKey(),
  hash: text('hash').notNull(),
  at: moment('at').notNull(),
  keyId: text('key_id').notNull(),
  signature: text('signature').notNull(),
})

/**
 * Clients' requests and the answers. Licence keys are stored as their SHA-256, for search, and masked, for recognition.
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
    // Divided by every 4096 calls: new entries are written next to the latest ones, not scattered by their hashes.
    index('calls_license').on(sql`\`id\` >> 12`, table.licenseHash).where(sql`${table.licenseHash} is not null`),
  ],
)

/**
 * How many calls of an hour agree in endpoint, code, product and API key; 0 is none of them, or one that is not known.
 * They outlive `calls`, and hold no address, device or licence key.
 */
export const callCounts = sqliteTable(
  'call_counts',
  {
    /** The beginning of the hour. */
    hour: moment('hour').notNull(),
    endpoint: text('endpoint').notNull(),
    code: text('code').notNull(),
    productId: integer('product_id').notNull(),
    apiKeyId: integer('api_key_id').notNull(),
    calls: integer('calls').notNull(),
  },
  (table) => [primaryKey({ columns: [table.hour, table.endpoint, table.code, table.productId, table.apiKeyId] })],
)

/**
 * How many answers a key and its companion signed on a day: for clients that named the key, and for those that did not.
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
    companionNamed: integer('companion_named').notNull().default(0),
    companionUnnamed: integer('companion_unnamed').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.keyId, table.day] })],
)

/**
 * The server that works on a PostgreSQL database, one at a time: it says every two seconds that it is there, by the clock
 * of the database. A data folder on SQLite has its lock instead.
 */
export const servers = sqliteTable('servers', {
  id: text('id').primaryKey(),
  host: text('host').notNull(),
  version: text('version').notNull(),
  startedAt: moment('started_at').notNull(),
  seenAt: moment('seen_at').notNull(),
})

export type StoredSetting = typeof storedSettings.$inferSelect
export type AuditEntry = typeof auditLog.$inferSelect
export type AuditHead = typeof auditHead.$inferSelect
export type AuditCheckpoint = typeof auditCheckpoints.$inferSelect
export type Call = typeof calls.$inferSelect
export type SigningKey = typeof signingKeys.$inferSelect

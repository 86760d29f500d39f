import { sql } from 'drizzle-orm'
import { blob, check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { apiKeys, users } from './access'
import { moment } from './columns'

/**
 * Persistent jobs. A claim hides a job for a lease; `attempts` fences its end. Jobs of one lane run one after the
 * other, in the order they were enqueued.
 */
export const jobs = sqliteTable(
  'jobs',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    kind: text('kind').notNull(),
    payload: text('payload', { mode: 'json' }).$type<unknown>().notNull(),
    lane: text('lane'),
    state: text('state', { enum: ['queued', 'running', 'done', 'dead'] }).notNull(),
    attempts: integer('attempts').notNull().default(0),
    runAt: moment('run_at').notNull(),
    leaseUntil: moment('lease_until'),
    lastError: text('last_error'),
    createdAt: moment('created_at').notNull(),
    finishedAt: moment('finished_at'),
  },
  (table) => [
    index('jobs_due').on(table.kind, table.runAt).where(sql`${table.state} = 'queued' and ${table.lane} is null`),
    index('jobs_running').on(table.leaseUntil).where(sql`${table.state} = 'running'`),
    index('jobs_state').on(table.state),
    index('jobs_lane')
      .on(table.lane, table.id)
      .where(sql`${table.lane} is not null and ${table.state} in ('queued', 'running')`),
    check('jobs_state', sql`${table.state} in ('queued', 'running', 'done', 'dead')`),
  ],
)

/** An operator's subscription to events, with a sealed secret. */
export const webhooks = sqliteTable('webhooks', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  uuid: text('uuid').notNull().unique(),
  name: text('name').notNull(),
  url: text('url').notNull(),
  events: text('events', { mode: 'json' }).$type<string[]>().notNull(),
  sealedSecret: text('sealed_secret').notNull(),
  active: integer('active').notNull(),
  /** When its receiver answered 410, which disabled it; null if it is active or an operator disabled it. */
  goneAt: moment('gone_at'),
  /** When its receiver last took a message, and last failed to. */
  lastSuccessAt: moment('last_success_at'),
  lastFailureAt: moment('last_failure_at'),
  /** Failed attempts since the last success. */
  failuresInRow: integer('failures_in_row').notNull().default(0),
  createdAt: moment('created_at').notNull(),
})

/** A message to one address: an event, the answer to a queued order, or the callback of a remote deactivation. */
export const deliveries = sqliteTable(
  'deliveries',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    /** Shared by all attempts: receivers recognise duplicates by it. */
    messageId: text('message_id').notNull(),
    kind: text('kind', { enum: ['event', 'order', 'callback'] }).notNull(),
    webhookId: integer('webhook_id').references(() => webhooks.id, { onDelete: 'cascade' }),
    event: text('event').notNull(),
    url: text('url').notNull(),
    /** The content to send; orders and callbacks are signed when they are sent. */
    content: text('content', { mode: 'json' }).$type<unknown>().notNull(),
    state: text('state', { enum: ['pending', 'success', 'failed'] }).notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [
    index('deliveries_webhook').on(table.webhookId, table.createdAt),
    index('deliveries_created').on(table.createdAt),
    check('deliveries_state', sql`${table.state} in ('pending', 'success', 'failed')`),
  ],
)

export const deliveryAttempts = sqliteTable(
  'delivery_attempts',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    deliveryId: integer('delivery_id')
      .notNull()
      .references(() => deliveries.id, { onDelete: 'cascade' }),
    attempt: integer('attempt').notNull(),
    at: moment('at').notNull(),
    status: integer('status'),
    durationMs: integer('duration_ms').notNull(),
    responseBody: text('response_body').notNull().default(''),
    /** The headers of the answer, cookies masked; null if there was no answer, or it was deleted. */
    responseHeaders: text('response_headers', { mode: 'json' }).$type<Record<string, string>>(),
    error: text('error'),
  },
  (table) => [index('delivery_attempts_delivery').on(table.deliveryId)],
)

/** Answers to requests with an `Idempotency-Key`, per API key and endpoint. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    apiKeyId: integer('api_key_id')
      .notNull()
      .references(() => apiKeys.id, { onDelete: 'cascade' }),
    endpoint: text('endpoint').notNull(),
    key: text('key').notNull(),
    requestHash: text('request_hash').notNull(),
    answer: text('answer', { mode: 'json' }).$type<unknown>().notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.apiKeyId, table.endpoint, table.key] }),
    index('idempotency_keys_created').on(table.createdAt),
  ],
)

/**
 * Orders whose answer may not have reached the shop, by the hash of the request; equal anonymous ones each have a row.
 */
export const unansweredOrders = sqliteTable(
  'unanswered_orders',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    apiKeyId: integer('api_key_id')
      .notNull()
      .references(() => apiKeys.id, { onDelete: 'cascade' }),
    endpoint: text('endpoint').notNull(),
    requestHash: text('request_hash').notNull(),
    answer: text('answer', { mode: 'json' }).$type<unknown>().notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [index('unanswered_orders_request').on(table.apiKeyId, table.endpoint, table.requestHash)],
)

/**
 * Users' changes with an `Idempotency-Key`: the row is written with the change, the sealed answer right after it. No
 * answer: it was lost, too long, or erased.
 */
export const operatorRequests = sqliteTable(
  'operator_requests',
  {
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    /** An HMAC of route and fields, which may hold secrets. */
    requestHash: text('request_hash').notNull(),
    /** The SHA-256 of the uploaded file, once it was read. */
    fileHash: text('file_hash'),
    requestId: text('request_id').notNull(),
    sealedAnswer: blob('sealed_answer', { mode: 'buffer' }),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.key] }),
    index('operator_requests_created').on(table.createdAt),
  ],
)

/** A change of many licences: what to do, how far it is, and who ordered it. */
export const bulkRuns = sqliteTable(
  'bulk_runs',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    action: text('action').notNull(),
    /** The fields of the action, such as the reason of a block. */
    input: text('input', { mode: 'json' }).$type<Record<string, string>>().notNull(),
    /** The run whose changes this one undoes. */
    undoes: integer('undoes'),
    total: integer('total').notNull(),
    done: integer('done').notNull().default(0),
    changed: integer('changed').notNull().default(0),
    refused: integer('refused').notNull().default(0),
    actor: text('actor').notNull(),
    createdAt: moment('created_at').notNull(),
    finishedAt: moment('finished_at'),
  },
  (table) => [uniqueIndex('bulk_runs_undoes').on(table.undoes).where(sql`${table.undoes} is not null`)],
)

/** What became of a licence in a run: refused with a reason, or changed, with what it takes to undo that. */
export interface BulkResult {
  id: number
  refused?: string
  /** The former values of the columns that changed, moments in milliseconds, and when they changed. */
  before?: Record<string, unknown>
  at?: number
  /** A metadata value that was replaced, and the one that replaced it. */
  meta?: { key: string; before: string | null; after: string | null }
}

/** Some licences of a run, changed in one write; no results yet if it has to be done. */
export const bulkParts = sqliteTable(
  'bulk_parts',
  {
    bulkId: integer('bulk_id')
      .notNull()
      .references(() => bulkRuns.id, { onDelete: 'cascade' }),
    part: integer('part').notNull(),
    licenseIds: text('license_ids', { mode: 'json' }).$type<number[]>().notNull(),
    results: text('results', { mode: 'json' }).$type<BulkResult[]>(),
  },
  (table) => [primaryKey({ columns: [table.bulkId, table.part] })],
)

export type BulkRun = typeof bulkRuns.$inferSelect
export type Job = typeof jobs.$inferSelect
export type Webhook = typeof webhooks.$inferSelect
export type Delivery = typeof deliveries.$inferSelect
export type DeliveryAttempt = typeof deliveryAttempts.$inferSelect

import { sql } from 'drizzle-orm'
import { check, integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'
import { moment } from './columns'

/** An API key is stored as its SHA-256; `prefix` is what a person recognises it by. */
export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    name: text('name').notNull(),
    hash: text('hash').notNull().unique(),
    prefix: text('prefix').notNull(),
    status: text('status', { enum: ['active', 'inactive', 'revoked'] }).notNull(),
    capabilities: text('capabilities', { mode: 'json' }).$type<string[]>().notNull(),
    allowedIps: text('allowed_ips', { mode: 'json' }).$type<string[]>().notNull(),
    rateLimitPerMinute: integer('rate_limit_per_minute'),
    expiresAt: moment('expires_at'),
    createdAt: moment('created_at').notNull(),
    lastUsedAt: moment('last_used_at'),
  },
  (table) => [check('api_keys_status', sql`${table.status} in ('active', 'inactive', 'revoked')`)],
)

/** Addresses (single or CIDR) and device identifiers that are turned away with 150. */
export const blocklist = sqliteTable(
  'blocklist',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    kind: text('kind', { enum: ['ip', 'identifier'] }).notNull(),
    value: text('value').notNull(),
    reason: text('reason').notNull().default(''),
    createdAt: moment('created_at').notNull(),
    expiresAt: moment('expires_at'),
  },
  (table) => [
    unique('blocklist_entry').on(table.kind, table.value),
    check('blocklist_kind', sql`${table.kind} in ('ip', 'identifier')`),
  ],
)

export type ApiKey = typeof apiKeys.$inferSelect
export type Block = typeof blocklist.$inferSelect

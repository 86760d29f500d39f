import { sql } from 'drizzle-orm'
import { check, index, integer, sqliteTable, text, unique, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { moment } from './columns'

/**
 * API keys, stored as their SHA-256; `prefix` is for recognition. After a rotation the old token works until
 * `previous_until`.
 */
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
    previousHash: text('previous_hash'),
    previousUntil: moment('previous_until'),
    /** How answers to this key are written: as documented, or for the SDKs of the original system. */
    dialect: text('dialect', { enum: ['standard', 'sdk'] })
      .notNull()
      .default('standard'),
  },
  (table) => [
    uniqueIndex('api_keys_previous').on(table.previousHash).where(sql`${table.previousHash} is not null`),
    check('api_keys_status', sql`${table.status} in ('active', 'inactive', 'revoked')`),
  ],
)

/** Addresses (single or CIDR) and device identifiers that get 150 (`access_denied`). */
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

/** The users of this installation; the password as its argon2id hash, null until one is set. */
export const users = sqliteTable(
  'users',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    name: text('name').notNull().unique(),
    role: text('role', { enum: ['viewer', 'support', 'operator', 'owner'] }).notNull(),
    status: text('status', { enum: ['active', 'disabled'] }).notNull(),
    passwordHash: text('password_hash'),
    createdAt: moment('created_at').notNull(),
    lastLoginAt: moment('last_login_at'),
    /** What the user has chosen for the console; null until they choose. */
    preferences: text('preferences', { mode: 'json' }).$type<Preferences>(),
  },
  (table) => [
    check('users_role', sql`${table.role} in ('viewer', 'support', 'operator', 'owner')`),
    check('users_status', sql`${table.status} in ('active', 'disabled')`),
  ],
)

/** How a user wants the console to look and to behave. */
export interface Preferences {
  language?: 'en' | 'de'
  theme?: 'system' | 'light' | 'dark'
  /** Whether single letters are shortcuts. */
  shortcuts?: boolean
  /** The columns shown in each list, in their order. */
  columns?: Record<string, string[]>
}

/**
 * One-time links, stored as their SHA-256: an invitation or a new password for a user, who has one link at most, or the
 * first set-up, which belongs to no user. A used link is deleted.
 */
export const userLinks = sqliteTable(
  'user_links',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    userId: integer('user_id')
      .unique()
      .references(() => users.id, { onDelete: 'cascade' }),
    kind: text('kind', { enum: ['setup', 'invitation', 'reset'] }).notNull(),
    hash: text('hash').notNull().unique(),
    createdAt: moment('created_at').notNull(),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [check('user_links_kind', sql`${table.kind} in ('setup', 'invitation', 'reset')`)],
)

/**
 * Browser sessions and tokens for scripts, which replace a user's password. Stored as their SHA-256, with a prefix as
 * for API keys; ended ones stay until retention deletes them.
 */
export const userTokens = sqliteTable(
  'user_tokens',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    kind: text('kind', { enum: ['session', 'token'] }).notNull(),
    name: text('name').notNull(),
    hash: text('hash').notNull().unique(),
    prefix: text('prefix').notNull(),
    createdAt: moment('created_at').notNull(),
    expiresAt: moment('expires_at'),
    lastUsedAt: moment('last_used_at'),
    revokedAt: moment('revoked_at'),
    /** The address of the last use. */
    address: text('address'),
    /** How a session was begun. */
    method: text('method', { enum: ['password', 'passkey', 'sso'] }),
    /** When the user of a session last proved who they are. */
    provenAt: moment('proven_at'),
  },
  (table) => [
    index('user_tokens_user').on(table.userId),
    check('user_tokens_kind', sql`${table.kind} in ('session', 'token')`),
  ],
)

export type User = typeof users.$inferSelect
export type UserLink = typeof userLinks.$inferSelect
export type UserToken = typeof userTokens.$inferSelect
export type ApiKey = typeof apiKeys.$inferSelect
export type Block = typeof blocklist.$inferSelect

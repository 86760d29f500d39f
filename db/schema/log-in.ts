import { index, integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'
import { users } from './access'
import { moment } from './columns'

const ofUser = () =>
  integer('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' })

/**
 * The secret that a user's authenticator app makes codes of, sealed; in use once a code has confirmed it. A code
 * counts once: `lastStep` is the half minute of the last one that did. `failures` counts wrong codes since then.
 */
export const userTotp = sqliteTable('user_totp', {
  userId: integer('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  sealedSecret: text('sealed_secret').notNull(),
  createdAt: moment('created_at').notNull(),
  confirmedAt: moment('confirmed_at'),
  lastStep: integer('last_step').notNull().default(0),
  failures: integer('failures').notNull().default(0),
})

/** Codes that each replace a second factor once, stored as their SHA-256. */
export const userRecoveryCodes = sqliteTable(
  'user_recovery_codes',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    userId: ofUser(),
    hash: text('hash').notNull(),
    createdAt: moment('created_at').notNull(),
    usedAt: moment('used_at'),
  },
  (table) => [unique('user_recovery_codes_hash').on(table.userId, table.hash)],
)

/** WebAuthn credentials. `rpId` is the host they were made for; `signCount` must grow where a device counts. */
export const userPasskeys = sqliteTable(
  'user_passkeys',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    userId: ofUser(),
    name: text('name').notNull(),
    credentialId: text('credential_id').notNull().unique(),
    publicKey: text('public_key').notNull(),
    rpId: text('rp_id').notNull(),
    signCount: integer('sign_count').notNull(),
    transports: text('transports', { mode: 'json' }).$type<string[]>().notNull(),
    createdAt: moment('created_at').notNull(),
    lastUsedAt: moment('last_used_at'),
  },
  (table) => [index('user_passkeys_user').on(table.userId)],
)

/** Who a user is at an OpenID provider. */
export const userIdentities = sqliteTable(
  'user_identities',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    userId: ofUser(),
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    createdAt: moment('created_at').notNull(),
    lastUsedAt: moment('last_used_at'),
  },
  (table) => [
    unique('user_identities_subject').on(table.issuer, table.subject),
    index('user_identities_user').on(table.userId),
  ],
)

/** Log-in tickets that were used, until they expire: each counts once. */
export const usedTickets = sqliteTable('used_tickets', {
  id: text('id').primaryKey(),
  expiresAt: moment('expires_at').notNull(),
})

export type UserTotp = typeof userTotp.$inferSelect
export type UserPasskey = typeof userPasskeys.$inferSelect

import { type AnyColumn, type SQL, sql } from 'drizzle-orm'

type Terms = Readonly<Record<'status' | 'assignedAt' | 'validity', AnyColumn>>

// Mirrors `expiryOf` and `isExpired` of the licences' policy; a test checks that they agree.

/** When a licence expires, in milliseconds since 1970. `licenses_expiry` is an index on exactly this expression. */
export const endOfTerm = ({ assignedAt, validity }: Pick<Terms, 'assignedAt' | 'validity'>) =>
  sql<number>`(${assignedAt} + ${validity} * 86400000)`

/** Whether a licence has a term, current or past: the condition of `licenses_expiry`. */
export const hasTerm = ({ status, validity }: Pick<Terms, 'status' | 'validity'>): SQL =>
  // As bound values, these would keep SQLite from using the partial index.
  sql`${status} = 'assigned' and ${validity} > 0`

/** Whether it expired before a moment. */
export const hasEndedBefore = (terms: Terms, moment: Date): SQL =>
  sql`${hasTerm(terms)} and ${endOfTerm(terms)} < ${moment.getTime()}`

/** Whether it expires at all, by `last`, the latest end a licence may have. */
export const hasEnd = (terms: Terms, last: Date): SQL =>
  sql`${hasTerm(terms)} and ${endOfTerm(terms)} <= ${last.getTime()}`

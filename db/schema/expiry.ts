import { type AnyColumn, type SQL, sql } from 'drizzle-orm'

type Terms = Readonly<Record<'status' | 'assignedAt' | 'validity', AnyColumn>>

// `expiryOf` and `isExpired` of the licences' policy say the same for the program, and a test holds them to each other.

/** When a licence ends, in milliseconds. `licenses_expiry` is an index on this very expression. */
export const endOfTerm = ({ assignedAt, validity }: Pick<Terms, 'assignedAt' | 'validity'>) =>
  sql<number>`(${assignedAt} + ${validity} * 86400000)`

/** Whether a licence has a term that runs or has run: the condition of `licenses_expiry`. */
export const hasTerm = ({ status, validity }: Pick<Terms, 'status' | 'validity'>): SQL =>
  // Bound, these words would hide from SQLite that the partial index serves.
  sql`${status} = 'assigned' and ${validity} > 0`

/** Whether it ended before a moment. */
export const hasEndedBefore = (terms: Terms, moment: Date): SQL =>
  sql`${hasTerm(terms)} and ${endOfTerm(terms)} < ${moment.getTime()}`

/** Whether it has an end at all: by that moment, the last that a licence may end at. */
export const hasEnd = (terms: Terms, last: Date): SQL =>
  sql`${hasTerm(terms)} and ${endOfTerm(terms)} <= ${last.getTime()}`

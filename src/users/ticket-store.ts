import { lte } from 'drizzle-orm'
import { usedTickets } from '../../db/schema/log-in'
import type { Tx } from '../database/connection'

/** Notes that a ticket is used; false if it was. Forgets those that have expired. */
export async function insertUsedTicket(tx: Tx, ticket: typeof usedTickets.$inferInsert, now: Date): Promise<boolean> {
  await tx.delete(usedTickets).where(lte(usedTickets.expiresAt, now))
  const rows = await tx
    .insert(usedTickets)
    .values(ticket)
    .onConflictDoNothing({ target: usedTickets.id })
    .returning({ id: usedTickets.id })
  return rows.length > 0
}

import { eq } from 'drizzle-orm'
import { deliveries, webhooks } from '../../db/schema/work'
import type { Queryable } from '../database/connection'
import { prepared } from '../database/database'

const activeQuery = prepared((db) =>
  db
    .select({ id: webhooks.id, uuid: webhooks.uuid, url: webhooks.url, events: webhooks.events })
    .from(webhooks)
    .where(eq(webhooks.active, 1))
    .prepare(),
)

export const listActiveWebhooks = async (db: Queryable) => activeQuery(db).execute()

export async function insertDelivery(tx: Queryable, delivery: typeof deliveries.$inferInsert): Promise<number> {
  const [row] = await tx.insert(deliveries).values(delivery).returning({ id: deliveries.id })
  return row!.id
}

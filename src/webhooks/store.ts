import { and, asc, countDistinct, eq, gt, gte, inArray, isNotNull, lt, lte, max, or, sql } from 'drizzle-orm'
import { type Delivery, deliveries, deliveryAttempts, type Webhook, webhooks } from '../../db/schema/work'
import type { Queryable, Tx } from '../database/connection'
import { prepared } from '../database/database'
import { type PageRequest, pageOf } from '../database/page'
import { inList } from '../database/sets'

const activeQuery = prepared((db) =>
  db
    .select({ id: webhooks.id, url: webhooks.url, events: webhooks.events })
    .from(webhooks)
    .where(eq(webhooks.active, 1))
    .prepare(),
)

export const listActiveWebhooks = async (db: Queryable) => activeQuery(db).execute()

const webhookSorts = { id: webhooks.id, name: webhooks.name, created_at: webhooks.createdAt }

/** A page of the webhooks, all or filtered by active or disabled. */
export const pageWebhooks = (db: Queryable, { active }: { active?: number | undefined }, wanted: PageRequest) =>
  pageOf(db, webhooks, {
    where: active === undefined ? undefined : eq(webhooks.active, active),
    sorts: webhookSorts,
    wanted,
  })

export async function findWebhook(db: Queryable, id: number): Promise<Webhook | undefined> {
  const [row] = await db.select().from(webhooks).where(eq(webhooks.id, id))
  return row
}

/** The webhooks with that name, in any case. */
export const listWebhooksNamed = (db: Queryable, name: string) =>
  db
    .select({ id: webhooks.id, name: webhooks.name })
    .from(webhooks)
    .where(or(eq(webhooks.name, name), sql`lower(${webhooks.name}) = ${name.toLowerCase()}`))
    .orderBy(asc(webhooks.id))

export async function insertWebhook(tx: Tx, webhook: typeof webhooks.$inferInsert): Promise<Webhook> {
  const [row] = await tx.insert(webhooks).values(webhook).returning()
  return row!
}

/** Updates a webhook that must exist and returns it. */
export async function updateWebhook(tx: Tx, id: number, changes: Partial<Omit<Webhook, 'id'>>): Promise<Webhook> {
  const [row] = await tx.update(webhooks).set(changes).where(eq(webhooks.id, id)).returning()
  return row!
}

/** Deletes a webhook and its deliveries. */
export async function deleteWebhookRow(tx: Tx, id: number) {
  await tx.delete(webhooks).where(eq(webhooks.id, id))
}

// SQLite binds at most 32,766 values in one statement.
const rowsPerInsert = 2000

/** Inserts deliveries in order and returns their ids in that order. */
export async function insertDeliveries(tx: Tx, rows: readonly (typeof deliveries.$inferInsert)[]) {
  const inserted: Pick<Delivery, 'id' | 'webhookId'>[] = []
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    const some = await tx
      .insert(deliveries)
      .values(rows.slice(start, start + rowsPerInsert))
      .returning({ id: deliveries.id, webhookId: deliveries.webhookId })
    inserted.push(...some.sort((a, b) => a.id - b.id))
  }
  return inserted
}

export async function findDelivery(db: Queryable, id: number): Promise<Delivery | undefined> {
  const [row] = await db.select().from(deliveries).where(eq(deliveries.id, id))
  return row
}

export async function updateDelivery(tx: Tx, id: number, changes: Pick<Delivery, 'state'>) {
  await tx.update(deliveries).set(changes).where(eq(deliveries.id, id))
}

/** Notes that a webhook's receiver took a message; nothing if the webhook is gone. */
export async function noteSuccess(tx: Tx, id: number, at: Date) {
  await tx.update(webhooks).set({ lastSuccessAt: at, failuresInRow: 0 }).where(eq(webhooks.id, id))
}

/** Notes that it did not. */
export async function noteFailure(tx: Tx, id: number, at: Date) {
  const failuresInRow = sql`${webhooks.failuresInRow} + 1`
  await tx.update(webhooks).set({ lastFailureAt: at, failuresInRow }).where(eq(webhooks.id, id))
}

export async function insertAttempt(tx: Tx, attempt: typeof deliveryAttempts.$inferInsert) {
  await tx.insert(deliveryAttempts).values(attempt)
}

/**
 * Filters deliveries by webhook, state, event, and the time they were created, from one moment until before another.
 */
export interface DeliveryFilter {
  webhookId?: number | undefined
  states?: Delivery['state'][] | undefined
  events?: string[] | undefined
  from?: Date | undefined
  to?: Date | undefined
}

export const pageDeliveries = (db: Queryable, filter: DeliveryFilter, wanted: PageRequest) =>
  pageOf(db, deliveries, {
    where: matches(filter),
    sorts: { id: deliveries.id, created_at: deliveries.createdAt },
    wanted,
  })

/** How many messages a filter lets through, each counted once however often it was sent. */
export async function countMessages(db: Queryable, filter: DeliveryFilter): Promise<number> {
  const [row] = await db
    .select({ messages: countDistinct(deliveries.messageId) })
    .from(deliveries)
    .where(matches(filter))
  return row!.messages
}

const matches = ({ webhookId, states, events, from, to }: DeliveryFilter) =>
  and(
    webhookId === undefined ? undefined : eq(deliveries.webhookId, webhookId),
    states && inArray(deliveries.state, states),
    events && inArray(deliveries.event, events),
    from && gte(deliveries.createdAt, from),
    to && lt(deliveries.createdAt, to),
  )

/** Every attempt at these deliveries, oldest first. */
export const listAttempts = (db: Queryable, deliveryIds: readonly number[]) =>
  db
    .select()
    .from(deliveryAttempts)
    .where(inList(deliveryAttempts.deliveryId, deliveryIds))
    .orderBy(asc(deliveryAttempts.id))

export async function findLastDeliveryId(db: Queryable): Promise<number> {
  const [row] = await db.select({ id: max(deliveries.id) }).from(deliveries)
  return row?.id ?? 0
}

/** The deliveries that a filter lets through in a range of ids, in the order they were sent. */
export const listSent = (
  db: Queryable,
  filter: DeliveryFilter,
  { after, last }: { after: number; last: number },
  limit: number,
): Promise<Delivery[]> =>
  Promise.resolve(
    db
      .select()
      .from(deliveries)
      .where(and(matches(filter), gt(deliveries.id, after), lte(deliveries.id, last)))
      .orderBy(asc(deliveries.id))
      .limit(limit),
  )

/** Webhooks disabled because their receiver answered 410. */
export const listGoneWebhooks = (db: Queryable) =>
  db
    .select({ id: webhooks.id, name: webhooks.name })
    .from(webhooks)
    .where(isNotNull(webhooks.goneAt))
    .orderBy(asc(webhooks.id))

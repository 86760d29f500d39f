import { randomUUID } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { Queryable } from '../database/connection'
import { declareJob } from '../jobs/job'
import { enqueue } from '../jobs/store'
import { type Outcome, say, type WrittenOutcome } from '../kernel/outcome'
import type { Event } from './events'
import { insertDelivery, listActiveWebhooks } from './store'

const minuteMs = 60_000

/** Sends one delivery: at once, then after 1, 5, 15 and 60 minutes (CONTRACT §5). */
export const deliver = declareJob('deliver', Type.Object({ deliveryId: Type.Integer() }), {
  delaysMs: [minuteMs, 5 * minuteMs, 15 * minuteMs, 60 * minuteMs],
  leaseMs: minuteMs,
})

/** What an event says; the receiver sees it as `payload`. */
export interface EventContent {
  event: Event
  payload: object
}

/** What the sender of a queued order is told: the outcome of the order. */
export interface OrderContent {
  outcome: WrittenOutcome
}

/** What a device is told when an operator has freed its seat. */
export interface CallbackContent extends OrderContent {
  licenseKey: string
  identifier: string
}

/** Tells every subscriber of an event, in the transaction that made it true, each in the order of events. */
export async function announce(tx: Queryable, event: Event, payload: object, now: Date) {
  for (const webhook of await listActiveWebhooks(tx)) {
    if (!webhook.events.includes(event)) continue
    const content: EventContent = { event, payload }
    const delivery = { kind: 'event' as const, webhookId: webhook.id, event, url: webhook.url, content }
    await send(tx, delivery, now, `webhook ${webhook.id}`)
  }
}

/** Posts the outcome of a queued order to the shop, which is told by the identifier inside (CONTRACT §5). */
export async function postOrder(tx: Queryable, url: string, outcome: Outcome, now: Date) {
  const content: OrderContent = { outcome: outcome.written(now) }
  await send(tx, { kind: 'order', event: 'order.finished', url, content }, now)
}

/** Tells a device that an operator has freed its seat (CONTRACT §2, deactivation callback). */
export async function postCallback(
  tx: Queryable,
  seat: { url: string; licenseKey: string; identifier: string; productId: number },
  now: Date,
) {
  const { url, licenseKey, identifier, productId } = seat
  const outcome = say('license_deactivated').signedFor(productId).written(now)
  const content: CallbackContent = { licenseKey, identifier, outcome }
  await send(tx, { kind: 'callback', event: 'activation.deactivated', url, content }, now)
}

type NewDelivery = Pick<Parameters<typeof insertDelivery>[1], 'kind' | 'event' | 'url' | 'content' | 'webhookId'>

async function send(tx: Queryable, delivery: NewDelivery, now: Date, lane?: string) {
  const deliveryId = await insertDelivery(tx, {
    ...delivery,
    messageId: randomUUID(),
    state: 'pending',
    createdAt: now,
  })
  await enqueue(tx, deliver, { deliveryId }, { now, ...(lane !== undefined && { lane }) })
}

import { randomUUID } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { Delivery } from '../../db/schema/work'
import type { Queryable, Tx } from '../database/connection'
import { declareJob } from '../jobs/job'
import { enqueueAll } from '../jobs/service'
import { type Outcome, type StoredOutcome, say } from '../kernel/outcome'
import type { Event } from './events'
import { insertDeliveries, listActiveWebhooks } from './store'

const minuteMs = 60_000

/** Sends one delivery: at once, then after 1, 5, 15 and 60 minutes (CONTRACT §5). */
export const deliver = declareJob('deliver', Type.Object({ deliveryId: Type.Integer() }), {
  delaysMs: [minuteMs, 5 * minuteMs, 15 * minuteMs, 60 * minuteMs],
  leaseMs: minuteMs,
  // Waiting for slow receivers costs next to nothing. Bun makes at most 256 requests at once, and others need some of
  // them.
  atOnceMax: 192,
})

/** An event's content; the receiver gets it as `payload`. */
export interface EventContent {
  event: Event
  payload: object
}

/** The outcome of a queued order, for its sender. */
export interface OrderContent {
  outcome: StoredOutcome
  /** The job that fulfilled the order; not sent. */
  jobId?: number | undefined
}

/** Notifies a device that an operator has freed its seat. */
export interface CallbackContent extends OrderContent {
  licenseKey: string
  identifier: string
}

/** Queues an event for every subscriber, in the transaction that made it true; each gets its events in order. */
export const announce = (tx: Tx, event: Event, payload: object, now: Date) =>
  announceAll(tx, () => [{ event, payload }], now)

/** Announces several events; builds their payloads only if a webhook is subscribed, after one lookup. */
export async function announceAll(tx: Tx, build: () => EventContent[], now: Date) {
  const webhooks = await listActiveWebhooks(tx)
  if (!webhooks.length) return
  const contents = build()
  const messages = webhooks.flatMap((webhook) =>
    contents
      .filter(({ event }) => webhook.events.includes(event))
      .map((content) => ({
        kind: 'event' as const,
        webhookId: webhook.id,
        event: content.event,
        url: webhook.url,
        content,
      })),
  )
  await send(tx, messages, now)
}

/** Whether any webhook is subscribed to an event. */
export const hasSubscriber = async (db: Queryable, event: Event) =>
  (await listActiveWebhooks(db)).some((webhook) => webhook.events.includes(event))

/** Posts the outcome of a queued order to the shop, which matches it by the identifier inside (CONTRACT §5). */
export async function postOrder(
  tx: Tx,
  { url, outcome, jobId }: { url: string; outcome: Outcome; jobId?: number },
  now: Date,
) {
  const content: OrderContent = { outcome: outcome.toStored(now), jobId }
  await send(tx, [{ kind: 'order', event: 'order.finished', url, content }], now)
}

/** A device's seat and its callback URL; empty for no callback. */
export interface CallbackSeat {
  url: string
  licenseKey: string
  identifier: string
  productId: number
}

/** Notifies devices that an operator has freed their seats (CONTRACT §2, deactivation callback). */
export async function postCallbacks(tx: Tx, seats: readonly CallbackSeat[], now: Date) {
  const messages = seats
    .filter(({ url }) => url !== '')
    .map(({ url, licenseKey, identifier, productId }) => {
      const outcome = say('license_deactivated').signedFor(productId).toStored(now)
      const content: CallbackContent = { licenseKey, identifier, outcome }
      return { kind: 'callback' as const, event: 'activation.deactivated', url, content }
    })
  await send(tx, messages, now)
}

/** The lane of a webhook's jobs. */
export const laneOf = (webhookId: number) => `webhook ${webhookId}`

/** A message and its receiver. It keeps its id when it is sent again. */
export type WebhookMessage = Pick<Delivery, 'kind' | 'event' | 'url' | 'content'> &
  Partial<Pick<Delivery, 'messageId' | 'webhookId'>>

/** Adds messages to the outbox; those of one webhook are sent one after the other. Returns the deliveries' ids. */
export async function send(tx: Tx, messages: readonly WebhookMessage[], now: Date) {
  const rows = messages.map((message) => ({
    messageId: randomUUID(),
    ...message,
    state: 'pending' as const,
    createdAt: now,
  }))
  const sent = await insertDeliveries(tx, rows)
  const work = sent.map(({ id, webhookId }) => ({
    payload: { deliveryId: id },
    lane: webhookId === null ? undefined : laneOf(webhookId),
  }))
  await enqueueAll(tx, deliver, work, { now })
  return sent.map(({ id }) => id)
}

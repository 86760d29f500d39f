import { type Static, Type } from '@sinclair/typebox'
import type { Delivery, DeliveryAttempt, Webhook } from '../../db/schema/work'
import { counter, dictionary, nullable, nullableTimestamp, timestamp, view, word } from '../kernel/view'

/** A webhook as operators see it, without its secret. */
export const WebhookView = view('Webhook', {
  id: Type.Integer(),
  uuid: Type.String(),
  name: Type.String(),
  url: Type.String(),
  events: Type.Array(Type.String()),
  active: Type.Boolean(),
  gone_at: nullableTimestamp('When its receiver answered 410, which disabled it.'),
  created_at: timestamp(),
})

export const webhookView = (webhook: Webhook): Static<typeof WebhookView> => ({
  id: webhook.id,
  uuid: webhook.uuid,
  name: webhook.name,
  url: webhook.url,
  events: webhook.events,
  active: webhook.active === 1,
  gone_at: webhook.goneAt?.toISOString() ?? null,
  created_at: webhook.createdAt.toISOString(),
})

export const deliveryStates = ['pending', 'success', 'failed'] as const satisfies Delivery['state'][]

const attempt = {
  attempt: Type.Integer(),
  at: timestamp(),
  status: nullable(Type.Integer({ description: 'The HTTP status of the answer; null where there was none.' })),
  duration_ms: counter(),
  response_body: Type.String(),
  error: nullable(Type.String()),
}

/** A delivery and all its attempts. */
export const DeliveryView = view('Delivery', {
  id: Type.Integer(),
  message_id: Type.String({ description: 'The same for every attempt: receivers recognise repeats by it.' }),
  kind: word(['event', 'order', 'callback']),
  webhook_id: nullable(Type.Integer({ description: 'The webhook it is for; null for an order or a callback.' })),
  event: Type.String(),
  url: Type.String(),
  state: word(deliveryStates),
  created_at: timestamp(),
  attempts: Type.Array(Type.Object(attempt)),
})

const headers = (description: string) => nullable(dictionary(Type.String(), description))

/** A delivery with what was sent and what came back. */
export const DeliveryMessageView = view('DeliveryMessage', {
  ...DeliveryView.properties,
  body: Type.String({ description: 'The body, the same at every attempt.' }),
  attempts: Type.Array(
    Type.Object({
      ...attempt,
      request_headers: dictionary(Type.String(), 'The headers that were sent; the signature is masked.'),
      response_headers: headers('The headers of the answer, cookies masked; null where none were kept.'),
    }),
  ),
})

export const deliveryView = (delivery: Delivery, attempts: DeliveryAttempt[]): Static<typeof DeliveryView> => ({
  id: delivery.id,
  message_id: delivery.messageId,
  kind: delivery.kind,
  webhook_id: delivery.webhookId,
  event: delivery.event,
  url: delivery.url,
  state: delivery.state,
  created_at: delivery.createdAt.toISOString(),
  attempts: attempts.map(attemptView),
})

export const attemptView = ({ attempt, at, status, durationMs, responseBody, error }: DeliveryAttempt) => ({
  attempt,
  at: at.toISOString(),
  status,
  duration_ms: durationMs,
  response_body: responseBody,
  error,
})

import { Type } from '@sinclair/typebox'
import { integer, toggle } from '../intake/model'
import { OperatorError } from '../kernel/operator-error'
import { counter } from '../kernel/view'
import { listAttempts, pageDeliveries, replayDelivery, replayRange } from '../webhooks/deliveries'
import { events } from '../webhooks/events'
import { requireWebhook } from '../webhooks/service'
import { DeliveryView, deliveryStates, deliveryView } from '../webhooks/view'
import { period, rangeOf, statesWanted, words } from './filters'
import { minute } from './lines'
import { listing } from './listing'
import { operation } from './operation'

const deliveredEvents = [...events, 'webhook.ping', 'order.finished', 'activation.deactivated'] as const

export const deliveries = listing({
  command: 'webhook deliveries',
  route: 'GET /deliveries',
  bare: ['webhook_id'],
  summary: 'list the latest deliveries of webhooks, orders and callbacks; --json has each attempt',
  plural: 'deliveries',
  row: DeliveryView,
  filters: Type.Object({
    webhook_id: Type.Optional(integer({ minimum: 1, description: 'Only those of this webhook.' })),
    state: words(deliveryStates, 'Only those in one of these states', ['failed', 'pending,failed']),
    failed: Type.Optional(toggle({ description: 'Only those that failed.' })),
    event: words(deliveredEvents, 'Only those of these events', ['license.created', 'license.created,order.finished']),
    ...period,
  }),
  sorts: ['-id', 'created_at'],
  async page({ db, now }, { webhook_id, state, failed, event, from, to }, wanted) {
    if (webhook_id !== undefined) await requireWebhook(db.read, webhook_id)
    const filter = {
      webhookId: webhook_id,
      states: statesWanted(state, failed, 'failed'),
      events: event,
      ...rangeOf({ from, to }, now),
    }
    const { rows, next } = await pageDeliveries(db.read, filter, wanted)
    const attempts = Map.groupBy(
      await listAttempts(
        db.read,
        rows.map(({ id }) => id),
      ),
      ({ deliveryId }) => deliveryId,
    )
    return { rows: rows.map((delivery) => deliveryView(delivery, attempts.get(delivery.id) ?? [])), next }
  },
  columns: {
    ID: ({ id }) => String(id),
    'MADE (UTC)': ({ created_at }) => minute(created_at),
    EVENT: ({ event }) => event,
    STATE: ({ state }) => state,
    ATTEMPTS: ({ attempts }) => String(attempts.length),
    RECEIVER: ({ webhook_id, url }) => (webhook_id === null ? url : `webhook ${webhook_id}`),
    'LAST ANSWER': ({ attempts }) => answerOf(attempts.at(-1)),
  },
  freeText: ['LAST ANSWER'],
  none: 'There is no such delivery.',
})

export const replay = operation({
  command: 'webhook replay',
  route: 'POST /deliveries/replay',
  bare: ['delivery_id'],
  role: 'operator',
  summary: 'send a delivery again, or all deliveries of a webhook in a period',
  input: Type.Object({
    delivery_id: Type.Optional(integer({ minimum: 1, description: 'The id, from "webhook deliveries".' })),
    webhook: Type.Optional(integer({ minimum: 1, description: 'The webhook to send deliveries to again.' })),
    ...period,
  }),
  output: Type.Object({
    replayed: counter('How many messages are sent again.'),
    delivery_id: Type.Optional(Type.Integer({ description: 'The new delivery, where one was named.' })),
  }),
  async run({ db, now }, { delivery_id, webhook: webhookId, ...given }) {
    const { from, to } = rangeOf(given, now)
    if (delivery_id !== undefined && webhookId === undefined && !from && !to) {
      return { replayed: 1, delivery_id: await db.write((tx) => replayDelivery(tx, delivery_id, now)) }
    }
    if (delivery_id === undefined && webhookId !== undefined && from && to) {
      return { replayed: await replayRange(db, { webhookId, from, to }, now) }
    }
    throw new OperatorError('give the id of a delivery, or all of --webhook, --from and --to', 'invalid_input')
  },
  show: ({ replayed, delivery_id }) => [
    delivery_id === undefined
      ? `${replayed} ${replayed === 1 ? 'message is' : 'messages are'} sent again.`
      : `The message is sent again, as delivery ${delivery_id}.`,
  ],
})

const answerOf = (attempt: { status: number | null; error: string | null } | undefined) =>
  attempt ? (attempt.error ?? String(attempt.status)) : '–'

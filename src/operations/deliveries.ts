import { Type } from '@sinclair/typebox'
import { integer, toggle } from '../intake/model'
import { counted } from '../kernel/counted'
import { fieldRef, message } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { counter } from '../kernel/view'
import {
  countReplayable,
  describeDelivery,
  listAttempts,
  pageDeliveries,
  replayDelivery,
  replayRange,
  requireReplayable,
} from '../webhooks/deliveries'
import { events } from '../webhooks/events'
import { requireWebhook } from '../webhooks/service'
import { DeliveryMessageView, DeliveryView, deliveryStates, deliveryView } from '../webhooks/view'
import { period, rangeOf, statesWanted, words } from './filters'
import { facts, minute, second } from './lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'

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
    state: words(deliveryStates, 'Only deliveries in one of these states', ['failed', 'pending,failed']),
    event: words(deliveredEvents, 'Only deliveries of these events', ['license.created']),
    dry_run: Type.Optional(toggle({ description: 'Only count the messages; send nothing.' })),
  }),
  output: Type.Object({
    replayed: counter('How many messages are sent again, or would be.'),
    dry_run: Type.Boolean(),
    delivery_id: Type.Optional(Type.Integer({ description: 'The new delivery, where one was named.' })),
  }),
  async run({ db, now }, { delivery_id, webhook: webhookId, state, event, dry_run = false, ...given }) {
    const { from, to } = rangeOf(given, now)
    const isNarrowed = webhookId !== undefined || from || to || state || event
    if (delivery_id !== undefined && !isNarrowed) {
      if (!dry_run) {
        return { replayed: 1, dry_run, delivery_id: await db.write((tx) => replayDelivery(tx, delivery_id, now)) }
      }
      await requireReplayable(db.read, delivery_id)
      return { replayed: 1, dry_run }
    }
    if (delivery_id === undefined && webhookId !== undefined && from && to) {
      const range = { webhookId, from, to, states: state, events: event }
      const replayed = dry_run ? await countReplayable(db.read, range) : await replayRange(db, range, now)
      return { replayed, dry_run }
    }
    throw new OperatorError(
      message`give the id of a delivery, or all of ${fieldRef('webhook')}, ${fieldRef('from')} and ${fieldRef('to')}`,
      'invalid_input',
    )
  },
  show: ({ replayed, dry_run, delivery_id }) => [
    dry_run
      ? `${counted(replayed, 'message')} would be sent again.`
      : delivery_id === undefined
        ? `${replayed} ${replayed === 1 ? 'message is' : 'messages are'} sent again.`
        : `The message is sent again, as delivery ${delivery_id}.`,
  ],
})

const showDelivery = operation({
  command: 'webhook delivery show',
  route: 'GET /deliveries/:id',
  role: 'viewer',
  summary: 'show a delivery: what was sent, and what came back at each attempt; signature and cookies are masked',
  input: Type.Object({ id: integer({ minimum: 1, description: 'The id, from "webhook deliveries".' }) }),
  output: DeliveryMessageView,
  run: ({ db, seal }, { id }) => describeDelivery({ db, seal }, id),
  show: ({ attempts, body, url, ...delivery }) => [
    ...facts(delivery),
    '',
    `POST ${url}`,
    body,
    ...attempts.flatMap((attempt) => [
      '',
      `Attempt ${attempt.attempt}, ${second(attempt.at)} UTC, ${attempt.duration_ms} ms: ${answerOf(attempt)}`,
      ...headerLines(attempt.request_headers, '> '),
      ...headerLines(attempt.response_headers ?? {}, '< '),
      ...(attempt.response_body ? [attempt.response_body] : []),
    ]),
  ],
})

const headerLines = (headers: Record<string, string>, sign: string) =>
  Object.entries(headers).map(([name, value]) => `${sign}${name}: ${value}`)

export const webhookDelivery = {
  name: 'webhook delivery',
  about: 'one delivery of a webhook, an order or a callback',
  operations: [showDelivery],
} as const satisfies Subject

const answerOf = (attempt: { status: number | null; error: string | null } | undefined) =>
  attempt ? (attempt.error ?? String(attempt.status)) : '–'

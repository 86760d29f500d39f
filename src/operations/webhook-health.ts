import { Type } from '@sinclair/typebox'
import { WebhookHealthView, webhookHealth } from '../webhooks/health'
import { pageWebhooks } from '../webhooks/service'
import { minute } from './lines'
import { listing } from './listing'

export const health = listing({
  command: 'webhook health',
  route: 'GET /webhook-health',
  summary: 'list how webhooks are doing: last success, failures in a row, what waits',
  plural: 'webhooks',
  row: WebhookHealthView,
  filters: Type.Object({}),
  sorts: ['id', 'name'],
  async page({ db }, _, wanted) {
    const { rows, next } = await pageWebhooks(db.read, {}, wanted)
    return { rows: await Promise.all(rows.map((webhook) => webhookHealth(db.read, webhook))), next }
  },
  columns: {
    ID: ({ id }) => String(id),
    NAME: ({ name }) => name,
    STATE: ({ state }) => state,
    'LAST SUCCESS (UTC)': ({ last_success_at }) => (last_success_at ? minute(last_success_at) : 'never'),
    'FAILURES IN A ROW': ({ failures_in_row }) => String(failures_in_row),
    WAITING: ({ backlog }) => String(backlog),
    'NEXT (UTC)': ({ next_attempt_at }) => (next_attempt_at ? minute(next_attempt_at) : '–'),
    'LAST ERROR': ({ last_error }) => last_error ?? '',
  },
  freeText: ['LAST ERROR'],
  none: 'There is no webhook yet.',
})

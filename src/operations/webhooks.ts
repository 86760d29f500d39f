import { Type } from '@sinclair/typebox'
import { choice, integer, list as listOf, text } from '../intake/model'
import { fieldRef, message } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { view } from '../kernel/view'
import { events } from '../webhooks/events'
import {
  addWebhook,
  deleteWebhook,
  editWebhook,
  pageWebhooks,
  pingWebhook,
  requireWebhook,
  resolveWebhook,
  rotateSecret,
  setWebhookActive,
} from '../webhooks/service'
import { WebhookView, webhookView } from '../webhooks/view'
import { byName } from './by-name'
import { deliveries, replay } from './deliveries'
import { facts, listed } from './lines'
import { listing } from './listing'
import { operation, type Subject } from './operation'
import { webhookEvents } from './webhook-events'
import { health } from './webhook-health'

const id = integer({ minimum: 1, description: 'The id, from the list.' })
const name = text({ description: 'The name.' })
const url = text({ description: 'The address that receives the events.' })
const wantedEvents = listOf({
  words: ['all', ...events],
  description: 'Events, separated by commas: license.created,license.expired; or all.',
})

const WebhookWithSecretView = view('WebhookWithSecret', {
  ...WebhookView.properties,
  secret: Type.String({ description: 'What its receiver checks messages with, shown this once.' }),
})

const add = operation({
  command: 'webhook add',
  route: 'POST /webhooks',
  role: 'operator',
  proof: 'session',
  summary: 'send events to an address, and print the secret for checking them; it cannot be shown again',
  input: Type.Object({ name, url, events: wantedEvents }),
  output: WebhookWithSecretView,
  async run({ db, sealer, now }, draft) {
    const { webhook, secret } = await db.write((tx) => addWebhook(tx, draft, { sealer, now }))
    return { ...webhookView(webhook), secret }
  },
  show: (webhook) => [
    `Webhook ${webhook.id} "${webhook.name}" is told of ${told(webhook)}. Its secret, shown this once:`,
    webhook.secret,
  ],
  help: listed('Events', events),
})

const list = listing({
  command: 'webhook list',
  route: 'GET /webhooks',
  summary: 'list all webhooks',
  plural: 'webhooks',
  row: WebhookView,
  filters: Type.Object({
    state: Type.Optional(choice(['active', 'disabled'], { description: 'Only those in this state.' })),
  }),
  sorts: ['id', 'name', 'created_at'],
  async page({ db }, { state }, wanted) {
    const { rows, next } = await pageWebhooks(db.read, { active: state && Number(state === 'active') }, wanted)
    return { rows: rows.map(webhookView), next }
  },
  columns: {
    ID: (webhook) => String(webhook.id),
    NAME: (webhook) => webhook.name,
    STATE: (webhook) => stateOf(webhook),
    URL: (webhook) => webhook.url,
    EVENTS: (webhook) => told(webhook),
  },
  freeText: ['EVENTS'],
  none: 'There is no webhook yet: latchkey webhook add --name "my shop" --url https://… --events all',
})

const show = operation({
  command: 'webhook show',
  route: 'GET /webhooks/:id',
  role: 'viewer',
  summary: 'show a webhook, without its secret',
  input: Type.Object({ id }),
  output: WebhookView,
  run: async ({ db }, { id }) => webhookView(await requireWebhook(db.read, id)),
  show: facts,
})

const edit = operation({
  command: 'webhook edit',
  route: 'PATCH /webhooks/:id',
  role: 'operator',
  proof: 'session',
  summary: 'change the name, address or events of a webhook; fields you leave out keep their values',
  input: Type.Object({
    id,
    name: Type.Optional(name),
    url: Type.Optional(url),
    events: Type.Optional(wantedEvents),
  }),
  output: WebhookView,
  async run({ db, now }, { id, ...changes }) {
    if (!Object.keys(changes).length)
      throw new OperatorError(
        message`say what to change: ${fieldRef('name')}, ${fieldRef('url')} or ${fieldRef('events')}`,
        'invalid_input',
      )
    return webhookView(await db.write((tx) => editWebhook(tx, id, changes, now)))
  },
  show: (webhook) => [`Webhook ${webhook.id} is changed.`, ...facts(webhook)],
  help: listed('Events', events),
})

const turn = <const Word extends 'enable' | 'disable'>(word: Word, isActive: boolean, summary: string) =>
  operation({
    command: `webhook ${word}`,
    route: `POST /webhooks/:id/${word}` as const,
    role: 'operator',
    summary,
    input: Type.Object({ id }),
    output: WebhookView,
    run: async ({ db, now }, { id }) =>
      webhookView(await db.write((tx) => setWebhookActive(tx, id, { isActive, now }))),
    show: (webhook) => [`Webhook ${webhook.id} "${webhook.name}" is ${stateOf(webhook)}.`],
  })

const rotate = operation({
  command: 'webhook rotate-secret',
  route: 'POST /webhooks/:id/rotate-secret',
  role: 'operator',
  proof: 'session',
  summary: 'give a webhook a new secret, in use from now on, and print it; it cannot be shown again',
  input: Type.Object({ id }),
  output: WebhookWithSecretView,
  loses: async ({ id }, { db }) => {
    const { name } = await requireWebhook(db.read, id)
    return `Receivers that know the present secret of webhook ${id} "${name}" reject every message from now on.`
  },
  async run({ db, sealer, now }, { id }) {
    const { webhook, secret } = await db.write((tx) => rotateSecret(tx, id, { sealer, now }))
    return { ...webhookView(webhook), secret }
  },
  show: ({ id, name, secret }) => [`Webhook ${id} "${name}" has a new secret, shown this once:`, secret],
})

const remove = operation({
  command: 'webhook delete',
  route: 'DELETE /webhooks/:id',
  role: 'operator',
  summary: 'delete a webhook with its deliveries',
  input: Type.Object({ id }),
  output: WebhookView,
  loses: async ({ id }, { db }) => {
    const { name } = await requireWebhook(db.read, id)
    return `Webhook ${id} "${name}", the list of what it was sent and what still waits for it are gone then.`
  },
  run: async ({ db, now }, { id }) => webhookView(await db.write((tx) => deleteWebhook(tx, id, now))),
  show: ({ id, name }) => [`Webhook ${id} "${name}" is deleted.`],
})

const test = operation({
  command: 'webhook test',
  route: 'POST /webhooks/:id/test',
  role: 'operator',
  summary: 'send a webhook the test message webhook.ping',
  input: Type.Object({ id }),
  output: Type.Object({ delivery_id: Type.Integer() }),
  run: async ({ db, now }, { id }) => ({ delivery_id: await db.write((tx) => pingWebhook(tx, id, now)) }),
  show: ({ delivery_id }) => [
    `It is sent as delivery ${delivery_id}; "latchkey webhook deliveries" shows how it goes.`,
  ],
})

export const webhooks = {
  name: 'webhook',
  about: 'webhooks, which notify your own servers of events',
  operations: [
    add,
    list,
    show,
    edit,
    turn('disable', false, 'disable a webhook; waiting messages fail, and can be replayed later'),
    turn('enable', true, 'enable a webhook again'),
    rotate,
    remove,
    deliveries,
    replay,
    test,
    health,
    webhookEvents,
  ].map(byName(resolveWebhook, 'id', 'webhook', 'webhook_id')),
} as const satisfies Subject

const told = (webhook: { events: string[] }) =>
  webhook.events.length === events.length ? 'every event' : webhook.events.join(', ')

const stateOf = ({ active, gone_at }: { active: boolean; gone_at: string | null }) =>
  active ? 'active' : gone_at ? `disabled: answered 410 on ${gone_at.slice(0, 10)}` : 'disabled'

import { type Command, Option } from 'commander'
import type { Delivery, DeliveryAttempt, Webhook } from '../../db/schema/work'
import { Sorry } from '../kernel/sorry'
import { minute, table } from '../operations/lines'
import { events } from '../webhooks/events'
import { addWebhook, replayDelivery, replayRange, setWebhookActive } from '../webhooks/service'
import { listAttempts, listDeliveries, listWebhooks } from '../webhooks/store'
import { parseDate, splitList, wholeNumber } from './arguments'
import { inHouse, withSettings } from './house-command'
import { type Io, listed, report } from './io'

const states = ['pending', 'success', 'failed'] satisfies Delivery['state'][]

/** `latchkey webhook add | list | disable | enable | deliveries | replay` */
export function webhookCommand(program: Command, io: Io) {
  const webhook = program.command('webhook').description('addresses that are told what happens')

  withSettings(webhook.command('add'), ['data_dir'])
    .description('tell an address of events from now on, and print the secret it checks them with, this once')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--url <url>', 'where the events are posted')
    .requiredOption(
      '--events <list>',
      'events, separated by commas: license.created,license.expired; or all',
      splitList,
      [],
    )
    .option('--json', 'print id, uuid and secret as JSON')
    .addHelpText('after', listed('Events', events))
    .action((options) =>
      inHouse(options, io, async ({ db, sealer, clock }) => {
        const { name, url, events: wanted } = options
        const { webhook, secret } = await db.write((tx) =>
          addWebhook(tx, { name, url, events: wanted }, { sealer, now: clock() }),
        )
        report(io, options, { ...asJson(webhook), secret }, [
          `Webhook ${webhook.id} "${webhook.name}" is told of ${told(webhook)}. Its secret, shown this once:`,
          secret,
        ])
      }),
    )

  withSettings(webhook.command('list'), ['data_dir'])
    .description('every webhook')
    .option('--json', 'print them as JSON')
    .action((options) =>
      inHouse(options, io, async ({ db }) => {
        const webhooks = await listWebhooks(db.read)
        const none = 'There is no webhook yet: latchkey webhook add --name "my shop" --url https://… --events all'
        const lines = table(['ID', 'NAME', 'STATE', 'URL', 'EVENTS'], webhooks.map(asRow), none)
        report(io, options, { webhooks: webhooks.map(asJson) }, lines)
      }),
    )

  const onOff = (name: string, isActive: boolean, description: string) =>
    withSettings(webhook.command(name), ['data_dir'])
      .description(description)
      .argument('<id>', 'its id, as "webhook list" shows it', wholeNumber(1))
      .option('--json', 'print the webhook as JSON')
      .action((id, options) =>
        inHouse(options, io, async ({ db, clock }) => {
          const changed = await db.write((tx) => setWebhookActive(tx, id, { isActive, now: clock() }))
          report(io, options, asJson(changed), [`Webhook ${id} "${changed.name}" is ${stateOf(changed)}.`])
        }),
      )
  onOff('disable', false, 'tell it nothing more; what still waits for it fails, and can be replayed later')
  onOff('enable', true, 'tell it of events again, from now on')

  withSettings(webhook.command('deliveries'), ['data_dir'])
    .description('the latest deliveries and how they went, orders and callbacks too')
    .argument('[webhook-id]', 'only those of this webhook', wholeNumber(1))
    .addOption(new Option('--state <state>', 'only those in this state').choices(states))
    .option('--limit <n>', 'how many at most', wholeNumber(1), 50)
    .option('--json', 'print them as JSON, each attempt with its answer')
    .action((webhookId, options) =>
      inHouse(options, io, async ({ db }) => {
        const { state, limit } = options
        const deliveries = await listDeliveries(db.read, { webhookId, state }, limit)
        const attempts = await listAttempts(
          db.read,
          deliveries.map(({ id }) => id),
        )
        const rows = deliveries.map((delivery) => ({
          delivery,
          attempts: attempts.filter(({ deliveryId }) => deliveryId === delivery.id),
        }))
        const headings = ['ID', 'MADE', 'EVENT', 'STATE', 'ATTEMPTS', 'TO', 'LAST ANSWER']
        const lines = table(headings, rows.map(deliveryRow), 'There is no such delivery.')
        report(io, options, { deliveries: rows.map(deliveryJson) }, lines)
      }),
    )

  withSettings(webhook.command('replay'), ['data_dir'])
    .description('send a delivery again, or all that a webhook was sent from one moment until another')
    .argument('[delivery-id]', 'its id, as "webhook deliveries" shows it', wholeNumber(1))
    .option('--webhook <id>', 'the webhook whose deliveries are sent again', wholeNumber(1))
    .option('--from <date>', 'the first moment: 2030-01-31 or 2030-01-31T12:00:00Z', parseDate)
    .option('--to <date>', 'the moment before which it ends', parseDate)
    .option('--json', 'print how many were replayed as JSON')
    .action((deliveryId, options) =>
      inHouse(options, io, async ({ db, clock }) => {
        const { webhook: webhookId, from, to } = options
        const isRange = webhookId !== undefined && from !== undefined && to !== undefined
        const isOne = deliveryId !== undefined && webhookId === undefined && !from && !to
        if (isOne) {
          const id = await db.write((tx) => replayDelivery(tx, deliveryId, clock()))
          report(io, options, { replayed: 1, delivery_id: id }, [`Delivery ${deliveryId} is sent again, as ${id}.`])
        } else if (isRange && deliveryId === undefined) {
          const replayed = await replayRange(db, { webhookId, from, to }, clock())
          report(io, options, { replayed }, [
            `${replayed} ${replayed === 1 ? 'message is' : 'messages are'} sent again.`,
          ])
        } else throw new Sorry('give the id of a delivery, or all of --webhook, --from and --to', 'usage')
      }),
    )
}

const told = (webhook: Webhook) => (webhook.events.length === events.length ? 'every event' : webhook.events.join(', '))

const stateOf = ({ active }: Webhook) => (active ? 'active' : 'disabled')

const asJson = (webhook: Webhook) => ({
  id: webhook.id,
  uuid: webhook.uuid,
  name: webhook.name,
  url: webhook.url,
  events: webhook.events,
  active: webhook.active === 1,
  created_at: webhook.createdAt.toISOString(),
})

const asRow = (webhook: Webhook) => [String(webhook.id), webhook.name, stateOf(webhook), webhook.url, told(webhook)]

interface Tried {
  delivery: Delivery
  attempts: DeliveryAttempt[]
}

const deliveryJson = ({ delivery, attempts }: Tried) => ({
  id: delivery.id,
  message_id: delivery.messageId,
  kind: delivery.kind,
  webhook_id: delivery.webhookId,
  event: delivery.event,
  url: delivery.url,
  state: delivery.state,
  created_at: delivery.createdAt.toISOString(),
  attempts: attempts.map(({ attempt, at, status, durationMs, responseBody, error }) => ({
    attempt,
    at: at.toISOString(),
    status,
    duration_ms: durationMs,
    response_body: responseBody,
    error,
  })),
})

function deliveryRow({ delivery, attempts }: Tried) {
  const last = attempts.at(-1)
  return [
    String(delivery.id),
    minute(delivery.createdAt),
    delivery.event,
    delivery.state,
    String(attempts.length),
    delivery.webhookId === null ? delivery.url : `webhook ${delivery.webhookId}`,
    last ? (last.error ?? String(last.status)) : '–',
  ]
}

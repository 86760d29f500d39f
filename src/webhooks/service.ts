import { randomUUID } from 'node:crypto'
import type { Static } from '@sinclair/typebox'
import type { Delivery, Job, Webhook } from '../../db/schema/work'
import { record } from '../audit/record'
import type { Queryable } from '../database/connection'
import type { Db } from '../database/database'
import { deleteJob } from '../jobs/service'
import { randomToken } from '../kernel/secrets'
import { Sorry } from '../kernel/sorry'
import type { Sealer } from '../signing/sealing'
import { flawOfUrl } from './address'
import { type Event, events } from './events'
import { sealSecret } from './message'
import { deliver, send } from './outbox'
import {
  findDelivery,
  findLastDeliveryId,
  findWebhook,
  insertWebhook,
  listSent,
  updateDelivery,
  updateWebhook,
} from './store'

const longestUrl = 2048
const messagesPerWrite = 500

/** What an operator says of a new webhook. */
export interface WebhookDraft {
  name: string
  url: string
  /** Names of events; `all` for every one. */
  events: readonly string[]
}

/** Subscribes an address to events. The secret is returned this once; it is kept sealed. A faulty draft is a `Sorry`. */
export async function addWebhook(
  tx: Queryable,
  draft: WebhookDraft,
  { sealer, now }: { sealer: Sealer; now: Date },
): Promise<{ webhook: Webhook; secret: string }> {
  requireSound(draft)
  const secret = randomToken('whsec')
  const webhook = await insertWebhook(tx, {
    uuid: randomUUID(),
    name: draft.name,
    url: draft.url,
    events: draft.events.includes('all') ? [...events] : [...new Set(draft.events)],
    sealedSecret: sealSecret(secret, sealer),
    active: 1,
    createdAt: now,
  })
  await record(tx, { verb: 'webhook.added', id: webhook.id, after: webhook }, now)
  return { webhook, secret }
}

/** Disabled, a webhook is told nothing new, and what still waits for it fails unsent. */
export async function setWebhookActive(
  tx: Queryable,
  id: number,
  { isActive, now }: { isActive: boolean; now: Date },
): Promise<Webhook> {
  const webhook = await updateWebhook(tx, id, { active: isActive ? 1 : 0 })
  if (!webhook) throw unknownWebhook(id)
  await record(tx, { verb: isActive ? 'webhook.enabled' : 'webhook.disabled', id }, now)
  return webhook
}

/**
 * Sends a delivery again: a new delivery with the same message id, since it is the same message. A receiver that has it
 * already can tell, one that lost it takes it as new. An event goes where its webhook points now. Returns the new delivery's id.
 */
export async function replayDelivery(tx: Queryable, id: number, now: Date): Promise<number> {
  const delivery = await findDelivery(tx, id)
  if (!delivery) throw new Sorry(`there is no delivery ${id}: see "latchkey webhook deliveries"`, 'missing')
  const webhook = delivery.webhookId === null ? undefined : await requireActive(tx, delivery.webhookId)
  const [sent] = await send(tx, [again(delivery, webhook)], now)
  await record(tx, { verb: 'delivery.replayed', id, after: { as: sent } }, now)
  return sent!
}

export interface Range {
  webhookId: number
  from: Date
  to: Date
}

/** Sends again what a webhook was sent in a range of time: each message once, in its order. Returns how many. */
export async function replayRange(db: Db, range: Range, now: Date): Promise<number> {
  const replayed = new Set<string>()
  // Replays are deliveries too, and must not be replayed in their turn.
  const last = await findLastDeliveryId(db.read)
  for (let after = 0; ; ) {
    const page = await db.write(async (tx) => {
      const webhook = await requireActive(tx, range.webhookId)
      const sent = await listSent(tx, range, { after, last }, messagesPerWrite)
      const fresh = sent.filter(({ messageId }) => !replayed.has(messageId) && replayed.add(messageId))
      await send(
        tx,
        fresh.map((delivery) => again(delivery, webhook)),
        now,
      )
      for (const { id } of fresh) await record(tx, { verb: 'delivery.replayed', id }, now)
      return sent
    })
    if (page.length < messagesPerWrite) return replayed.size
    after = page.at(-1)!.id
  }
}

/** Deletes a job of any kind; a delivery that still waited for it has failed. */
export async function abandonJob(tx: Queryable, id: number, now: Date): Promise<Job> {
  const job = await deleteJob(tx, id, now)
  if (job.kind === deliver.name) {
    const { deliveryId } = job.payload as Static<typeof deliver.payload>
    const delivery = await findDelivery(tx, deliveryId)
    if (delivery?.state === 'pending') await updateDelivery(tx, deliveryId, { state: 'failed' })
  }
  return job
}

const again = ({ kind, event, url, content, messageId, webhookId }: Delivery, webhook: Webhook | undefined) => ({
  kind,
  event,
  url: webhook?.url ?? url,
  content,
  messageId,
  webhookId,
})

async function requireActive(tx: Queryable, id: number) {
  const webhook = await findWebhook(tx, id)
  if (!webhook) throw unknownWebhook(id)
  if (!webhook.active) throw new Sorry(`webhook ${id} is disabled: run "latchkey webhook enable ${id}" first`)
  return webhook
}

const unknownWebhook = (id: number) => new Sorry(`there is no webhook ${id}: see "latchkey webhook list"`, 'missing')

function requireSound({ name, url, events: wanted }: WebhookDraft) {
  if (!name.trim())
    throw new Sorry('the name is empty: say what the webhook is for, for example --name "my shop"', 'usage')
  const flaw = URL.canParse(url) && url.length <= longestUrl ? flawOfUrl(new URL(url)) : 'this is no URL'
  if (flaw) throw new Sorry(`${flaw}: give one like https://shop.example.com/latchkey with --url`, 'usage')
  const isKnown = (event: string) => event === 'all' || events.includes(event as Event)
  const unknown = wanted.find((event) => !isKnown(event))
  if (unknown !== undefined)
    throw new Sorry(`"${unknown}" is no event; there are ${events.join(', ')}, or all`, 'usage')
  if (!wanted.length)
    throw new Sorry('say which events it is told of: --events license.created,license.expired', 'usage')
}

import type { Static } from '@sinclair/typebox'
import type { Delivery, Job, Webhook } from '../../db/schema/work'
import { mask, record } from '../audit/record'
import type { Queryable, Tx } from '../database/connection'
import type { Db } from '../database/database'
import { deleteJob } from '../jobs/service'
import { message, remedy } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import type { Seal } from '../signing/seal'
import { bodyOf, headersOf } from './message'
import { deliver, send } from './outbox'
import { requireActive } from './service'
import { countMessages, findDelivery, findLastDeliveryId, listAttempts, listSent, updateDelivery } from './store'
import { attemptView, type DeliveryMessageView, deliveryView } from './view'

export { listAttempts, pageDeliveries } from './store'

const messagesPerWrite = 500

/**
 * Sends a delivery again, as a new delivery with the same message id: a receiver that has it recognises the duplicate,
 * one that lost it takes it as new. An event goes to its webhook's current address. Returns the new delivery's id.
 */
export async function replayDelivery(tx: Tx, id: number, now: Date): Promise<number> {
  const delivery = await requireDelivery(tx, id)
  const webhook = delivery.webhookId === null ? undefined : await requireActive(tx, delivery.webhookId)
  const [sent] = await send(tx, [again(delivery, webhook)], now)
  await record(tx, { verb: 'delivery.replayed', id, after: { as: sent } }, now)
  return sent!
}

/** A delivery with its message, as it was sent and answered. Throws an `OperatorError` if there is none. */
export async function describeDelivery(
  { db, seal }: { db: Db; seal: Seal },
  id: number,
): Promise<Static<typeof DeliveryMessageView>> {
  const delivery = await requireDelivery(db.read, id)
  const attempts = await listAttempts(db.read, [id])
  const signed = delivery.kind === 'event' ? { 'x-webhook-signature': mask } : {}
  return {
    ...deliveryView(delivery, []),
    body: await bodyOf(delivery, seal, delivery.createdAt),
    attempts: attempts.map((made) => ({
      ...attemptView(made),
      request_headers: { ...headersOf(delivery.messageId, made.attempt, made.at), ...signed },
      response_headers: made.responseHeaders,
    })),
  }
}

async function requireDelivery(db: Queryable, id: number): Promise<Delivery> {
  const delivery = await findDelivery(db, id)
  if (delivery) return delivery
  throw new OperatorError(message`there is no delivery ${id}: see ${remedy('webhook deliveries')}`, 'not_found')
}

/** Whether a delivery could be sent again now; throws an `OperatorError` if not. */
export async function requireReplayable(db: Queryable, id: number) {
  const { webhookId } = await requireDelivery(db, id)
  if (webhookId !== null) await requireActive(db, webhookId)
}

export interface ReplayRange {
  webhookId: number
  from: Date
  to: Date
  states?: Delivery['state'][] | undefined
  events?: string[] | undefined
}

/** How many messages `replayRange` would send again now. */
export async function countReplayable(db: Queryable, range: ReplayRange): Promise<number> {
  await requireActive(db, range.webhookId)
  return countMessages(db, range)
}

/** Sends again what a webhook was sent in a range of time: each message once, in order. Returns how many. */
export async function replayRange(db: Db, range: ReplayRange, now: Date): Promise<number> {
  const replayed = new Set<string>()
  // Replays are deliveries too and must not be replayed in turn.
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

/** Deletes a job of any kind; a delivery still waiting for it fails. */
export async function abandonJob(tx: Tx, id: number, now: Date): Promise<Job> {
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

import type { Static } from '@sinclair/typebox'
import type { Delivery, Webhook } from '../../db/schema/work'
import type { Tx } from '../database/connection'
import type { Db } from '../database/database'
import type { Conclusion, Run } from '../jobs/job'
import type { Seal } from '../signing/seal'
import type { Sealer } from '../signing/sealing'
import { bodyOf, headersOf, openSecret, signatureOf } from './message'
import type { deliver } from './outbox'
import { type Exchange, post, type Way } from './post'
import type { ReceiverLimit } from './receiver-limit'
import { disableGone } from './service'
import { findDelivery, findWebhook, insertAttempt, noteFailure, noteSuccess, updateDelivery } from './store'

/** The dependencies of deliveries. */
export interface Sender extends Way {
  db: Db
  seal: Seal
  sealer: Sealer
  turns: ReceiverLimit
}

/** With 410 the receiver refuses all future deliveries. */
const gone = 410

/** Attempts a delivery. The attempt's result is recorded in the write that ends the job. */
export async function attemptDelivery(
  sender: Sender,
  { deliveryId }: Static<typeof deliver.payload>,
  run: Run,
): Promise<Conclusion> {
  const delivery = await findDelivery(sender.db.read, deliveryId)
  if (!delivery) return {}
  const webhook = delivery.webhookId === null ? undefined : await findWebhook(sender.db.read, delivery.webhookId)
  if (webhook && !webhook.active) {
    return { write: (tx) => recordAttempt(tx, deliveryId, 'failed', unsent(new Error('the webhook is disabled')), run) }
  }
  const turn = sender.turns.take(receiverOf(delivery), run.now)
  if ('comeBackAt' in turn) return { postponedTo: turn.comeBackAt }
  try {
    const exchange = await sendOnce(sender, delivery, webhook, run).catch(unsent)
    if (exchange.status === gone) {
      return {
        async write(tx) {
          await recordAttempt(tx, deliveryId, 'failed', exchange, run)
          if (webhook) await noteFailure(tx, webhook.id, run.now)
          if (webhook) await disableGone(tx, webhook, run.now)
        },
      }
    }
    const state = exchange.error === null ? 'success' : run.isLast ? 'failed' : 'pending'
    return {
      async write(tx) {
        await recordAttempt(tx, deliveryId, state, exchange, run)
        if (webhook) await (exchange.error === null ? noteSuccess : noteFailure)(tx, webhook.id, run.now)
      },
      ...(exchange.error !== null && { error: exchange.error }),
    }
  } finally {
    turn.over()
  }
}

async function sendOnce(
  { seal, sealer, guard, authorities }: Sender,
  delivery: Delivery,
  webhook: Webhook | undefined,
  { attempt, now }: Run,
) {
  const body = await bodyOf(delivery, seal, now)
  const headers = headersOf(delivery.messageId, attempt, now)
  if (webhook) headers['x-webhook-signature'] = signatureOf(headers, body, openSecret(webhook, sealer))
  return post(delivery.url, body, headers, { guard, authorities })
}

/** An attempt that failed before anything was sent. */
const unsent = (fault: Error): Exchange => ({
  status: null,
  durationMs: 0,
  answer: '',
  headers: null,
  error: fault.message,
})

async function recordAttempt(
  tx: Tx,
  deliveryId: number,
  state: Delivery['state'],
  { status, durationMs, answer, headers, error }: Exchange,
  { attempt, now }: Run,
) {
  const received = { status, responseHeaders: headers, responseBody: answer }
  await insertAttempt(tx, { deliveryId, attempt, at: now, durationMs, error, ...received })
  await updateDelivery(tx, deliveryId, { state })
}

/** Deliveries to the same host share its limit. */
const receiverOf = ({ url }: Delivery) => (URL.canParse(url) ? new URL(url).host : url)

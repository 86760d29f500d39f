import { createHmac } from 'node:crypto'
import type { Delivery, Webhook } from '../../db/schema/work'
import { version } from '../../package.json'
import { fromStored } from '../kernel/outcome'
import { phpJson } from '../kernel/php-json'
import type { Seal } from '../signing/seal'
import type { Sealer } from '../signing/sealing'
import type { CallbackContent, EventContent, OrderContent } from './outbox'

/**
 * The body of a delivery, the same at every attempt. An order's is what WooCommerce plugins read (CONTRACT §5); a
 * callback's is the device and the signed answer a client would have got for "400" (`license_deactivated`, CONTRACT
 * §2).
 */
export async function bodyOf({ kind, content, webhookId }: Delivery, seal: Seal, now: Date): Promise<string> {
  if (kind === 'event') {
    const { event, payload } = content as EventContent
    return JSON.stringify({ event, payload, webhook_id: webhookId })
  }
  const { outcome } = content as OrderContent
  const envelope = await seal(fromStored(outcome), now)
  if (kind === 'order') return `{"headers":{},"original":${envelope},"exception":null}`
  const { licenseKey, identifier } = content as CallbackContent
  const device = phpJson({ license_key: licenseKey, identifier })
  return `${device.slice(0, -1)},${envelope.slice(1)}`
}

/** The headers of one attempt; all attempts and replays of a message share its id. */
export function headersOf(messageId: string, attempt: number, now: Date): Record<string, string> {
  return {
    'content-type': 'application/json',
    accept: '*/*',
    'user-agent': `Latchkey/${version}`,
    'x-webhook-id': messageId,
    'x-webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'x-webhook-attempt': String(attempt),
  }
}

/** `X-Webhook-Signature`: hex HMAC-SHA256 over id, timestamp and body, joined by dots, under the webhook's secret. */
export const signatureOf = (headers: Record<string, string>, body: string, secret: string) =>
  createHmac('sha256', secret)
    .update(`${headers['x-webhook-id']}.${headers['x-webhook-timestamp']}.${body}`)
    .digest('hex')

type Sealed = Pick<Webhook, 'uuid' | 'sealedSecret'>

/** The purpose a webhook's secret is sealed for. */
export const purposeOfSecret = ({ uuid }: Pick<Webhook, 'uuid'>) => `webhooks.sealed_secret ${uuid}`

/** Seals a webhook's secret for storage, and opens it. */
export const sealSecret = (secret: string, webhook: Pick<Webhook, 'uuid'>, sealer: Sealer) =>
  sealer.seal(Buffer.from(secret), purposeOfSecret(webhook)).toString('base64')
export const openSecret = (webhook: Sealed, sealer: Sealer) =>
  sealer.open(Buffer.from(webhook.sealedSecret, 'base64'), purposeOfSecret(webhook)).toString()

// What the webhooks page tells receivers to do, word for word.
import { createHmac, timingSafeEqual } from 'node:crypto'

const fiveMinutes = 5 * 60

/** Whether a request comes from your Latchkey, unaltered and just now. `body` is its text as it arrived. */
export function isGenuine(headers: Headers, body: string, secret: string, now = Date.now() / 1000): boolean {
  const id = headers.get('x-webhook-id') ?? ''
  const timestamp = headers.get('x-webhook-timestamp') ?? ''
  const given = Buffer.from(headers.get('x-webhook-signature') ?? '', 'hex')
  const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest()
  const isRecent = Math.abs(now - Number(timestamp)) <= fiveMinutes
  return isRecent && given.length === expected.length && timingSafeEqual(given, expected)
}

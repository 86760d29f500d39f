import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { events } from '../../src/webhooks/events'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { type Receiver, receive } from '../support/receiver'
import { makeLicense, makeProduct } from '../support/stock'
import { until } from '../support/wait'
import { subscribe } from '../support/webhooks'

setDefaultTimeout(60_000)

let installation: TestInstallation
let viewer: Operator
let operator: Operator
let receiver: Receiver
/** What the receiver answers. */
let status = 200
beforeAll(async () => {
  installation = await startInstallation({ allow_private_webhooks: 'on' })
  viewer = await makeOperator(installation, 'viewer')
  operator = await makeOperator(installation, 'operator')
  receiver = receive(
    () => new Response('thank you', { status, headers: { 'set-cookie': 'id=SECRET-COOKIE', 'x-trace': 'abc' } }),
  )
})
afterAll(async () => {
  await installation.close()
  await receiver.close()
})

const say = async (...args: string[]) => (await installation.cli('webhook', ...args, '--json')).json
const healthOf = async (id: number) => {
  const { body } = await viewer.tell('GET /webhook-health')
  return body.webhooks.find((webhook: { id: number }) => webhook.id === id)
}

/** A webhook that was pinged, and the delivery once it was attempted. */
async function pinged(id: number) {
  const { delivery_id } = (await operator.tell(`POST /webhooks/${id}/test`)).body
  return until('an attempt', async () => {
    const { body } = await viewer.tell(`GET /deliveries/${delivery_id}`)
    return body.attempts.length > 0 && body
  })
}

describe('a delivery', () => {
  test('is shown as it went and as it was answered, with secrets masked', async () => {
    const { id, secret } = await subscribe(installation, receiver.url, 'contract.suspended')
    const shown = await pinged(id)
    const message = receiver.messages.at(-1)!
    expect(shown.body).toBe(message.text)
    const [attempt] = shown.attempts
    const { 'x-webhook-signature': signature, ...sent } = attempt.request_headers
    expect(signature).toBe('•••')
    expect(message.headers).toMatchObject(sent)
    expect(Object.keys(sent)).toContain('x-webhook-timestamp')
    expect(attempt.response_headers).toMatchObject({ 'x-trace': 'abc', 'set-cookie': '•••' })
    expect(attempt).toMatchObject({ status: 200, response_body: 'thank you', error: null })
    expect(JSON.stringify(shown)).not.toMatch(new RegExp(`${secret}|SECRET-COOKIE`))
    expect(await say('delivery', 'show', String(shown.id))).toEqual(shown)
    const { out } = await installation.cli('webhook', 'delivery', 'show', String(shown.id))
    expect(out).toContain('"event":"webhook.ping"')
    expect(out).toContain('< x-trace: abc')
    expect((await viewer.tell('GET /deliveries/99999')).status).toBe(404)
  })

  test('of an order is shown with the answer that the shop got', async () => {
    const product_id = await makeProduct(installation)
    await makeLicense(installation, { product_id, status: 'available', license_key: 'ORDERED' })
    const order = { product_id, quantity: 1, owner_name: 'Ada', owner_email: 'ada@example.com' }
    const heard = receiver.messages.length
    await installation.ask('POST /api/v1/random-assign-license-keys-queued', {
      ...order,
      identifier: 'order 7',
      webhook_url: receiver.url,
    })
    const message = await until('the order', () => receiver.messages[heard])
    const { body } = await viewer.tell('GET /deliveries', { event: 'order.finished' })
    expect((await viewer.tell(`GET /deliveries/${body.deliveries[0].id}`)).body.body).toBe(message.text)
  })
})

describe('the health of a webhook', () => {
  test('says when it last worked, how often it has failed since, and what waits', async () => {
    const { id } = await subscribe(installation, receiver.url, 'product.created')
    expect(await healthOf(id)).toMatchObject({ state: 'unused', last_success_at: null, backlog: 0 })
    await pinged(id)
    const well = await healthOf(id)
    expect(well).toMatchObject({ state: 'healthy', failures_in_row: 0, backlog: 0, last_failure_at: null })
    status = 500
    await pinged(id)
    await operator.tell(`POST /webhooks/${id}/test`)
    const ill = await until('a failure', async () => {
      const health = await healthOf(id)
      return health.failures_in_row > 0 && health
    })
    expect(ill).toMatchObject({
      state: 'failing',
      failures_in_row: 1,
      backlog: 2,
      last_success_at: well.last_success_at,
      last_error: 'the receiver answered 500',
    })
    expect(ill.next_attempt_at > ill.last_failure_at).toBe(true)
    expect(ill.oldest_waiting_at <= ill.last_failure_at).toBe(true)
    expect((await installation.cli('webhook', 'health')).out).toMatch(/failing .* 1 +2 .*answered 500/)
    status = 200
    const { body } = await viewer.tell('GET /jobs', { state: 'queued', kind: 'deliver', sort: 'id' })
    await operator.tell('POST /jobs/retry', { id: body.jobs[0].id })
    await until('health', async () => (await healthOf(id)).state === 'healthy')
    await operator.tell(`POST /webhooks/${id}/disable`)
    expect(await healthOf(id)).toMatchObject({ state: 'disabled', failures_in_row: 0 })
  })
})

describe('a replay', () => {
  const range = { from: '1d', to: '2100-01-01' }

  test('of a range takes only the states and events asked for, and a dry run only counts', async () => {
    const { id } = await subscribe(installation, receiver.url, 'product.created,product.deleted')
    const product_id = await makeProduct(installation)
    await makeProduct(installation)
    await installation.ask('POST /api/v1/delete-product', { product_id })
    await until('all three', async () => {
      const { body } = await viewer.tell('GET /deliveries', { webhook_id: id, state: 'success' })
      return body.deliveries.length === 3
    })
    const replay = async (fields: Record<string, unknown>) =>
      (await operator.tell('POST /deliveries/replay', { webhook: id, ...range, ...fields })).body
    const heard = receiver.messages.length
    expect(await replay({ dry_run: true })).toEqual({ replayed: 3, dry_run: true })
    expect(await replay({ dry_run: true, state: ['failed'] })).toEqual({ replayed: 0, dry_run: true })
    expect(await replay({ event: ['product.deleted'] })).toEqual({ replayed: 1, dry_run: false })
    const message = await until('the replay', () => receiver.messages[heard])
    expect(message.json.event).toBe('product.deleted')
    expect(await replay({ dry_run: true })).toEqual({ replayed: 3, dry_run: true })
    const dry = ['replay', '--webhook', String(id), '--from', '1d', '--to', '2100-01-01', '--dry-run']
    expect((await installation.cli('webhook', ...dry)).out).toBe('3 messages would be sent again.\n')
    await operator.tell(`POST /webhooks/${id}/disable`)
    expect((await operator.tell('POST /deliveries/replay', { webhook: id, ...range, dry_run: true })).status).toBe(409)
  })

  test('of one delivery can be tried dry, too', async () => {
    const { id } = await subscribe(installation, receiver.url, 'contract.suspended')
    const { id: delivery_id } = await pinged(id)
    const heard = receiver.messages.length
    const { body } = await operator.tell('POST /deliveries/replay', { delivery_id, dry_run: true })
    expect(body).toEqual({ replayed: 1, dry_run: true })
    expect((await operator.tell('POST /deliveries/replay', { delivery_id: 99_999, dry_run: true })).status).toBe(404)
    await operator.tell('POST /deliveries/replay', { delivery_id })
    await until('the replay', () => receiver.messages.length === heard + 1)
    const narrowed = await operator.tell('POST /deliveries/replay', { delivery_id, state: ['failed'] })
    expect(narrowed.status).toBe(422)
  })
})

describe('the catalogue of events', () => {
  test('has every event, with an example whose fields are those of the real message', async () => {
    const mine = receive()
    await subscribe(installation, mine.url)
    const product_id = await makeProduct(installation)
    const key = await makeLicense(installation, { product_id, activation_limit: 1 })
    const device = { license_key: key, identifier: 'pc' }
    for (const identifier of ['pc', 'other']) {
      await installation.ask('POST /api/v1/activate', { ...device, identifier })
    }
    await installation.ask('POST /api/v1/deactivate', device)
    await installation.ask('POST /api/v1/send-telemetry-data', { product_id: 999_999, data_type: 'text', data: 'x' })
    const { body: contract } = await operator.tell('POST /contracts', {
      product: product_id,
      contract_name: 'c',
      license_keys_quantity: 3,
    })
    await operator.tell(`PATCH /contracts/${contract.id}`, { status: 'inactive' })
    await operator.tell(`DELETE /contracts/${contract.id}`)
    await operator.tell(`PATCH /products/${product_id}`, { name: 'New' })
    await operator.tell(`POST /licenses/${key}/block`)
    await operator.tell(`POST /licenses/${key}/revoke`)
    await operator.tell(`DELETE /licenses/${key}`)
    await operator.tell(`DELETE /products/${product_id}`)
    await until('the last', () => mine.messages.some(({ json }) => json.event === 'product.deleted'))
    await mine.close()

    const { body } = await viewer.tell('GET /webhook-events')
    const names = body.events.map(({ event }: { event: string }) => event)
    expect(names).toEqual([...events, 'webhook.ping'])
    const examples = new Map(body.events.map((each: { event: string; example: string }) => [each.event, each.example]))
    const heard = new Set<string>()
    for (const { json } of mine.messages) {
      heard.add(json.event)
      expect([json.event, shapeOf(JSON.parse(examples.get(json.event) as string))]).toEqual([json.event, shapeOf(json)])
    }
    expect(events.filter((event) => !heard.has(event))).toEqual(['license.expired'])
  })

  test('prints one example on request', async () => {
    const { out } = await installation.cli('webhook', 'events', 'license.created')
    expect(out).toContain('"license_key": "AAAA-1111-BBBB-2222"')
    expect(await installation.cli('webhook', 'events', 'license.eaten')).toMatchObject({ exitCode: 2, out: '' })
  })
})

/** The names of all fields, however deep. */
const shapeOf = (value: unknown): unknown =>
  value && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shapeOf(each)]))
    : '…'

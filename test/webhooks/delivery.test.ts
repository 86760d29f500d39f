import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { say } from '../../src/kernel/outcome'
import { responseProblemOf } from '../../src/signing/check'
import { postOrder } from '../../src/webhooks/outbox'
import { startInstallation, type TestInstallation } from '../support/installation'
import { closedPort, receive, receiveRaw } from '../support/receiver'
import { makeLicense, makeProduct } from '../support/stock'
import { until } from '../support/wait'
import { beside, delivered, deliveries, subscribe } from '../support/webhooks'
import { isGenuine } from './check-signature'

setDefaultTimeout(60_000)

const minuteMs = 60_000
let installation: TestInstallation
beforeEach(async () => {
  installation = await startInstallation({ allow_private_webhooks: 'on' })
})
afterEach(() => installation.close())

const order = (url: string, identifier = 'order-1') =>
  beside(installation, ({ db }) =>
    db.write((tx) =>
      postOrder(
        tx,
        { url, outcome: say('license_keys_assigned', { license_keys: [], identifier }).signedFor(1) },
        installation.now(),
      ),
    ),
  )

const publicKey = async () => (await installation.cli('key', 'show', '--json')).json.keys[0].public_key

describe('an order', () => {
  test('is posted in the shape shops read, signed, with the query of its URL, the same at every attempt', async () => {
    const receiver = receive((_, nth) => new Response('', { status: nth < 3 ? 500 : 200 }))
    await order(`${receiver.url}/?keevault-webhook=a%20b`)
    await until('the first', () => receiver.messages.length === 1)
    await delivered(installation, `${receiver.url}/?keevault-webhook=a%20b`, 'pending', 1)
    await installation.advance(2 * minuteMs)
    await until('the second', () => receiver.messages.length === 2)
    await delivered(installation, `${receiver.url}/?keevault-webhook=a%20b`, 'pending', 2)
    await installation.advance(6 * minuteMs)
    const { attempts } = await delivered(installation, `${receiver.url}/?keevault-webhook=a%20b`, 'success')
    expect(attempts.map(({ attempt, status, error }) => [attempt, status, error])).toEqual([
      [1, 500, 'the receiver answered 500'],
      [2, 500, 'the receiver answered 500'],
      [3, 200, null],
    ])
    const [first, second, third] = receiver.messages as [(typeof receiver.messages)[0], ...typeof receiver.messages]
    expect(first).toMatchObject({ method: 'POST', url: '/?keevault-webhook=a%20b' })
    expect(Object.keys(first!.json)).toEqual(['headers', 'original', 'exception'])
    expect(first!.json).toMatchObject({ headers: {}, exception: null })
    expect(first!.json.original.response).toMatchObject({ code: 803, license_keys: [], identifier: 'order-1' })
    const envelope = first!.text.slice('{"headers":{},"original":'.length, -',"exception":null}'.length)
    expect(responseProblemOf(envelope, await publicKey())).toBeUndefined()
    expect(second!.text).toBe(first!.text)
    expect(third!.text).toBe(first!.text)
    const ids = receiver.messages.map(({ headers }) => headers['x-webhook-id'])
    expect(new Set(ids).size).toBe(1)
    expect(receiver.messages.map(({ headers }) => headers['x-webhook-attempt'])).toEqual(['1', '2', '3'])
    expect(first!.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^Latchkey\/\d/),
      'x-webhook-timestamp': expect.stringMatching(/^\d{10}$/),
    })
    expect(first!.headers).not.toHaveProperty('x-webhook-signature')
    await receiver.close()
  })

  test('is tried at once and after 1, 5, 15 and 60 minutes, then has failed, and can be retried or replayed', async () => {
    let status = 503
    const receiver = receive(() => new Response('busy', { status }))
    await order(receiver.url)
    for (const [i, minutes] of [1, 5, 15, 60].entries()) {
      await delivered(installation, receiver.url, 'pending', i + 1)
      const { json } = await installation.cli('job', 'list', '--state', 'queued', '--json')
      const job = json.jobs.find(({ kind }: { kind: string }) => kind === 'deliver')
      const [delivery] = await deliveries(installation)
      const waitMs = Date.parse(job.run_at) - Date.parse(delivery!.attempts.at(-1)!.at)
      expect(waitMs).toBeGreaterThanOrEqual(minutes * minuteMs)
      expect(waitMs).toBeLessThan(minutes * minuteMs * 1.1 + 5_000)
      await installation.advance(minutes * minuteMs * 1.1)
    }
    const failed = await delivered(installation, receiver.url, 'failed', 5)
    expect(failed.attempts.every((attempt) => attempt.response_body === 'busy')).toBe(true)
    const { json } = await installation.cli('job', 'list', '--state', 'dead', '--json')
    expect(json.jobs).toMatchObject([{ kind: 'deliver', attempts: 5, last_error: 'the receiver answered 503' }])

    status = 200
    const replay = await installation.cli('webhook', 'replay', String(failed.id), '--json')
    expect(replay.json.replayed).toBe(1)
    await until('the replay', () => receiver.messages.length === 6)
    const { json: retried } = await installation.cli('job', 'retry', String(json.jobs[0].id), '--json')
    expect(retried).toMatchObject({ state: 'queued', attempts: 0 })
    await until('both to succeed', async () =>
      (await deliveries(installation)).every(({ state }) => state === 'success'),
    )
    expect(receiver.messages).toHaveLength(7)
    expect(new Set(receiver.messages.map(({ headers }) => headers['x-webhook-id'])).size).toBe(1)
    await receiver.close()
  })

  test('does not wait for receivers that stall, refuse, reset or answer with errors', async () => {
    const stalling = await receiveRaw(() => {})
    const resetting = await receiveRaw((socket) => socket.resetAndDestroy())
    const failing = receive(() => new Response('', { status: 500 }))
    const refusing = `http://127.0.0.1:${await closedPort()}/`
    const good = receive()
    await beside(installation, ({ db }) =>
      db.write(async (tx) => {
        const outcome = say('insufficient_license_keys').signedFor(1)
        for (let i = 0; i < 400; i++) await postOrder(tx, { url: `${stalling.url}/${i}`, outcome }, installation.now())
        for (const url of [resetting.url, failing.url, refusing, 'http://no-such-name.invalid/', good.url]) {
          await postOrder(tx, { url, outcome }, installation.now())
        }
      }),
    )
    await until('the good one', () => good.messages.length === 1)
    expect(stalling.open).toBeGreaterThan(0)
    const list = await until('the bad ones', async () => {
      const tried = (await deliveries(installation)).filter(({ attempts }) => attempts.length > 0)
      return tried.length === 5 && tried
    })
    expect(list.map(({ state, attempts }) => [state, attempts[0]!.error])).toEqual([
      ['pending', expect.stringContaining('ECONNRESET')],
      ['pending', 'the receiver answered 500'],
      ['pending', expect.stringContaining('ECONNREFUSED')],
      ['pending', expect.stringContaining('ENOTFOUND')],
      ['success', null],
    ])
    expect(stalling.open).toBeLessThanOrEqual(32)
    await Promise.all([stalling.close(), resetting.close(), failing.close(), good.close()])
  })

  test('never follows a redirect', async () => {
    const target = receive()
    const receiver = receive(() => Response.redirect(`${target.url}/elsewhere`, 307))
    await order(receiver.url)
    const { attempts } = await delivered(installation, receiver.url, 'pending', 1)
    expect(attempts).toMatchObject([{ status: 307, error: 'the receiver answered 307' }])
    expect(target.messages).toEqual([])
    await Promise.all([receiver.close(), target.close()])
  })

  test('whose job is deleted is given up', async () => {
    const receiver = receive(() => new Response('', { status: 500 }))
    await order(receiver.url)
    await delivered(installation, receiver.url, 'pending', 1)
    const { json } = await installation.cli('job', 'list', '--state', 'queued', '--json')
    const job = json.jobs.find(({ kind }: { kind: string }) => kind === 'deliver')
    expect(await installation.cli('job', 'delete', String(job.id), '--yes', '--json')).toMatchObject({ exitCode: 0 })
    expect(await installation.cli('job', 'show', String(job.id))).toMatchObject({ exitCode: 1 })
    await delivered(installation, receiver.url, 'failed', 1)
    await receiver.close()
  })
})

describe('an event', () => {
  test('is told as event, payload and webhook_id, signed with the secret that was shown once', async () => {
    const receiver = receive()
    const webhook = await subscribe(installation, receiver.url, 'product.created')
    const product = await makeProduct(installation, { name: 'Told' })
    const message = await until('the event', () => receiver.messages[0])
    expect(message.json).toEqual({
      event: 'product.created',
      payload: expect.objectContaining({ id: product, name: 'Told', status: 'active' }),
      webhook_id: webhook.id,
    })
    expect(webhook.secret).toMatch(/^whsec_[\w-]{43}$/)
    const genuine = (changed: Record<string, string>, text = message.text, secret = webhook.secret) =>
      isGenuine(new Headers({ ...message.headers, ...changed }), text, secret)
    expect(genuine({})).toBe(true)
    expect(genuine({}, `${message.text} `)).toBe(false)
    expect(genuine({}, message.text, 'whsec_other')).toBe(false)
    expect(genuine({ 'x-webhook-id': 'another' })).toBe(false)
    expect(genuine({ 'x-webhook-timestamp': String(Number(message.headers['x-webhook-timestamp']) - 1) })).toBe(false)
    expect(genuine({ 'x-webhook-signature': '' })).toBe(false)
    const later = Date.now() / 1000 + 600
    expect(isGenuine(new Headers(message.headers), message.text, webhook.secret, later)).toBe(false)
    const { out } = await installation.cli('webhook', 'list', '--json')
    expect(out).not.toContain('whsec_')
    await receiver.close()
  })

  test('reaches those who asked for it, in order, although the first message fails twice', async () => {
    const ordered = receive((_, nth) => new Response('', { status: nth < 3 ? 500 : 200 }))
    const other = receive()
    const { id } = await subscribe(installation, ordered.url, 'product.created,product.updated,product.deleted')
    await subscribe(installation, other.url, 'product.deleted')
    const product = await makeProduct(installation)
    await installation.ask('POST /api/v1/update-product', { product_id: product, name: 'New' })
    await installation.ask('POST /api/v1/delete-product', { product_id: product })
    await until('the other subscriber', () => other.messages.length === 1)
    expect(other.messages[0]!.json.event).toBe('product.deleted')
    await until('the first failure', () => ordered.messages.length === 1)
    for (const minutes of [2, 6]) {
      await until(
        'the attempt to be recorded',
        async () => (await deliveries(installation, String(id)))[0]!.attempts.length === ordered.messages.length,
      )
      const before = ordered.messages.length
      await installation.advance(minutes * minuteMs)
      await until('the next attempt', () => ordered.messages.length > before)
    }
    await until('all of them', () => ordered.messages.length === 5)
    expect(ordered.messages.map(({ json }) => json.event)).toEqual([
      'product.created',
      'product.created',
      'product.created',
      'product.updated',
      'product.deleted',
    ])
    await Promise.all([ordered.close(), other.close()])
  })

  test('is not told of what was undone', async () => {
    const receiver = receive()
    await subscribe(installation, receiver.url)
    const refused = await installation.ask('POST /api/v1/create-product', { name: '' })
    expect(refused.code).toBe(751)
    await makeProduct(installation)
    await until('the event', () => receiver.messages.length === 1)
    expect(receiver.messages[0]!.json.event).toBe('product.created')
    expect(await deliveries(installation)).toHaveLength(1)
    await receiver.close()
  })

  test('waiting for a webhook that is disabled fails, and the webhook hears nothing until it is enabled', async () => {
    let status = 500
    const receiver = receive(() => new Response('', { status }))
    const { id } = await subscribe(installation, receiver.url)
    await makeProduct(installation)
    await delivered(installation, receiver.url, 'pending', 1)
    expect((await installation.cli('webhook', 'disable', String(id), '--json')).json.active).toBe(false)
    await installation.advance(2 * minuteMs)
    const { attempts } = await delivered(installation, receiver.url, 'failed', 2)
    expect(attempts[1]).toMatchObject({ status: null, error: 'the webhook is disabled' })
    await makeProduct(installation)
    expect(await deliveries(installation)).toHaveLength(1)
    expect(await installation.cli('webhook', 'replay', '1')).toMatchObject({ exitCode: 1 })
    await installation.cli('webhook', 'enable', String(id))
    status = 200
    expect((await installation.cli('webhook', 'replay', '1', '--json')).json).toMatchObject({ replayed: 1 })
    await until('the replay', () => receiver.messages.length === 2)
    await receiver.close()
  })

  test('of a range of time is replayed in order, each message once under its own id', async () => {
    const receiver = receive()
    const { id } = await subscribe(installation, receiver.url, 'product.created')
    await makeProduct(installation, { name: 'too early' })
    await installation.advance(minuteMs)
    const from = installation.now().toISOString()
    for (const name of ['first', 'second', 'third']) await makeProduct(installation, { name })
    await until('all four', () => receiver.messages.length === 4)
    await installation.advance(minuteMs)
    const range = ['--webhook', String(id), '--from', from, '--to', '2100-01-01']
    expect((await installation.cli('webhook', 'replay', ...range, '--json')).json).toEqual({
      replayed: 3,
      dry_run: false,
    })
    await until('the replay', () => receiver.messages.length === 7)
    await installation.advance(minuteMs)
    expect((await installation.cli('webhook', 'replay', ...range, '--json')).json).toMatchObject({ replayed: 3 })
    await until('the second replay', () => receiver.messages.length === 10)
    const named = receiver.messages.map(({ json }) => json.payload.name)
    expect(named.slice(4)).toEqual(['first', 'second', 'third', 'first', 'second', 'third'])
    const ids = receiver.messages.map(({ headers }) => headers['x-webhook-id'])
    expect(ids.slice(4, 7)).toEqual(ids.slice(1, 4))
    await receiver.close()
  })
})

describe('the deactivation callback', () => {
  const freed = async (key: string, identifier: string) =>
    (await installation.cli('activation', 'deactivate', key, identifier, '--json')).exitCode

  test("goes to the device's own address with a signed 400, and never when the device did it", async () => {
    const receiver = receive()
    const key = await makeLicense(installation, { product_id: await makeProduct(installation) })
    const seats = ['a', 'b'].map((identifier) => ({ license_key: key, identifier, post_url: `${receiver.url}/freed` }))
    for (const seat of seats) await installation.ask('POST /api/v1/activate', seat)
    await installation.ask('POST /api/v1/deactivate', { license_key: key, identifier: 'a' })
    expect(await freed(key, 'b')).toBe(0)
    expect(await installation.ask('POST /api/v1/verify', { license_key: key, identifier: 'b' })).toMatchObject({
      code: 202,
    })
    const message = await until('the callback', () => receiver.messages[0])
    const { license_key, identifier, ...envelope } = message.json
    expect({ license_key, identifier }).toEqual({ license_key: key, identifier: 'b' })
    expect(envelope.response).toMatchObject({ code: '400', message: 'License key deactivated' })
    const start = message.text.indexOf('"response"')
    expect(responseProblemOf(`{${message.text.slice(start)}`, await publicKey())).toBeUndefined()
    await delivered(installation, `${receiver.url}/freed`, 'success')
    expect(receiver.messages).toHaveLength(1)
    expect(await freed(key, 'b')).toBe(1)
    expect(await freed(key, 'nobody')).toBe(1)
    expect(await freed('NO-SUCH-KEY', 'b')).toBe(1)
    const { json } = await installation.cli('activation', 'list', key, '--json')
    expect(json.activations).toMatchObject([
      { identifier: 'a', status: 'inactive' },
      { identifier: 'b', status: 'inactive' },
    ])
    await receiver.close()
  })

  test("goes to the product's address where the device has none, else nowhere", async () => {
    const receiver = receive()
    const product = await makeProduct(installation)
    const key = await makeLicense(installation, { product_id: product })
    for (const identifier of ['a', 'b'])
      await installation.ask('POST /api/v1/activate', { license_key: key, identifier })
    expect(await freed(key, 'a')).toBe(0)
    expect(await deliveries(installation)).toEqual([])
    await beside(installation, ({ db }) =>
      db.write(async (tx) => void (await tx.run(`update products set post_url = '${receiver.url}/product'`))),
    )
    expect(await freed(key, 'b')).toBe(0)
    const message = await until('the callback', () => receiver.messages[0])
    expect(message).toMatchObject({ url: '/product', json: { identifier: 'b' } })
    await receiver.close()
  })

  test('of a blocked device goes to it for each of its licences, and to no other', async () => {
    const receiver = receive()
    const product_id = await makeProduct(installation)
    const keys = [await makeLicense(installation, { product_id }), await makeLicense(installation, { product_id })]
    for (const license_key of keys) {
      for (const identifier of ['stolen', 'honest']) {
        await installation.ask('POST /api/v1/activate', { license_key, identifier, post_url: receiver.url })
      }
    }
    await installation.cli('blocklist', 'add', '--identifier', 'stolen')
    await until('both callbacks', () => receiver.messages.length >= 2)
    const told = receiver.messages.map(({ json }) => [json.license_key, json.identifier])
    expect(told.toSorted()).toEqual(keys.map((key) => [key, 'stolen']).toSorted())
    await receiver.close()
  })

  test('of a revoked licence goes to every device that has a seat, and the seats stay', async () => {
    const receiver = receive()
    const key = await makeLicense(installation, { product_id: await makeProduct(installation) })
    for (const identifier of ['a', 'b', 'gone']) {
      await installation.ask('POST /api/v1/activate', { license_key: key, identifier, post_url: receiver.url })
    }
    await installation.ask('POST /api/v1/deactivate', { license_key: key, identifier: 'gone' })
    await installation.ask('POST /api/v1/update-license-key', { license_key: key, status: 'suspended' })
    await installation.ask('POST /api/v1/update-license-key', { license_key: key, status: 'revoked' })
    await installation.ask('POST /api/v1/update-license-key', { license_key: key, status: 'revoked' })
    await until('both callbacks', () => receiver.messages.length >= 2)
    expect(receiver.messages.map(({ json }) => json.identifier).toSorted()).toEqual(['a', 'b'])
    expect(await deliveries(installation)).toHaveLength(2)
    const { json } = await installation.cli('activation', 'list', key, '--json')
    expect(json.activations.map(({ status }: { status: string }) => status)).toEqual(['active', 'active', 'inactive'])
    await receiver.close()
  })
})

describe('a receiver that answers 410', () => {
  test('is never asked again: its webhook is disabled, and everybody who looks is told why', async () => {
    const receiver = receive(() => new Response('moved away', { status: 410 }))
    const { id } = await subscribe(installation, receiver.url)
    await installation.cli('webhook', 'test', String(id))
    const { attempts } = await delivered(installation, receiver.url, 'failed', 1)
    expect(attempts).toMatchObject([{ status: 410, response_body: 'moved away' }])
    await makeProduct(installation)
    await installation.advance(2 * 60 * minuteMs)
    expect(receiver.messages).toHaveLength(1)
    const { out, json } = await installation.cli('webhook', 'show', String(id), '--json')
    expect(json).toMatchObject({ active: false, gone_at: expect.any(String) })
    expect(out).toContain('gone_at')
    expect((await installation.cli('webhook', 'list')).out).toContain('disabled: answered 410 on')
    const status = await installation.cli('status')
    expect(status.out).toContain(`latchkey webhook enable ${id}`)
    const audit = await installation.cli('audit', 'list', '--json')
    expect(JSON.stringify(audit.json)).toContain('the receiver answered 410 (gone)')

    await installation.cli('webhook', 'enable', String(id))
    expect((await installation.cli('webhook', 'show', String(id), '--json')).json).toMatchObject({
      active: true,
      gone_at: null,
    })
    expect((await installation.cli('status')).out).not.toContain('410')
    await receiver.close()
  })

  test('gets the outcome of an order once', async () => {
    const receiver = receive(() => new Response('', { status: 410 }))
    await order(receiver.url)
    await delivered(installation, receiver.url, 'failed', 1)
    await installation.advance(2 * 60 * minuteMs)
    expect(receiver.messages).toHaveLength(1)
    await receiver.close()
  })
})

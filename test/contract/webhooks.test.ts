import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binary, startInstallation, type TestInstallation, urlFrom } from '../support/installation'
import { closedPort, flood, type Message, receive, receiveRaw } from '../support/receiver'
import { makeLicense, makeProduct } from '../support/stock'
import { until } from '../support/wait'
import { delivered, deliveries, subscribe } from '../support/webhooks'

setDefaultTimeout(60_000)

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation({ allow_private_webhooks: 'on' })
})
afterAll(() => installation.close())

function isSignedWith(secret: string, { headers, text }: Message) {
  const signed = `${headers['x-webhook-id']}.${headers['x-webhook-timestamp']}.${text}`
  return headers['x-webhook-signature'] === createHmac('sha256', secret).update(signed).digest('hex')
}

describe('a webhook', () => {
  test('is told of what it asked for, signed', async () => {
    const receiver = receive()
    const { id, uuid, secret } = await subscribe(installation, receiver.url, 'license.created,license.activated')
    expect(uuid).toMatch(/^[\da-f-]{36}$/)
    const key = await makeLicense(installation, { product_id: await makeProduct(installation) })
    await installation.ask('POST /api/v1/activate', { license_key: key, identifier: 'site.test' })
    await until('both events', () => receiver.messages.length === 2)
    expect(receiver.messages.map(({ json }) => [json.event, json.payload.license_key, json.webhook_id])).toEqual([
      ['license.created', key, id],
      ['license.activated', key, id],
    ])
    for (const message of receiver.messages) expect(isSignedWith(secret, message)).toBe(true)
    await installation.cli('webhook', 'disable', String(id))
    await receiver.close()
  })

  test('that is slow, broken or endless delays no other', async () => {
    const raw = await Promise.all([
      receiveRaw(() => {}),
      receiveRaw((socket) => socket.resetAndDestroy()),
      receiveRaw((socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow')),
      receiveRaw((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n')
        flood(socket, Buffer.alloc(1 << 20, 'x'))
      }),
    ])
    const failing = receive(() => new Response('no', { status: 500 }))
    const redirecting = receive(() => Response.redirect('http://127.0.0.1:1/', 302))
    const refusing = `http://127.0.0.1:${await closedPort()}/`
    const good = receive()
    const urls = [...raw.map(({ url }) => url), failing.url, redirecting.url, refusing, good.url]
    const webhooks = []
    for (const url of urls) webhooks.push(await subscribe(installation, url, 'product.deleted'))
    for (let i = 0; i < 3; i++) {
      await installation.ask('POST /api/v1/delete-product', { product_id: await makeProduct(installation) })
    }
    await until('all of the good one', () => good.messages.length === 3)
    expect(raw[0]!.open).toBe(1)
    await until('the endless one to be cut off', () => raw[3]!.seen === 3 && raw[3]!.open === 0)
    const [first] = await deliveries(installation, String(webhooks[3].id))
    expect(first).toMatchObject({ state: 'success', attempts: [{ status: 200, error: null }] })
    expect(first!.attempts[0]!.response_body).toBe('x'.repeat(65_536))
    for (const { id } of webhooks) await installation.cli('webhook', 'disable', String(id))
    await Promise.all([...raw, failing, redirecting, good].map((receiver) => receiver.close()))
  })

  test.each([
    [['--name', 'x', '--url', 'ftp://shop.test/', '--events', 'all'], 'http or https'],
    [['--name', 'x', '--url', 'https://a:b@shop.test/', '--events', 'all'], 'password'],
    [['--name', 'x', '--url', 'shop', '--events', 'all'], 'URL'],
    [['--name', 'x', '--url', 'https://shop.test/', '--events', 'license.eaten'], 'license.eaten'],
    [['--name', 'x', '--url', 'https://shop.test/', '--events', ','], '--events'],
    [['--name', ' ', '--url', 'https://shop.test/', '--events', 'all'], 'name'],
    [['--name', 'x', '--url', 'https://shop.test/'], '--events'],
  ])('is not made of %j', async (args, reason) => {
    const { exitCode, out, err } = await installation.cli('webhook', 'add', ...args, '--json')
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(err).toContain(reason)
  })

  test.each([
    [['disable', '999'], 1],
    [['enable', '999'], 1],
    [['replay', '999'], 1],
    [['replay'], 2],
    [['replay', '1', '--webhook', '1', '--from', '2024-01-01', '--to', '2025-01-01'], 2],
    [['replay', '--webhook', '1', '--from', '2024-01-01'], 2],
    [['replay', '--webhook', '999', '--from', '2024-01-01', '--to', '2025-01-01'], 1],
    [['deliveries', '--state', 'lost'], 2],
    [['disable', 'first'], 1],
  ])('command that makes no sense: %j ends with %d', async (args, exitCode) => {
    const spoken = await installation.cli('webhook', ...args)
    expect(spoken).toMatchObject({ exitCode, out: '' })
    expect(spoken.err).not.toBe('')
  })
})

describe('a webhook is', () => {
  const say = async (...args: string[]) => (await installation.cli('webhook', ...args, '--json')).json

  test('changed: new events, a new address, from now on', async () => {
    const [before, after] = [receive(), receive()]
    const { id, secret: _, ...made } = await subscribe(installation, before.url, 'product.created')
    const changes = ['--name', 'moved', '--url', after.url, '--events', 'product.deleted']
    const edited = await say('edit', String(id), ...changes)
    expect(edited).toEqual({ ...made, id, name: 'moved', url: after.url, events: ['product.deleted'] })
    expect(await say('show', String(id))).toEqual(edited)
    const product_id = await makeProduct(installation)
    await installation.ask('POST /api/v1/delete-product', { product_id })
    await until('the event', () => after.messages.length === 1)
    expect(after.messages[0]!.json.event).toBe('product.deleted')
    expect(before.messages).toEqual([])
    for (const wrong of [[], ['--events', 'no.such'], ['--url', 'shop'], ['--name', ' ']]) {
      expect(await installation.cli('webhook', 'edit', String(id), ...wrong)).toMatchObject({ exitCode: 2, out: '' })
    }
    await say('disable', String(id))
    await Promise.all([before.close(), after.close()])
  })

  test('tested with a ping, which is signed with the secret it has now', async () => {
    const receiver = receive()
    const { id, secret } = await subscribe(installation, receiver.url, 'contract.suspended')
    const { secret: fresh } = await say('rotate-secret', String(id), '--yes')
    expect(fresh).not.toBe(secret)
    const { delivery_id } = await say('test', String(id))
    const message = await until('the ping', () => receiver.messages[0])
    expect(message.json).toEqual({
      event: 'webhook.ping',
      payload: { sent_at: expect.any(String) },
      webhook_id: id,
    })
    expect(isSignedWith(fresh, message)).toBe(true)
    expect(isSignedWith(secret, message)).toBe(false)
    await delivered(installation, receiver.url, 'success', 1)
    const { deliveries: listed } = await say('deliveries', '--event', 'webhook.ping')
    expect(listed).toMatchObject([{ id: delivery_id, webhook_id: id, state: 'success' }])
    await say('disable', String(id))
    expect(await installation.cli('webhook', 'test', String(id))).toMatchObject({ exitCode: 1, out: '' })
    await receiver.close()
  })

  test('given a new secret only by someone who has read what that ends', async () => {
    const { id, secret } = await subscribe(installation, 'https://shop.test/', 'contract.suspended')
    const asked = await installation.cli('webhook', 'rotate-secret', String(id))
    expect(asked).toMatchObject({ exitCode: 2, out: '' })
    expect(asked.err).toMatch(/secret of webhook \d+ ".*" reject every message from now on\. Say --yes/)
    expect((await say('rotate-secret', String(id), '--yes')).secret).not.toBe(secret)
    expect(await installation.cli('webhook', 'rotate-secret', '999')).toMatchObject({ exitCode: 1, out: '' })
  })

  test('deleted with what it was sent, and its queue goes on without it', async () => {
    const receiver = receive(() => new Response('', { status: 500 }))
    const { id } = await subscribe(installation, receiver.url, 'product.created')
    await makeProduct(installation)
    await delivered(installation, receiver.url, 'pending', 1)
    expect(await installation.cli('webhook', 'delete', String(id))).toMatchObject({ exitCode: 2, out: '' })
    expect((await say('delete', String(id), '--yes')).id).toBe(id)
    expect(await installation.cli('webhook', 'deliveries', String(id))).toMatchObject({ exitCode: 1, out: '' })
    expect(await deliveries(installation)).not.toContainEqual(expect.objectContaining({ webhook_id: id }))
    expect(await installation.cli('webhook', 'show', String(id))).toMatchObject({ exitCode: 1, out: '' })
    await receiver.close()
  })
})

test('private addresses are refused, whatever they are written as, unless a setting allows them', async () => {
  const receiver = await receiveRaw(() => {})
  const guarded = await startInstallation()
  const hosts = ['127.0.0.1', '2130706433', '0x7f.1', '127.1', 'localhost', '[::ffff:127.0.0.1]', '[::1]', '0.0.0.0']
  for (const host of hosts) await subscribe(guarded, `http://${host}:${receiver.port}/`, 'product.created')
  await makeProduct(guarded)
  const tried = await until('an attempt at each', async () => {
    const list = await deliveries(guarded)
    return list.length === hosts.length && list.every(({ attempts }) => attempts.length) && list
  })
  for (const { state, attempts } of tried) {
    expect(state).toBe('pending')
    expect(attempts[0]).toMatchObject({ status: null, error: expect.stringContaining('webhook_allow_list') })
  }
  expect(receiver.seen).toBe(0)
  await guarded.close()

  const listed = await startInstallation({ webhook_allow_list: '127.0.0.0/8' })
  const ok = receive()
  await subscribe(listed, ok.url, 'product.created')
  await makeProduct(listed)
  await delivered(listed, ok.url, 'success', 1)
  await listed.close()
  await Promise.all([receiver.close(), ok.close()])
})

test('a device whose seat an operator frees is told at its post_url', async () => {
  const receiver = receive()
  const license_key = await makeLicense(installation, { product_id: await makeProduct(installation) })
  const device = { license_key, identifier: 'site.test', post_url: `${receiver.url}/freed?token=1` }
  await installation.ask('POST /api/v1/activate', device)
  const { json } = await installation.cli('activation', 'list', license_key, '--json')
  expect(json.activations).toMatchObject([{ identifier: 'site.test', status: 'active', post_url: device.post_url }])
  const freed = await installation.cli('activation', 'deactivate', license_key, 'site.test', '--json')
  expect(freed.json).toEqual({ license_key, identifier: 'site.test', status: 'inactive' })
  const message = await until('the callback', () => receiver.messages[0])
  expect(message.url).toBe('/freed?token=1')
  expect(Object.keys(message.json)).toEqual([
    'license_key',
    'identifier',
    'response',
    'response_base64',
    'private_key_used',
    'signature',
  ])
  expect(await installation.ask('POST /api/v1/verify', device)).toMatchObject({ code: 202 })
  await receiver.close()
})

describe('a server that is killed', () => {
  const command = binary ? [binary] : [process.execPath, join(import.meta.dir, '../../src/main.ts')]
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-killed-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const env = {
    LATCHKEY_DATA_DIR: join(folder, 'data'),
    LATCHKEY_PORT: '0',
    LATCHKEY_LOG: 'off',
    LATCHKEY_ALLOW_PRIVATE_WEBHOOKS: 'on',
  }
  const spawn = (...args: string[]) =>
    Bun.spawn([...command, ...args], { env, cwd: folder, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const say = async (...args: string[]) => JSON.parse(await new Response(spawn(...args, '--json').stdout).text())

  test('between a delivery and its end delivers again under the same id, and loses nothing', async () => {
    const hold = Promise.withResolvers<Response>()
    const receiver = receive((_, nth) => (nth === 1 ? hold.promise : new Response('')))
    await spawn('init', '--bits', '2048').exited
    const { api_key } = await say('api-key', 'create', '--name', 'shop', '--preset', 'all')
    await say('webhook', 'add', '--name', 'test', '--url', receiver.url, '--events', 'product.created')
    const killed = spawn('serve')
    const url = await urlFrom(killed.stderr)
    for (const name of ['first', 'second']) {
      const fields = { source: 'internal', name, description: 'x', require_non_expired: 0, status: 'active' }
      const body = JSON.stringify(fields)
      const headers = { authorization: `Bearer ${api_key}`, 'content-type': 'application/json' }
      expect((await fetch(`${url}/api/v1/create-product`, { method: 'POST', body, headers })).status).toBe(200)
    }
    await until('the delivery to begin', () => receiver.messages.length === 1)
    killed.kill('SIGKILL')
    await killed.exited
    hold.resolve(new Response(''))

    const next = spawn('serve')
    await urlFrom(next.stderr)
    await until('both', () => receiver.messages.length === 3)
    expect(receiver.messages.map(({ json }) => json.payload.name)).toEqual(['first', 'first', 'second'])
    const [before, again] = receiver.messages
    expect(again!.text).toBe(before!.text)
    expect(again!.headers['x-webhook-id']).toBe(before!.headers['x-webhook-id']!)
    expect([before, again].map((message) => message!.headers['x-webhook-attempt'])).toEqual(['1', '2'])
    next.kill('SIGTERM')
    expect(await next.exited).toBe(0)
    await receiver.close()
  })
})

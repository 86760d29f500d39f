import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openAddressGuard } from '../../src/webhooks/address'
import { type Exchange, post } from '../../src/webhooks/post'
import { closedPort, drip, flood, openSilent, type RawReceiver, receive, receiveRaw } from '../support/receiver'
import { until } from '../support/wait'

setDefaultTimeout(60_000)

const open = (names: Record<string, string[]> = {}) =>
  openAddressGuard({ allow_private_webhooks: 'on', webhook_allow_list: [] }, async (host) => {
    const addresses = names[host]
    if (!addresses) throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
    return addresses
  })

const send = (url: string, guard = open()) => post(url, '{"a":1}', { 'content-type': 'application/json' }, { guard })

const page = (head: string) => `HTTP/1.1 ${head}\r\n\r\n`
const megabyte = Buffer.alloc(1 << 20, 'x')
const kept = 65_536

describe('a POST', () => {
  test('arrives as it was said, at the checked address, under the name of the URL', async () => {
    const receiver = receive()
    const port = new URL(receiver.url).port
    const exchange = await send(`http://hook.test:${port}/take/%2F?key=a%20b&c`, open({ 'hook.test': ['127.0.0.1'] }))
    expect(exchange).toMatchObject({ status: 200, answer: 'thank you', error: null })
    expect(receiver.messages).toMatchObject([
      { method: 'POST', url: '/take/%2F?key=a%20b&c', text: '{"a":1}', headers: { host: `hook.test:${port}` } },
    ])
    await receiver.close()
  })

  test('goes to the next checked address when one takes no connection', async () => {
    const receiver = receive()
    const port = new URL(receiver.url).port
    const exchange = await send(`http://hook.test:${port}/`, open({ 'hook.test': ['127.0.0.2', '127.0.0.1'] }))
    expect(exchange).toMatchObject({ status: 200, error: null })
    expect(receiver.messages).toHaveLength(1)
    await receiver.close()
  })

  test('goes to the next checked address when the first is silent, and arrives once', async () => {
    const receiver = receive()
    const { port } = new URL(receiver.url)
    await using silent = await openSilent('127.0.0.2', Number(port))
    const addresses = [silent.address, '127.0.0.1']
    expect(await send(`http://hook.test:${port}/`, open({ 'hook.test': addresses }))).toMatchObject({ status: 200 })
    expect(receiver.messages).toHaveLength(1)
    await receiver.close()
  })

  test('has failed within its ten seconds when every address is silent', async () => {
    const port = await closedPort()
    await using first = await openSilent('127.0.0.2', port)
    await using second = await openSilent('127.0.0.3', port)
    const addresses = [first.address, second.address]
    const exchange = await send(`http://hook.test:${port}/`, open({ 'hook.test': addresses }))
    expect(exchange).toMatchObject({ status: null, error: 'no complete answer within 10 seconds' })
  })

  test.each([300, 301, 302, 307, 400, 404, 410, 500, 503])('answered %d has failed', async (status) => {
    const target = receive()
    const receiver = receive(() => new Response('no', { status, headers: { location: target.url } }))
    expect(await send(receiver.url)).toMatchObject({
      status,
      answer: 'no',
      error: `the receiver answered ${status}`,
    })
    expect(target.messages).toEqual([])
    await Promise.all([receiver.close(), target.close()])
  })

  test.each([200, 201, 202, 204, 299])('answered %d is delivered', async (status) => {
    const receiver = receive(() => new Response(null, { status }))
    expect(await send(receiver.url)).toMatchObject({ status, answer: '', error: null })
    await receiver.close()
  })

  test('to a name nobody knows has failed', async () => {
    expect(await send('http://nobody.test/')).toMatchObject({ status: null, error: 'getaddrinfo ENOTFOUND' })
  })

  test('to a port nobody listens on has failed', async () => {
    const { status, error } = await send(`http://127.0.0.1:${await closedPort()}/`)
    expect(status).toBeNull()
    expect(error).toContain('ECONNREFUSED')
  })

  test('to what is no URL has failed', async () => {
    expect(await send('nonsense')).toMatchObject({ status: null, error: expect.stringContaining('URL') })
  })
})

describe('a receiver that breaks off', () => {
  test.each([
    ['without a word', '', null],
    ['with something that is no answer', 'I am a teapot\r\n\r\n', null],
    ['in the middle of its answer', `${page('200 OK\r\nContent-Length: 100')}abc`, 200],
    ['in the middle of a chunk', `${page('200 OK\r\nTransfer-Encoding: chunked')}ff\r\nabc`, 200],
  ])('%s has not taken the message', async (_, said, status) => {
    const receiver = await receiveRaw((socket) => socket.end(said))
    const exchange = await send(receiver.url)
    expect(exchange.status).toBe(status)
    expect(exchange.error).not.toBeNull()
    expect(receiver.seen).toBe(1)
    await receiver.close()
  })

  test('with a reset has not taken it, and is not asked twice in one attempt', async () => {
    const receiver = await receiveRaw((socket) => socket.resetAndDestroy())
    expect((await send(receiver.url)).error).toContain('ECONNRESET')
    expect(receiver.seen).toBe(1)
    await receiver.close()
  })
})

describe('a receiver that never stops sending', () => {
  const chunk = Buffer.concat([Buffer.from('100000\r\n'), megabyte, Buffer.from('\r\n')])
  test.each([
    ['a body of 10 GB', page('200 OK\r\nContent-Length: 10737418240'), megabyte],
    ['chunks', page('200 OK\r\nTransfer-Encoding: chunked'), chunk],
    ['until it closes', page('200 OK'), megabyte],
  ])('%s has taken the message; 64 KiB are kept and the rest is not read', async (_, head, more) => {
    const receiver = await receiveRaw((socket) => {
      socket.write(head)
      flood(socket, more)
    })
    const exchange = await send(receiver.url)
    expect(exchange).toMatchObject({ status: 200, error: null })
    expect(exchange.answer).toBe('x'.repeat(kept))
    await until('the connection to be closed', () => receiver.open === 0)
    expect(receiver.sent).toBeLessThan(64 << 20)
    await receiver.close()
  })

  test.each([
    ['headers', 'HTTP/1.1 200 OK\r\n', `X-More: ${'y'.repeat(1000)}\r\n`],
    ['one header', 'HTTP/1.1 200 OK\r\nX-More: ', megabyte],
  ])('%s has failed at once', async (_, head, more) => {
    const receiver = await receiveRaw((socket) => {
      socket.write(head)
      flood(socket, more)
    })
    expect((await send(receiver.url)).error).not.toBeNull()
    await until('the connection to be closed', () => receiver.open === 0)
    expect(receiver.sent).toBeLessThan(64 << 20)
    await receiver.close()
  })

  test('a compressed answer is kept as it came, not unpacked', async () => {
    const packed = Bun.gzipSync(Buffer.alloc(200 << 20))
    const receiver = receive(() => new Response(packed, { headers: { 'content-encoding': 'gzip' } }))
    const before = process.memoryUsage().rss
    expect(await send(receiver.url)).toMatchObject({ status: 200, error: null })
    expect(process.memoryUsage().rss - before).toBeLessThan(100 << 20)
    await receiver.close()
  })
})

describe('a receiver that does not come to an end', () => {
  const behaviours: [string, (receiver: Parameters<typeof drip>[0]) => void, number | null][] = [
    ['says nothing', () => {}, null],
    ['drips its headers', (socket) => drip(socket, 'HTTP/1.1 200 OK\r\nX-Slow: '), null],
    ['drips its body', (socket) => drip(socket, page('200 OK\r\nContent-Length: 10000')), 200],
    ['drips an answer without end', (socket) => drip(socket, page('200 OK')), 200],
    ['says "continue" for ever', (socket) => flood(socket, page('100 Continue')), null],
    ['adds to a chunk for ever', (socket) => drip(socket, page('200 OK\r\nTransfer-Encoding: chunked'), '1;x'), 200],
  ]
  let receivers: RawReceiver[]
  let exchanges: Exchange[]
  beforeAll(async () => {
    receivers = await Promise.all(behaviours.map(([, behave]) => receiveRaw(behave)))
    exchanges = await Promise.all(receivers.map(({ url }) => send(url)))
  })
  afterAll(async () => {
    await Promise.all(receivers.map((receiver) => receiver.close()))
  })

  test.each(behaviours.map(([name, , status], i) => [name, status, i] as const))(
    '%s is given up after ten seconds',
    async (_, status, i) => {
      expect(exchanges[i]).toMatchObject({ status, error: 'no complete answer within 10 seconds' })
      expect(exchanges[i]!.durationMs).toBeGreaterThanOrEqual(9_900)
      await until('the connection to be closed', () => receivers[i]!.open === 0)
    },
  )
})

describe('over https', () => {
  const tls = join(import.meta.dir, '../fixtures/tls')
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    tls: { cert: readFileSync(join(tls, 'receiver.pem')), key: readFileSync(join(tls, 'receiver-key.pem')) },
    fetch: (request) => new Response(`${request.headers.get('host')} ${new URL(request.url).search}`),
  })
  afterAll(() => server.stop(true))

  async function probe(name: string, authority?: string): Promise<Exchange> {
    const script = join(import.meta.dir, 'https-probe.ts')
    const args = [name, String(server.port), ...(authority ? [join(tls, authority)] : [])]
    const child = Bun.spawn([process.execPath, script, ...args], { env: {}, stdout: 'pipe' })
    return JSON.parse(await new Response(child.stdout).text())
  }

  test('the certificate is checked against the name, although the connection goes to the address', async () => {
    const { port } = server
    expect(await probe('hook.test', 'ca.pem')).toMatchObject({
      status: 200,
      answer: `hook.test:${port} ?key=1`,
      error: null,
    })
    expect((await probe('other.test', 'ca.pem')).error).toContain('ERR_TLS_CERT_ALTNAME_INVALID')
    expect((await probe('hook.test')).error).toContain('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  })
})

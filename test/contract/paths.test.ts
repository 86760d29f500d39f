import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { postHead, talk } from '../support/socket'

let installation: TestInstallation
let proxied: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
  proxied = await startInstallation({ trusted_proxies: '127.0.0.1' })
})
afterAll(async () => {
  await Promise.all([installation.close(), proxied.close()])
})

const hosts = ['keys.example.com', 'app', 'x', '[::1]', 'a/b', 'a/api/v1/keys?', 'x y', '']

/** Asks for exactly that target under that Host. */
const get = (target: string, host: string) =>
  talk(installation.url, [`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`])

const verify = async (target: string, host = 'keys.example.com') => {
  const body = '{"license_key": "none"}'
  const head = { host, authorization: `Bearer ${installation.apiKey}`, 'content-type': 'application/json' }
  return installation.receive(
    await talk(installation.url, [postHead(target, { ...head, 'content-length': body.length }).concat(body)]),
  )
}

describe.each(hosts)('with "Host: %s"', (host) => {
  test.each(['/zz/metrics', '/zz/admin/api/session', '/zz/api/v1/keys', '/zz/healthz', 'http://e/zz/api/v1/keys'])(
    '%s leads nowhere',
    async (target) => {
      expect(await installation.receive(await get(target, host))).toMatchObject({ status: 404, code: 9404 })
    },
  )

  test.each([
    ['/healthz', 200],
    ['/healthz/', 200],
    ['//healthz', 200],
    ['/docs/', 200],
    ['/metrics', 200],
    ['/admin/api/session', 401],
    ['/api/v1/keys?product=none', 200],
    ['//api///v1/keys/', 200],
    ['http://elsewhere.example/api/v1/keys', 200],
  ])('%s answers HTTP %d', async (target, status) => {
    expect(await get(target, host)).toMatchObject({ status })
  })

  test('a client is served by every spelling of slashes', async () => {
    for (const target of ['/api/v1/verify', '//api/v1/verify', '/api/v1//verify/', '/v1///verify']) {
      expect(await verify(target, host)).toMatchObject({ status: 200, code: 210 })
    }
  })

  test('a path that has other methods names them', async () => {
    const answer = await installation.receive(await get('/api/v1//verify', host))
    expect(answer).toMatchObject({ status: 405, code: 9405 })
    expect(answer.headers.get('allow')).toBe('POST')
  })

  test.each([
    '//admin/api/session',
    '/admin//api/session',
    '/admin/api/session/',
    '/admin/./api/session',
    '/x/../admin/api/session',
    '/%2e/admin/api/session',
    '/admin\\api\\session',
    '/admin%2Fapi/session',
    '/admin/api/session;x',
    '/admin/api/session#x',
    '/ADMIN/api/session',
    '/%61dmin/api/session',
    '//metrics',
    '/metrics/',
    '/./metrics',
    '/x/../metrics',
    '/metrics;x',
    '/%6detrics',
    '/metrics%00',
  ])('%s is no way to what operators alone may see', async (target) => {
    expect((await get(target, host)).status).toBe(404)
  })

  test.each(['/api/./v1/keys', '/api/v1/x/../keys', '/api\\v1\\keys', '/api/v1/%6beys', '/api%2Fv1/keys'])(
    '%s is not a route either',
    async (target) => {
      expect((await get(target, host)).status).toBe(404)
    },
  )
})

/** Posts to exactly that target; a client library would mend the slashes by itself. */
const post = async (to: TestInstallation, target: string, headers: Record<string, string>, body: string) =>
  to.receive(await talk(to.url, [postHead(target, { ...headers, 'content-length': body.length }).concat(body)]))

test('what a request says stays with it when its slashes are doubled', async () => {
  await installation.cli('product', 'create', '--name', 'App')
  const authorization = `Bearer ${installation.apiKey}`
  const json = { authorization, 'content-type': 'application/json' }
  const form = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
  const made = '{"product_id": 1, "license_keys": ["K-1"], "activation_limit": 1, "validity": 0, "status": "assigned"}'
  expect(await post(installation, '/api//v1/create-license-keys', json, made)).toMatchObject({ code: 900 })
  expect(await post(installation, '//api/v1/activate', form, 'license_key=K-1&identifier=pc')).toMatchObject({
    code: 300,
  })
  expect(await post(installation, '/v1//verify?identifier=pc', form, 'license_key=K-1')).toMatchObject({ code: 200 })
})

test('nor does a doubled slash hide the address it came from', async () => {
  await proxied.cli('blocklist', 'add', '--ip', '203.0.113.7')
  const codeFor = async (target: string, from: string) =>
    (await post(proxied, target, { 'x-forwarded-for': from, 'content-type': 'application/json' }, '{}')).code
  expect(await codeFor('/api/v1/verify', '203.0.113.7')).toBe(150)
  expect(await codeFor('//api/v1/verify', '203.0.113.7')).toBe(150)
  expect(await codeFor('//api/v1/verify', '203.0.113.8')).toBe(100)
})

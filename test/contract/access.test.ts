import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Asking, startInstallation, type TestInstallation } from '../support/installation'
import { secretFile } from '../support/secret-file'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1, 10.0.0.0/8' })
})
afterAll(() => installation.close())

const json = { 'content-type': 'application/json' }

async function makeKey(...args: string[]): Promise<string> {
  const made = await installation.cli('api-key', 'create', '--name', 'test', ...args, '--json')
  expect(made.exitCode).toBe(0)
  return made.json.api_key
}

async function revoke(apiKey: string) {
  const { json } = await installation.cli('api-key', 'list', '--json')
  const { id } = json.api_keys.find((key: { prefix: string }) => apiKey.startsWith(key.prefix))
  expect((await installation.cli('api-key', 'revoke', String(id), '--yes')).exitCode).toBe(0)
}

/** Lets something be blocked while the work is done. */
async function whileBlocked(kind: 'ip' | 'identifier', value: string, work: () => Promise<void>) {
  const { json } = await installation.cli('blocklist', 'add', `--${kind}`, value, '--json')
  try {
    await work()
  } finally {
    await installation.cli('blocklist', 'remove', String(json.id))
  }
}

const verify = (asking: Asking = {}, fields: Record<string, unknown> = {}) =>
  installation.ask('POST /api/v1/verify', fields, asking)

const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })

describe('who may come in', () => {
  test.each([null, 'lk_wrong', '0'])('nobody with the key %p: 100', async (key) => {
    expect(await verify({ key })).toMatchObject({ status: 401, code: 100, message: 'Invalid API Key' })
  })

  test('nobody whose key is revoked, from the next request on: 101', async () => {
    const key = await makeKey('--preset', 'all')
    expect(await verify({ key })).toMatchObject({ code: 210 })
    await revoke(key)
    expect(await verify({ key })).toMatchObject({ status: 401, code: 101, message: 'Inactive API Key' })
  })

  test('nobody whose key has expired: 101', async () => {
    const expiry = new Date(installation.now().getTime() + 1200)
    const key = await makeKey('--preset', 'all', '--expires-at', expiry.toISOString())
    while (installation.now() <= expiry) await Bun.sleep(20)
    expect(await verify({ key })).toMatchObject({ status: 401, code: 101 })
  })

  test('nobody from another address than the key allows: 103', async () => {
    const key = await makeKey('--preset', 'all', '--allow-ip', '203.0.113.0/24', '--allow-ip', '2001:db8::7')
    for (const address of ['203.0.113.9', '2001:db8::7', '::ffff:203.0.113.9']) {
      expect(await verify({ key, ...from(address) })).toMatchObject({ code: 210 })
    }
    for (const address of ['203.0.114.1', '2001:db8::8']) {
      expect(await verify({ key, ...from(address) })).toMatchObject({
        status: 401,
        code: 103,
        message: "API key can't be used from this IP address",
      })
    }
  })

  test('only through proxies we trust, whatever else the header claims', async () => {
    const key = await makeKey('--preset', 'all', '--allow-ip', '203.0.113.7')
    expect(await verify({ key, ...from('203.0.113.7, 10.1.2.3') })).toMatchObject({ code: 210 })
    expect(await verify({ key, ...from('203.0.113.7, 198.51.100.1, 10.1.2.3') })).toMatchObject({ code: 103 })
    expect(await verify({ key, ...from('203.0.113.7, unknown') })).toMatchObject({ code: 103 })
  })

  test('nobody whose key lacks the capability: 102', async () => {
    const key = await makeKey('--can', 'activate,deactivate')
    expect(await verify({ key })).toMatchObject({
      status: 401,
      code: 102,
      message: "The used API key doesn't have the required capability to access this endpoint",
    })
    expect(await installation.ask('POST /api/v1/activate', {}, { key })).toMatchObject({ code: 210 })
  })

  test('nobody more often than the key may: 9429 with the seconds to wait', async () => {
    const key = await makeKey('--preset', 'all', '--rate-limit', '2')
    await verify({ key })
    await verify({ key })
    const answer = await verify({ key })
    expect(answer).toMatchObject({ status: 429, code: 9429, message: 'Too many requests', signedWith: 'global' })
    expect(Object.keys(answer.response)).toEqual(['code', 'message', 'retry_after', 'timestamp'])
    expect(answer.response.retry_after).toBeWithin(1, 31)
    expect(answer.headers.get('retry-after')).toBe(String(answer.response.retry_after))
    expect(await verify()).toMatchObject({ code: 210 })
  })
})

describe('the first that stops a caller', () => {
  const blocked = '198.51.100.66'
  const ofNobody = (key: string | null) => ({ key, ...from(blocked) })
  const faulty = { body: '{', headers: { ...json, 'x-forwarded-for': blocked } }

  test('a blocked address: 150 before anything is said of the key or the body', async () => {
    await whileBlocked('ip', blocked, async () => {
      expect(await verify(ofNobody('lk_wrong'))).toMatchObject({ code: 150 })
      expect(await verify(ofNobody(null))).toMatchObject({ code: 150 })
      expect(await verify({ key: null, ...faulty })).toMatchObject({ code: 150 })
    })
  })

  test('then the key: 101 before 103 before 102 before 9429 before a blocked identifier', async () => {
    const limits = ['--allow-ip', '203.0.113.1', '--rate-limit', '1']
    const key = await makeKey('--can', 'activate', ...limits)
    const device = { identifier: 'bad.test' }
    const elsewhere = { key, ...from('192.0.2.1') }
    const there = { key, ...from('203.0.113.1') }
    await whileBlocked('identifier', 'bad.test', async () => {
      expect(await verify(elsewhere, device)).toMatchObject({ code: 103 })
      expect(await verify(there, device)).toMatchObject({ code: 102 })
      expect(await installation.ask('POST /api/v1/activate', device, there)).toMatchObject({ code: 150 })
      expect(await installation.ask('POST /api/v1/activate', device, there)).toMatchObject({ code: 9429 })
      expect(await verify(there, device)).toMatchObject({ code: 102 })
      await revoke(key)
      expect(await verify(elsewhere, device)).toMatchObject({ code: 101 })
    })
  })

  test('then the fields: a faulty one is told to nobody who may not come in', async () => {
    const key = await makeKey('--can', 'activate')
    expect(await installation.ask('GET /api/v1/get-license-keys', { page: 0 }, { key })).toMatchObject({ code: 102 })
    expect(await verify({ key, body: '{', headers: json })).toMatchObject({ code: 102 })
    expect(await verify({ key }, { license_key: 'a\0b' })).toMatchObject({ code: 102 })
    expect(await verify({ key: null }, { license_key: 'a\0b' })).toMatchObject({ code: 100 })
    expect(await verify({ body: '{', headers: json })).toMatchObject({ code: 9400 })
    expect(await verify({}, { license_key: 'a\0b' })).toMatchObject({ code: 9400 })
  })
})

describe('an API key', () => {
  test.each(['json', 'form', 'multipart', 'query'] as const)('may come as api_key in %s', async (as) => {
    const api_key = installation.apiKey
    expect(await verify({ key: null, as }, { api_key })).toMatchObject({ code: 210 })
    expect(await verify({ key: null, as }, { api_key: 'lk_wrong' })).toMatchObject({ code: 100 })
  })

  test('may come in the query of a lookup', async () => {
    const { apiKey: api_key } = installation
    expect(await installation.ask('GET /v1/get-all-products', { api_key }, { key: null })).toMatchObject({ code: 810 })
  })

  test.each([(key: string) => `bearer   ${key}`, (key: string) => `BEARER ${key} `])(
    'may come in the header in any case',
    async (header) => {
      const headers = { authorization: header(installation.apiKey) }
      expect(await verify({ key: null, headers })).toMatchObject({ code: 210 })
    },
  )

  test('in the header goes before one in the body', async () => {
    expect(await verify({}, { api_key: 'lk_wrong' })).toMatchObject({ code: 210 })
    expect(await verify({ key: 'lk_wrong' }, { api_key: installation.apiKey })).toMatchObject({ code: 100 })
  })

  test('in another scheme than Bearer is none', async () => {
    const headers = { authorization: `Basic ${installation.apiKey}` }
    expect(await verify({ key: null, headers })).toMatchObject({ code: 100 })
    expect(await verify({ key: null, headers }, { api_key: installation.apiKey })).toMatchObject({ code: 210 })
  })

  test('of another system goes on as it is', async () => {
    const key = await makeKey('--preset', 'all', '--import-file', secretFile('2964c3c9-0b5d-4d89-b3ac-4668f30bc492'))
    expect(key).toBe('2964c3c9-0b5d-4d89-b3ac-4668f30bc492')
    expect(await verify({ key })).toMatchObject({ code: 210 })
  })

  test('is listed without its value', async () => {
    const key = await makeKey('--can', 'verify', '--allow-ip', '10.0.0.0/8', '--rate-limit', '60')
    const { out, json } = await installation.cli('api-key', 'list', '--json')
    expect(out).not.toContain(key)
    expect(json.api_keys.at(-1)).toMatchObject({
      name: 'test',
      prefix: key.slice(0, 8),
      status: 'active',
      capabilities: ['verify'],
      allowed_ips: ['10.0.0.0/8'],
      rate_limit_per_minute: 60,
      expires_at: null,
    })
  })
})

describe('the presets', () => {
  test.each([
    ['client', 'POST /api/v1/verify', 'POST /api/v1/assign-license-key'],
    ['client', 'POST /api/v1/get-license-key-details', 'GET /api/v1/get-license-keys'],
    ['shop', 'POST /api/v1/assign-license-key', 'POST /api/v1/verify'],
    ['shop', 'GET /api/v1/get-available-license-keys-count', 'POST /api/v1/delete-product'],
  ] as const)('a %s may %s and not %s', async (preset, may, mayNot) => {
    const key = await makeKey('--preset', preset)
    expect((await installation.ask(may, {}, { key })).status).toBe(200)
    expect(await installation.ask(mayNot, {}, { key })).toMatchObject({ code: 102 })
  })
})

test('a limit per address holds for all its keys, and for that address alone', async () => {
  const strict = await startInstallation({ trusted_proxies: '127.0.0.1', rate_limit_per_address: '2' })
  const ask = (address: string) => strict.ask('POST /api/v1/verify', {}, from(address))
  const codes = [await ask('192.0.2.1'), await ask('192.0.2.1'), await ask('192.0.2.1'), await ask('192.0.2.2')]
  expect(codes.map(({ code }) => code)).toEqual([210, 210, 9429, 210])
  await strict.close()
})

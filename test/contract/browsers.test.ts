import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { postHead, talk } from '../support/socket'

const origin = 'https://app.example.com'
let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
  await installation.cli('product', 'create', '--name', 'My App', '--slug', 'my-app')
})
afterAll(() => installation.close())

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${installation.url}${path}`, { headers: { origin, ...headers } })
const readableBy = ({ headers }: Response) => headers.get('access-control-allow-origin')
const preflight = (path: string, method = 'POST', from = origin) =>
  fetch(`${installation.url}${path}`, {
    method: 'OPTIONS',
    headers: {
      origin: from,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization',
    },
  })
const verify = async (from = origin, key = installation.apiKey) =>
  fetch(`${installation.url}/api/v1/verify`, {
    method: 'POST',
    headers: { origin: from, authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{}',
  })

describe('without a setting', () => {
  test.each(['/api/v1/keys', '/v1/keys', '/api/v1/products/my-app/changelog', '/api/product/public-key'])(
    '%s, which needs no API key, can be read from anywhere',
    async (path) => expect(readableBy(await get(path))).toBe('*'),
  )

  test('no page of another origin may read what takes an API key', async () => {
    expect(readableBy(await verify())).toBeNull()
    const asked = await preflight('/api/v1/verify')
    expect(asked.status).toBe(204)
    expect(readableBy(asked)).toBe(installation.url)
  })
})

describe('with origins named', () => {
  beforeAll(async () => {
    await installation.cli('setting', 'set', 'cors_origins', 'https://app.example.com, https://figma.example')
  })

  test.each(['/api/v1/verify', '/v1/activate', '/api/v1//deactivate', '/api/v1/send-telemetry-data'])(
    'a page of theirs may call %s',
    async (path) => {
      const asked = await preflight(path)
      expect(asked.status).toBe(204)
      expect(readableBy(asked)).toBe(origin)
      expect(asked.headers.get('access-control-allow-methods')).toBe('POST')
      expect(asked.headers.get('access-control-allow-headers')).toContain('Authorization')
      expect(asked.headers.get('access-control-allow-credentials')).toBeNull()
    },
  )

  test('they read good answers and refusals, and others read neither', async () => {
    for (const key of [installation.apiKey, 'wrong']) {
      const answer = await verify(origin, key)
      expect(readableBy(answer)).toBe(origin)
      expect(answer.headers.get('vary')).toBe('Origin')
      await installation.receive(answer)
      expect(readableBy(await verify('https://elsewhere.example', key))).toBeNull()
    }
    expect(readableBy(await preflight('/api/v1/verify', 'POST', 'https://elsewhere.example'))).toBe(installation.url)
  })

  test.each([
    ['/api/v1/create-license-keys', 'POST'],
    ['/api/v1/random-assign-license-keys', 'POST'],
    ['/api/v1/get-license-keys', 'GET'],
    ['/api/v1/verify', 'GET'],
    ['/admin/api/session', 'POST'],
    ['//admin/api/session', 'POST'],
    ['/metrics', 'GET'],
  ])('nobody else’s page may call %s by %s', async (path, method) => {
    const asked = await preflight(path, method)
    expect(asked.ok).toBe(false)
    expect(readableBy(asked)).toBeNull()
  })

  test('any origin is a star, and what is no origin is refused', async () => {
    await installation.cli('setting', 'set', 'cors_origins', '*')
    expect(readableBy(await verify('https://elsewhere.example'))).toBe('*')
    for (const wrong of ['app.example.com', 'https://app.example.com/', 'https://app.example.com/path']) {
      expect((await installation.cli('setting', 'set', 'cors_origins', wrong)).exitCode).not.toBe(0)
    }
  })
})

describe('a request that expects to be told to continue', () => {
  const head = (expect: string) =>
    postHead('/api/v1/verify', {
      authorization: `Bearer ${installation.apiKey}`,
      'content-type': 'application/json',
      'content-length': 2,
      expect,
    })

  test.each(['100-Continue', '100-CONTINUE', 'something else'])(
    'and where it says "%s" it is told what to write, unless its body comes',
    async (value) => {
      const answer = await installation.receive(await talk(installation.url, [head(value)]))
      expect(answer).toMatchObject({ status: 400, code: 9400 })
      expect(answer.response.detail).toContain('Expect: 100-continue')
      expect(await installation.receive(await talk(installation.url, [head(value), '{}']))).toMatchObject({ code: 210 })
    },
  )
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator } from '../support/operator'
import { until } from '../support/wait'

const attentionOf = async (installation: TestInstallation) =>
  (await installation.cli('status', '--json')).json.attention
    .map(({ message }: { message: string }) => message)
    .join('\n')
const proxiesOf = async (installation: TestInstallation) =>
  JSON.parse((await installation.cli('doctor', '--json')).out).checks.find(
    ({ name }: { name: string }) => name === 'proxies',
  )

describe('a proxy that nobody has named', () => {
  let installation: TestInstallation
  beforeAll(async () => {
    installation = await startInstallation()
  })
  afterAll(() => installation.close())

  test('gives nobody the figures of the process', async () => {
    expect((await fetch(`${installation.url}/metrics`)).status).toBe(200)
    for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
      const answer = await fetch(`${installation.url}/metrics`, { headers: { [name]: '203.0.113.7' } })
      expect([name, answer.status]).toEqual([name, 403])
      expect(await answer.text()).toContain('trusted_proxies')
    }
  })

  test('leads nobody to the operator’s API as if from this machine', async () => {
    const answer = await fetch(`${installation.url}/admin/api/session`, {
      headers: { 'x-forwarded-for': '203.0.113.7' },
    })
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('trusted_proxies')
  })

  test('is told of by status and doctor', async () => {
    await installation.ask('POST /api/v1/verify', {}, { headers: { 'x-forwarded-for': '203.0.113.7' } })
    await until('it is noticed', async () => (await attentionOf(installation)).includes('trusted_proxies'))
    expect(await proxiesOf(installation)).toMatchObject({ ok: false, findings: [expect.stringContaining('127.0.0.1')] })
  })

  test('is forgotten once it is named', async () => {
    await installation.cli('setting', 'set', 'trusted_proxies', '127.0.0.1')
    expect(await attentionOf(installation)).not.toContain('trusted_proxies')
    expect(await proxiesOf(installation)).toMatchObject({ ok: true })
    const { status } = await fetch(`${installation.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.7' } })
    expect(status).toBe(403)
  })
})

describe('a proxy that is named', () => {
  let installation: TestInstallation
  let listed: string
  beforeAll(async () => {
    installation = await startInstallation({ trusted_proxies: '127.0.0.1,10.0.0.0/8' })
    const made = await installation.cli(
      ...['api-key', 'create', '--name', 'listed', '--preset', 'all', '--json'],
      ...['--allow-ip', '203.0.113.7', '--allow-ip', '2001:db8::/32'],
    )
    listed = made.json.api_key
  })
  afterAll(() => installation.close())

  test.each([
    ['x-forwarded-for', '203.0.113.7:51234'],
    ['x-forwarded-for', '[2001:db8::1]'],
    ['x-forwarded-for', '203.0.113.7, 10.1.2.3:8080'],
    ['forwarded', 'for="[2001:db8::1]:443";proto=https'],
  ])('may write its client as %s: %s', async (name, value) => {
    expect(
      (await installation.ask('GET /api/v1/get-all-products', {}, { key: listed, headers: { [name]: value } })).code,
    ).toBe(810)
  })

  test.each(['198.51.100.1', '203.0.113.7, 198.51.100.1', 'unknown', '203.0.113.7, unknown'])(
    'opens no list of addresses to %s',
    async (hops) => {
      const headers = { 'x-forwarded-for': hops }
      expect((await installation.ask('GET /api/v1/get-all-products', {}, { key: listed, headers })).code).toBe(103)
    },
  )

  test('that names no address is told of, and its clients are not taken for this machine', async () => {
    const viewer = await makeOperator(installation, 'viewer')
    const headers = { 'x-forwarded-for': 'unknown' }
    expect((await fetch(`${installation.url}/metrics`, { headers })).status).toBe(403)
    expect((await viewer.tell('GET /status', {}, { token: viewer.token, headers })).status).toBe(403)
    await until('it is noticed', async () => (await attentionOf(installation)).includes('"unknown"'))
    expect(await proxiesOf(installation)).toMatchObject({ ok: false })
  })
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeProduct } from '../support/stock'

const token = 'market-token'
const known: Record<string, unknown> = {
  '86781236-23d0-4b3c-7dfa-c1c147e0dece': { buyer: 'ada', item: { id: 17022701, name: 'Deski' } },
  '11111111-23d0-4b3c-7dfa-c1c147e0dece': { buyer: null, item: { id: 5, name: 'By Name' } },
  '22222222-23d0-4b3c-7dfa-c1c147e0dece': { buyer: 'eve', item: { id: 99, name: 'Not ours' } },
}

let installation: TestInstallation
let asked: string[]
let product: number
let caller = 0
let market: ReturnType<typeof Bun.serve>
beforeAll(async () => {
  market = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch(request) {
      const { pathname, searchParams } = new URL(request.url)
      if (request.headers.get('authorization') !== `Bearer ${token}`) return new Response('', { status: 403 })
      const code = searchParams.get('code') ?? ''
      asked.push(`${pathname} ${code}`)
      if (code.startsWith('5')) return new Response('oops', { status: 500 })
      return known[code] ? Response.json(known[code]) : Response.json({ error: 404 }, { status: 404 })
    },
  })
  const envato_url = `http://127.0.0.1:${market.port}`
  installation = await startInstallation({ envato_token: token, envato_url, trusted_proxies: '127.0.0.1' })
  product = await makeProduct(installation, { source: 'Envato', external_reference: '17022701' })
  await makeProduct(installation, { source: 'envato', name: 'By Name' })
})
afterAll(async () => {
  await installation.close()
  market.stop(true)
})

/** A purchase code of the item whose id is known here. */
function sell(): string {
  // Codes that begin with 5 are those the market fails at.
  const code = crypto.randomUUID().replace(/^./, '7')
  known[code] = { buyer: 'ada', item: { id: 17022701, name: 'Deski' } }
  return code
}

const verify = (license_key: string, fields = {}) => {
  asked = []
  const asking = { license_key, identifier: 'site', email: 'ada@example.com', ...fields }
  return installation.ask('POST /api/v1/verify', asking, {
    headers: { 'x-forwarded-for': `203.0.113.${100 + caller++}` },
  })
}

test('a purchase code of one of our items becomes a licence of whoever verifies it first', async () => {
  const code = '86781236-23d0-4b3c-7dfa-c1c147e0dece'
  expect(await verify(code)).toMatchObject({ code: 206 })
  expect(asked).toEqual([`/v3/market/author/sale ${code}`])
  expect(await verify(code)).toMatchObject({ code: 202 })
  expect(asked).toEqual([])
  expect(await installation.ask('POST /api/v1/activate', { license_key: code, identifier: 'site' })).toMatchObject({
    code: 300,
  })
  const { response } = await installation.ask('POST /api/v1/get-license-key-details', {
    license_key: code,
    identifier: 'site',
  })
  expect(response.licenseKey).toMatchObject({
    owner_name: 'ada',
    owner_email: 'ada@example.com',
    activation_limit: 1,
    validity: 0,
    expires_at: false,
  })
})

test.each([
  ['in capitals', (code: string) => code.toUpperCase()],
  ['without dashes', (code: string) => code.replaceAll('-', '')],
  ['with spaces around it', (code: string) => ` ${code}\t`],
  ['in groups', (code: string) => code.replaceAll('-', ' – ')],
  ['with a zero-width space', (code: string) => `\u200b${code}`],
])('a code %s is the licence of that code', async (_, write) => {
  const code = sell()
  expect(await verify(write(code))).toMatchObject({ code: 206 })
  expect(asked).toEqual([`/v3/market/author/sale ${code}`])
  expect(await installation.ask('POST /api/v1/activate', { license_key: code, identifier: 'site' })).toMatchObject({
    code: 300,
  })
  expect(await verify(write(code))).toMatchObject({ code: 200 })
  expect(asked).toEqual([])
  const { json } = await installation.cli('license', 'show', code, '--json')
  expect(json).toMatchObject({ license_key: code })
})

test('a code is one licence, however many ask for it at once in however many forms', async () => {
  const code = sell()
  const forms = [code, code.toUpperCase(), code.replaceAll('-', ''), code, ` ${code}`]
  const answers = await Promise.all(forms.map((license_key) => verify(license_key)))
  const codes = answers.map((answer) => Number(answer.code)).sort()
  expect(codes).toEqual([202, 202, 202, 202, 206])
  expect(await verify(code)).toMatchObject({ code: 202 })
  const { response } = await installation.ask('GET /api/v1/get-license-keys', { search: code.slice(0, 8) })
  expect(response.license_keys).toHaveLength(1)
})

test('a code is taken for the product that was asked for, and for no other', async () => {
  const code = sell()
  const other = await makeProduct(installation)
  expect(await verify(code, { product_id: other })).toMatchObject({ code: 210 })
  expect(await verify(code, { product_id: product })).toMatchObject({ code: 206 })
  expect(await verify(code, { product_id: other })).toMatchObject({ code: 210 })
  expect(asked).toEqual([])
})

test('one address, or one /64 of IPv6, does not use up what the market may be asked', async () => {
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
  const ask = async (address: string) => {
    const fields = { license_key: crypto.randomUUID(), identifier: 'site' }
    await installation.ask('POST /api/v1/verify', fields, from(address))
  }
  asked = []
  for (let i = 0; i < 40; i++) await ask('203.0.113.9')
  expect(asked.length).toBeLessThanOrEqual(12)
  for (let i = 0; i < 40; i++) await ask(`2a00:1:2:3::${i}`)
  expect(asked.length).toBeLessThanOrEqual(24)
  const before = asked.length
  await ask('203.0.113.10')
  expect(asked).toHaveLength(before + 1)
})

test('an item without an id here is found by its name', async () => {
  expect(await verify('11111111-23d0-4b3c-7dfa-c1c147e0dece')).toMatchObject({ code: 206 })
})

test.each([
  ['of an item that is not ours', '22222222-23d0-4b3c-7dfa-c1c147e0dece'],
  ['the market does not know', '33333333-23d0-4b3c-7dfa-c1c147e0dece'],
  ['the market cannot look up', '55555555-23d0-4b3c-7dfa-c1c147e0dece'],
])('a code %s is an invalid licence key', async (_, code) => {
  expect(await verify(code)).toMatchObject({ code: 210 })
  expect(asked).toHaveLength(1)
})

test('the market is not asked about keys that cannot be purchase codes', async () => {
  expect(await verify('KEY-1')).toMatchObject({ code: 210 })
  expect(asked).toEqual([])
})

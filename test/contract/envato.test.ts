import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startHouse, type TestHouse } from '../support/house'
import { makeProduct } from '../support/stock'

const token = 'market-token'
const known: Record<string, unknown> = {
  '86781236-23d0-4b3c-7dfa-c1c147e0dece': { buyer: 'ada', item: { id: 17022701, name: 'Deski' } },
  '11111111-23d0-4b3c-7dfa-c1c147e0dece': { buyer: null, item: { id: 5, name: 'By Name' } },
  '22222222-23d0-4b3c-7dfa-c1c147e0dece': { buyer: 'eve', item: { id: 99, name: 'Not ours' } },
}

let house: TestHouse
let asked: string[]
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
  house = await startHouse({ envato_token: token, envato_url: `http://127.0.0.1:${market.port}` })
  await makeProduct(house, { source: 'Envato', external_reference: '17022701' })
  await makeProduct(house, { source: 'envato', name: 'By Name' })
})
afterAll(async () => {
  await house.close()
  market.stop(true)
})

const verify = (license_key: string, fields = {}) => {
  asked = []
  return house.ask('POST /api/v1/verify', { license_key, identifier: 'site', email: 'ada@example.com', ...fields })
}

test('a purchase code of one of our items becomes a licence of whoever verifies it first', async () => {
  const code = '86781236-23d0-4b3c-7dfa-c1c147e0dece'
  expect(await verify(code)).toMatchObject({ code: 206 })
  expect(asked).toEqual([`/v3/market/author/sale ${code}`])
  expect(await verify(code)).toMatchObject({ code: 202 })
  expect(asked).toEqual([])
  expect(await house.ask('POST /api/v1/activate', { license_key: code, identifier: 'site' })).toMatchObject({
    code: 300,
  })
  const { response } = await house.ask('POST /api/v1/get-license-key-details', {
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

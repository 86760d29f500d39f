import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { type Receiver, receive } from '../support/receiver'
import { makeProduct } from '../support/stock'

let installation: TestInstallation
let shop: Receiver
beforeAll(async () => {
  shop = receive()
  installation = await startInstallation({ allow_private_webhooks: 'on' })
})
afterAll(async () => {
  await installation.close()
  await shop.close()
})

/** A product with that many keys in stock. */
async function stocked(quantity: number) {
  const product_id = await makeProduct(installation)
  const license_keys = Array.from({ length: quantity }, (_, i) => `STOCK-${product_id}-${i}`)
  if (quantity) {
    const terms = { activation_limit: 1, validity: 365, status: 'available' }
    await installation.ask('POST /api/v1/create-license-keys', { product_id, license_keys, ...terms })
  }
  return { product_id, license_keys }
}

const order = (fields: Record<string, unknown>, asking = {}) =>
  installation.ask(
    'POST /api/v1/random-assign-license-keys',
    { owner_name: 'Ada', owner_email: 'a@b.c', ...fields },
    asking,
  )

const left = async (product_id: number) =>
  (await installation.ask('GET /api/v1/get-available-license-keys-count', { product_id })).response.count

describe('an order of keys', () => {
  test('gets the oldest keys of the stock, in the columns a shop has', async () => {
    const { product_id, license_keys } = await stocked(5)
    const { code, response } = await order({ product_id: String(product_id), quantity: '2', generate: '0' })
    expect(code).toBe(803)
    expect(response.license_keys.map((row: { license_key: string }) => row.license_key)).toEqual(
      license_keys.slice(0, 2),
    )
    expect(Object.keys(response.license_keys[0])).toEqual([
      'product_id',
      'license_key',
      'activation_limit',
      'validity',
      'status',
      'owner_name',
      'owner_email',
      'assigned_at',
      'contract_id',
      'updated_at',
      'created_at',
      'id',
      'meta_data',
    ])
    expect(response.license_keys[0]).toMatchObject({
      status: 'assigned',
      owner_name: 'Ada',
      owner_email: 'a@b.c',
      contract_id: null,
      meta_data: [],
      assigned_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      created_at: expect.stringMatching(/\.000000Z$/),
    })
  })

  test('takes all or nothing', async () => {
    const { product_id } = await stocked(3)
    const { code, response } = await order({ product_id, quantity: 4 })
    expect({ code, available: response.available_quantity }).toEqual({ code: 802, available: 3 })
    expect(await left(product_id)).toBe(3)
  })

  test('is refused for an unknown product, and for a product that cannot generate', async () => {
    const { product_id } = await stocked(1)
    expect(await order({ product_id: 999_999 })).toMatchObject({ code: 805 })
    expect(await order({})).toMatchObject({ code: 805 })
    expect(await order({ product_id, generate: 1 })).toMatchObject({ code: 806 })
    expect(await left(product_id)).toBe(1)
  })

  test.each([0, -1, 1001, 'many', 1.5, { of: 2 }])('of %p keys is malformed', async (quantity) => {
    const { product_id } = await stocked(1)
    expect(await order({ product_id, quantity })).toMatchObject({ code: 9400, status: 400 })
    expect(await left(product_id)).toBe(1)
  })

  test('never shares a key with another when fifty shops race for the last ten', async () => {
    const { product_id } = await stocked(10)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        order({ product_id, owner_email: `buyer-${i}@test`, identifier: String(i) }),
      ),
    )
    const keys = answers.flatMap(({ response }) => response.license_keys ?? []).map((row) => row.license_key)
    expect(keys).toHaveLength(10)
    expect(new Set(keys).size).toBe(10)
    expect(answers.filter(({ code }) => code === 802)).toHaveLength(40)
  })

  test('follows an answered one as an order of its own, even an equal one', async () => {
    const { product_id } = await stocked(5)
    const first = await order({ product_id })
    const second = await order({ product_id })
    expect(second.response.license_keys[0].license_key).not.toBe(first.response.license_keys[0].license_key)
    expect(await left(product_id)).toBe(3)
  })

  test('is fulfilled once when fifteen copies of it arrive at once', async () => {
    const { product_id } = await stocked(20)
    const copy = { product_id, quantity: 2, identifier: '31' }
    const answers = await Promise.all(Array.from({ length: 15 }, () => order(copy)))
    expect(new Set(answers.map(({ response }) => response.license_keys[0].license_key)).size).toBe(1)
    expect(await left(product_id)).toBe(18)
  })

  const anonymous = { owner_name: undefined, owner_email: undefined }

  test.each([anonymous, { owner_name: ' Not set ', owner_email: 'not set', identifier: '' }])(
    'that names no buyer is an order of its own among equal ones of the same moment: %p',
    async (nobody) => {
      const { product_id, license_keys } = await stocked(15)
      const answers = await Promise.all(Array.from({ length: 15 }, () => order({ product_id, ...nobody })))
      const given = answers.map(({ response }) => response.license_keys[0].license_key)
      expect(given.sort()).toEqual(license_keys.sort())
    },
  )

  test('is not taken for another that differs in its name alone, sent at the same moment', async () => {
    const { product_id, license_keys } = await stocked(3)
    const buyer = { owner_name: 'Not set', owner_email: 'Not set' }
    const answers = await Promise.all(
      ['31', '32', '33'].map((identifier) => order({ product_id, ...buyer, identifier, webhook_url: 'http://x.test' })),
    )
    const given = answers.map(({ response }) => response.license_keys[0].license_key)
    expect(given.sort()).toEqual(license_keys)
  })

  test('may leave fields empty, and name a generator it does not need as another system does', async () => {
    const { product_id } = await stocked(2)
    const empty = { quantity: '', generate: '', owner_name: '', owner_email: '', webhook_url: '' }
    const { code, response } = await order({ product_id, ...empty, generator_id: '' }, { as: 'form' })
    expect(code).toBe(803)
    expect(response.license_keys).toMatchObject([{ owner_name: null, owner_email: null }])
    const generator_uuid = crypto.randomUUID()
    expect(await order({ product_id, count: '1', generator_uuid })).toMatchObject({ code: 803 })
    expect(await order({ product_id, generate: '1', generator_uuid })).toMatchObject({ code: 806 })
  })

  test('whose sender hung up before the answer is told again, not done again', async () => {
    const { product_id } = await stocked(5)
    await sendAndHangUp({ product_id, owner_email: 'gone@test' })
    while ((await left(product_id)) === 5) await Bun.sleep(5)
    const repeated = await order({ product_id, owner_email: 'gone@test', owner_name: undefined })
    expect(repeated.response.license_keys[0].license_key).toBe(`STOCK-${product_id}-0`)
    expect(await left(product_id)).toBe(4)
    const next = await order({ product_id, owner_email: 'gone@test', owner_name: undefined })
    expect(next.response.license_keys[0].license_key).toBe(`STOCK-${product_id}-1`)
  })

  test('that names no buyer and was never answered goes to one of those who ask again', async () => {
    const { product_id, license_keys } = await stocked(3)
    await sendAndHangUp({ product_id })
    while ((await left(product_id)) === 3) await Bun.sleep(5)
    const answers = await Promise.all(Array.from({ length: 3 }, () => order({ product_id, ...anonymous })))
    const given = answers.map(({ response }) => response.license_keys[0].license_key)
    expect(given.sort()).toEqual(license_keys.sort())
  })
})

/** Sends an order and closes the connection at once. */
async function sendAndHangUp(fields: Record<string, unknown>) {
  const { hostname, port } = new URL(installation.url)
  const body = JSON.stringify(fields)
  const socket = await Bun.connect({ hostname, port: Number(port), socket: { data() {} } })
  socket.write(
    `POST /api/v1/random-assign-license-keys HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${installation.apiKey}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  // The end arrives with the request, long before an answer can be signed.
  socket.end()
}

describe('an Idempotency-Key', () => {
  test('gives the same answer to the same order, byte for byte', async () => {
    const { product_id } = await stocked(5)
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const first = await order({ product_id }, { headers })
    const again = await order({ product_id }, { headers })
    expect(again.text).toBe(first.text)
    expect(await left(product_id)).toBe(4)
  })

  test('is refused for another order', async () => {
    const { product_id } = await stocked(5)
    const headers = { 'idempotency-key': crypto.randomUUID() }
    await order({ product_id }, { headers })
    expect(await order({ product_id, quantity: 2 }, { headers })).toMatchObject({ code: 9409, status: 409 })
  })

  test('makes one of fifteen copies at once', async () => {
    const { product_id } = await stocked(20)
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const answers = await Promise.all(Array.from({ length: 15 }, () => order({ product_id }, { headers })))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(await left(product_id)).toBe(19)
  })

  test('belongs to its API key and endpoint', async () => {
    const { product_id } = await stocked(5)
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const other = await installation.cli('api-key', 'create', '--name', 'other', '--preset', 'all', '--json')
    await order({ product_id }, { headers })
    await order({ product_id }, { headers, key: other.json.api_key })
    expect(await left(product_id)).toBe(3)
    const product = { source: 'internal', name: 'p', description: 'd', require_non_expired: 0, status: 'active' }
    const made = await installation.ask('POST /api/v1/create-product', product, { headers })
    expect(await installation.ask('POST /api/v1/create-product', product, { headers })).toMatchObject({
      text: made.text,
    })
  })

  test.each(['', 'two words', 'x'.repeat(256), 'clé'])('of the form %p is malformed', async (key) => {
    const { product_id } = await stocked(1)
    expect(await order({ product_id }, { headers: { 'idempotency-key': key } })).toMatchObject({ code: 9400 })
    expect(await left(product_id)).toBe(1)
  })
})

describe('a queued order', () => {
  const queue = (fields: Record<string, unknown>) =>
    installation.ask('POST /api/v1/random-assign-license-keys-queued', { owner_email: 'q@test', ...fields })
  const outcomeOf = async (identifier: string) => {
    const find = () => shop.messages.find(({ json }) => json.original.response.identifier === identifier)
    for (let i = 0; i < 500 && !find(); i++) await Bun.sleep(10)
    return find()!
  }

  test('is answered at once, and its outcome is posted as the shop reads it', async () => {
    const { product_id } = await stocked(5)
    const webhook_url = `${shop.url}/?keevault-webhook=secret`
    expect(await queue({ product_id, quantity: 2, webhook_url, identifier: 'order-1' })).toMatchObject({ code: 807 })
    const { url, json: body } = await outcomeOf('order-1')
    expect(url).toBe('/?keevault-webhook=secret')
    expect(Object.keys(body)).toEqual(['headers', 'original', 'exception'])
    expect(Object.keys(body.original)).toEqual(['response', 'response_base64', 'private_key_used', 'signature'])
    expect(body.original.response.code).toBe(803)
    expect(body.original.response.license_keys).toHaveLength(2)
    expect(await left(product_id)).toBe(3)
  })

  test('that fails is told so', async () => {
    const { product_id } = await stocked(1)
    const webhook_url = shop.url
    await queue({ product_id, quantity: 5, webhook_url, identifier: 'too-many' })
    await queue({ product_id: 999_999, webhook_url, identifier: 'no-product' })
    await queue({ product_id, generate: 1, webhook_url, identifier: 'no-generator' })
    expect((await outcomeOf('too-many')).json.original.response).toMatchObject({ code: 802, available_quantity: 1 })
    expect((await outcomeOf('no-product')).json.original.response.code).toBe(805)
    expect((await outcomeOf('no-generator')).json.original.response.code).toBe(806)
  })

  test.each([undefined, '', 'ftp://x', 'nonsense'])('to %p is malformed', async (webhook_url) => {
    expect(await queue({ product_id: 1, webhook_url, identifier: 'x' })).toMatchObject({ code: 9400 })
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { startHouse, type TestHouse } from '../support/house'
import { makeActiveLicense, makeProduct } from '../support/stock'

let house: TestHouse
let license_key: string
const identifier = 'büro-3'
beforeAll(async () => {
  house = await startHouse()
  license_key = await makeActiveLicense(house, { product_id: await makeProduct(house) }, identifier)
})
afterAll(() => house.close())

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const verify = (fields: Record<string, unknown>, asking = {}) =>
  house.ask('POST /api/v1/verify', { license_key, identifier, ...fields }, asking)

describe('an answer to a request with a nonce', () => {
  test('holds it, and whom it is about, under the signature, last before the timestamp', async () => {
    const nonce = 'n0nce /+"\\ ~'
    const { response } = await verify({ nonce })
    expect(Object.entries(response).slice(0, -1)).toEqual([
      ['code', 200],
      ['message', 'Valid license key'],
      ['license_key_sha256', sha256(license_key)],
      ['identifier_sha256', sha256(identifier)],
      ['nonce', nonce],
    ])
  })

  test('is about the fields as the server read them: spaces dropped, other names taken', async () => {
    const { response } = await house.ask('POST /api/v1/verify', {
      license_key: ` ${license_key} `,
      hardwareId: identifier,
      nonce: 12345678,
    })
    expect(response).toMatchObject({
      code: 200,
      license_key_sha256: sha256(license_key),
      identifier_sha256: sha256(identifier),
      nonce: '12345678',
    })
  })

  test('says no as well, and holds what follows the payload', async () => {
    const { response } = await house.ask('GET /api/v1/get-all-products', { nonce: 'x'.repeat(128) })
    expect(Object.keys(response)).toEqual(['code', 'message', 'products', 'nonce', 'timestamp'])
    expect(await verify({ license_key: 'UNKNOWN', nonce: 'eight888' })).toMatchObject({
      code: 210,
      response: { license_key_sha256: sha256('UNKNOWN'), nonce: 'eight888' },
    })
  })

  test('repeated under an Idempotency-Key carries the nonce of the repeat', async () => {
    const activate = (nonce: string) =>
      house.ask(
        'POST /api/v1/activate',
        { license_key, identifier: 'second', nonce },
        { headers: { 'idempotency-key': 'once' } },
      )
    const [first, again] = [await activate('first-nonce'), await activate('second-nonce')]
    expect([first.code, again.code]).toEqual([300, 300])
    expect([first.response.nonce, again.response.nonce]).toEqual(['first-nonce', 'second-nonce'])
    expect(again.response.timestamp).toBe(first.response.timestamp)
  })
})

test.each(['', null])('the nonce %p is none, as is such a key_id', async (nothing) => {
  const { code, response } = await verify({ nonce: nothing, key_id: nothing })
  expect(code).toBe(200)
  expect(Object.keys(response)).toEqual(['code', 'message', 'timestamp'])
})

test.each(['seven77', 'x'.repeat(129), 'tab\tinside', 'ümlaut-nonce', [['list-of-one']], true])(
  'the nonce %p is refused: 9400 says what one is',
  async (nonce) => {
    const { code, response } = await verify({ nonce })
    expect(code).toBe(9400)
    expect(response.detail).toContain('8 to 128 printable ASCII characters')
    expect(response).not.toHaveProperty('nonce')
  },
)

test('a stranger has nothing signed that they wrote', async () => {
  const { code, response } = await verify({ nonce: 'stranger-nonce' }, { key: 'lk_wrong' })
  expect(code).toBe(100)
  expect(Object.keys(response)).toEqual(['code', 'message', 'timestamp'])
  const changelog = await house.ask('GET /api/v1/products/none/changelog', { nonce: 'stranger-nonce' }, { key: null })
  expect(changelog.response).not.toHaveProperty('nonce')
})

test('a client that sends none gets the answer of v1', async () => {
  expect(Object.keys((await verify({})).response)).toEqual(['code', 'message', 'timestamp'])
})

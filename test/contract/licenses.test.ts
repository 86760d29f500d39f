import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeProduct } from '../support/stock'

let installation: TestInstallation
let product: number
let count = 0
beforeAll(async () => {
  installation = await startInstallation()
  product = await makeProduct(installation)
})
afterAll(() => installation.close())

const fresh = () => `FRESH-${++count}`
const terms = () => ({ product_id: product, activation_limit: 1, validity: 365, status: 'available' })

const create = (fields: Record<string, unknown>) =>
  installation.ask('POST /api/v1/create-license-keys', { ...terms(), ...fields })

async function listed(license_key: string) {
  const { response } = await installation.ask('GET /api/v1/get-license-keys', { search: license_key })
  return response.license_keys.find((row: { license_key: string }) => row.license_key === license_key)
}

describe('creating licence keys', () => {
  test('counts those made and those that were there, in the request or before it', async () => {
    const [one, two, three] = [fresh(), fresh(), fresh()]
    const answer = await create({ license_keys: [one, two, one] })
    expect(answer).toMatchObject({ status: 200, code: 900, message: 'License keys creation result' })
    expect(Object.entries(answer.response).slice(2, -1)).toEqual([
      ['created', 2],
      ['duplicate', 1],
    ])
    expect((await create({ license_keys: [three, one, two] })).response).toMatchObject({ created: 1, duplicate: 2 })
  })

  test('is 902 when there is nothing new, and changes nothing', async () => {
    const key = fresh()
    await create({ license_keys: [key] })
    const answer = await create({ license_keys: [key], validity: 1 })
    expect(answer).toMatchObject({ code: 902, message: 'No license keys created' })
    expect(Object.keys(answer.response)).toEqual(['code', 'message', 'timestamp'])
    expect(await listed(key)).toMatchObject({ validity: 365 })
  })

  test('keeps what is said of them', async () => {
    const key = fresh()
    await create({ license_keys: [key], owner_name: 'Ada', owner_email: 'a@example.com', activation_limit: -1 })
    const row = await listed(key)
    expect(Object.entries(row)).toEqual([
      ['id', expect.any(Number)],
      ['product_id', product],
      ['license_key', key],
      ['owner_name', 'Ada'],
      ['owner_email', 'a@example.com'],
      ['activation_limit', -1],
      ['validity', 365],
      ['assigned_at', null],
      ['status', 'available'],
      ['created_at', expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z$/)],
      ['updated_at', row.created_at],
    ])
  })

  test.each<[string, unknown]>([
    ['a JSON list', ['LIST-1', ' LIST-2 ']],
    ['the text of a JSON list', '["TEXT-1"," TEXT-2 "]'],
    ['lines', 'LINE-1\r\nLINE-2\n\n'],
    ['words between commas', 'COMMA-1, COMMA-2'],
  ])('takes the keys as %s', async (_, license_keys) => {
    expect((await create({ license_keys })).response).toMatchObject({ created: 2, duplicate: 0 })
    const [word] = String(Array.isArray(license_keys) ? license_keys[0] : license_keys).match(/[A-Z]+/)!
    expect(await listed(`${word}-1`)).toBeDefined()
    expect(await listed(`${word}-2`)).toBeDefined()
  })

  test.each([[[70_001, 'N-1']], ['[70002,"N-2"]']])(
    'takes numbers among the keys as their text: %j',
    async (license_keys) => {
      expect((await create({ license_keys })).response).toMatchObject({ code: 900, created: 2 })
      const [number] = String(license_keys).match(/7\d+/)!
      expect(await listed(number)).toBeDefined()
    },
  )

  test('takes a form that repeats license_keys[]', async () => {
    const body = new URLSearchParams({ ...terms(), product_id: `${product}`, activation_limit: '1', validity: '1' })
    for (const key of [fresh(), fresh()]) body.append('license_keys[]', key)
    const { response } = await installation.ask('POST /api/v1/create-license-keys', {}, { body })
    expect(response).toMatchObject({ code: 900, created: 2 })
  })

  test('takes the fields under the names of other clients', async () => {
    const [key] = [fresh()]
    const { product_id: productId, validity: validity_days, ...rest } = { ...terms(), validity: 7 }
    const fields = { ...rest, productId, validity_days, customer_email: 'c@example.com', customer_name: 'Cy' }
    const { code } = await installation.ask('POST /api/v1/create-license-keys', { ...fields, license_keys: [key] })
    expect(code).toBe(900)
    expect(await listed(key)).toMatchObject({ validity: 7, owner_email: 'c@example.com', owner_name: 'Cy' })
  })

  test('names every faulty field, in the order of the fields', async () => {
    const answer = await installation.ask('POST /api/v1/create-license-keys')
    expect(answer).toMatchObject({ status: 200, code: 901, message: 'Incorrect data found', signedWith: 'global' })
    expect(Object.entries(answer.response.errors)).toEqual([
      ['license_keys', ['The license keys field is required.']],
      ['product_id', ['The selected product id is invalid.']],
      ['activation_limit', ['The activation limit field is required.']],
      ['validity', ['The validity field is required.']],
      ['status', ['The status field is required.']],
    ])
  })

  test.each<[string, unknown, string]>([
    ['license_keys', [], 'The license keys field is required.'],
    ['license_keys', { a: 1 }, 'The license keys must be an array.'],
    ['license_keys', [['a']], 'The license keys must be an array.'],
    ['license_keys', '[12345678901234567890]', 'The license keys must be an array.'],
    ['license_keys', ['x'.repeat(256)], 'The license keys must not be greater than 255 characters.'],
    ['product_id', 999_999, 'The selected product id is invalid.'],
    ['activation_limit', 'many', 'The activation limit must be an integer.'],
    ['activation_limit', 1.5, 'The activation limit must be an integer.'],
    ['activation_limit', -2, 'The activation limit must be at least -1.'],
    ['validity', -1, 'The validity must be at least 0.'],
    ['validity', '', 'The validity field is required.'],
    ['validity', 2_147_483_648, 'The validity must not be greater than 2147483647.'],
    ['status', 'sold', 'The selected status is invalid.'],
    ['assigned_at', 'yesterday', 'The assigned at is not a valid date.'],
    ['assigned_at', '2024-02-30', 'The assigned at is not a valid date.'],
    ['owner_email', 'x'.repeat(256), 'The owner email must not be greater than 255 characters.'],
    ['owner_name', ['Ada'], 'The owner name must be a string.'],
  ])('refuses %s %j and makes nothing', async (name, value, sentence) => {
    const key = fresh()
    const { response } = await create({ license_keys: [key], [name]: value })
    expect(response).toMatchObject({ code: 901, errors: { [name]: [sentence] } })
    expect(Object.keys(response.errors)).toEqual([name])
    expect(await listed(key)).toBeUndefined()
  })

  test.each<[string, unknown]>([
    ['WITH-EMPTY-1', ['WITH-EMPTY-1', '']],
    ['WITH-EMPTY-2', '["WITH-EMPTY-2", "  "]'],
    ['WITH-EMPTY-3', '\nWITH-EMPTY-3\n,\n'],
  ])('leaves empty keys out: %s', async (key, license_keys) => {
    expect((await create({ license_keys })).response).toMatchObject({ code: 900, created: 1, duplicate: 0 })
    expect(await listed(key)).toBeDefined()
  })

  test.each<[unknown]>([[['\t']], ['[" "]'], [' , ,']])('refuses a list of empty keys: %j', async (license_keys) => {
    const { response } = await create({ license_keys })
    expect(response).toMatchObject({ code: 901, errors: { license_keys: ['The license keys field is required.'] } })
  })

  test('refuses a NUL character inside the text of a list', async () => {
    expect(await create({ license_keys: '["A\\u0000B"]' })).toMatchObject({ status: 400, code: 9400 })
  })

  test.each<[string, string, boolean]>([
    ['available', 'available', false],
    ['reserved', 'reserved', false],
    ['assigned', 'assigned', true],
    ['blocked', 'blocked', false],
    ['active', 'assigned', true],
    ['expired', 'assigned', true],
    ['suspended', 'blocked', false],
    ['inactive', 'blocked', false],
    ['revoked', 'blocked', false],
    ['ASSIGNED', 'assigned', true],
  ])('takes the status word %s as %s', async (word, status, isDated) => {
    const key = fresh()
    await create({ license_keys: [key], status: word })
    const row = await listed(key)
    expect(row.status).toBe(status)
    expect(row.assigned_at !== null).toBe(isDated)
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let product: number
beforeAll(async () => {
  installation = await startInstallation()
  product = await makeProduct(installation)
})
afterAll(() => installation.close())

const json = { 'content-type': 'application/json' }
const listedKeys = async (filter: Record<string, unknown>) =>
  (await installation.ask('GET /api/v1/get-license-keys', filter)).response.license_keys

describe.each(['json', 'form', 'multipart', 'query'] as const)('fields in %s', (as) => {
  test('are read, numbers and flags as text too', async () => {
    const made = await installation.ask(
      'POST /api/v1/create-product',
      { source: 'internal', name: 'Ä & <b> / ü', description: "d'", require_non_expired: '1', status: 'active' },
      { as },
    )
    expect(made).toMatchObject({ code: 750 })
    const { product_id } = made.response
    const { products } = (await installation.ask('GET /api/v1/get-all-products')).response
    expect(products.at(-1)).toMatchObject({ id: product_id, name: 'Ä & <b> / ü', require_non_expired: 1 })

    const fields = { product_id: String(product_id), activation_limit: '2', validity: '7', status: 'available' }
    const key = `FORM-${as}-€😀`
    const created = await installation.ask('POST /v1/create-license-keys', { ...fields, license_keys: [key] }, { as })
    expect(created.response).toMatchObject({ code: 900, created: 1 })
    expect(await listedKeys({ search: key })).toMatchObject([{ license_key: key, activation_limit: 2, validity: 7 }])
    expect(await installation.ask('POST /api/v1/assign-license-key', { license_key: key }, { as })).toMatchObject({
      code: 800,
    })
    const device = { license_key: key, identifier: 'ü' }
    expect(await installation.ask('POST /api/v1/activate', device, { as })).toMatchObject({ code: 300 })
    expect(await installation.ask('POST /api/v1/verify', device, { as })).toMatchObject({ code: 200 })
  })

  test('that nobody asked for are ignored', async () => {
    const license_key = await makeLicense(installation, { product_id: product })
    const fields = { license_key, identifier: 'x', os: 'linux', cache_ttl: '60', metadata: '{}', __proto__x: '1' }
    expect(await installation.ask('POST /api/v1/activate', fields, { as })).toMatchObject({ code: 300 })
  })
})

describe('a request', () => {
  test.each(['/api/v1', '/v1'])('is taken under %s', async (prefix) => {
    expect(await installation.ask(`POST ${prefix}/verify` as 'POST /')).toMatchObject({ status: 200, code: 210 })
    expect(await installation.ask(`GET ${prefix}/get-all-products` as 'GET /')).toMatchObject({
      status: 200,
      code: 810,
    })
  })

  test('of GET may name JSON and bring no body', async () => {
    const answer = await installation.ask('GET /api/v1/get-all-products', {}, { headers: json })
    expect(answer).toMatchObject({ status: 200, code: 810 })
  })

  test.each(['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'of POST may name %s and bring no body',
    async (type) => {
      const license_key = await makeLicense(installation, { product_id: product })
      const door = `POST /api/v1/verify?license_key=${license_key}` as const
      const answer = await installation.ask(door, {}, { as: 'query', headers: { 'content-type': type } })
      expect(answer).toMatchObject({ status: 200, code: 215 })
    },
  )

  test.each(['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset=UTF-8'])(
    'may name its type as %s',
    async (type) => {
      const headers = { 'content-type': type }
      expect(await installation.ask('POST /api/v1/verify', {}, { body: '{}', headers })).toMatchObject({ code: 210 })
    },
  )

  test('may put a field in the query and another in the body, which wins', async () => {
    const license_key = await makeLicense(installation, { product_id: product })
    const door = 'POST /api/v1/activate?identifier=query&license_key=nothing' as const
    expect(await installation.ask(door, { license_key })).toMatchObject({ code: 300 })
    expect(await installation.ask('POST /api/v1/verify', { license_key, identifier: 'query' })).toMatchObject({
      code: 200,
    })
  })

  test('may bring numbers, booleans and null where texts are meant', async () => {
    const license_key = await makeLicense(installation, { product_id: product })
    expect(await installation.ask('POST /api/v1/activate', { license_key, identifier: 17 })).toMatchObject({
      code: 300,
    })
    expect(await installation.ask('POST /api/v1/verify', { license_key, identifier: ' 17 ' })).toMatchObject({
      code: 200,
    })
    expect(await installation.ask('POST /api/v1/verify', { license_key, identifier: true })).toMatchObject({
      code: 202,
    })
    expect(await installation.ask('POST /api/v1/verify', { license_key, identifier: null })).toMatchObject({
      code: 215,
    })
  })

  test.each([{ identifier: ['x'] }, { identifier: { a: 1 } }, { identifier: 'x'.repeat(1025) }])(
    'is told which field cannot be what it is',
    async (fields) => {
      const answer = await installation.ask('POST /api/v1/verify', { license_key: 'x', ...fields })
      expect(answer).toMatchObject({ status: 400, code: 9400 })
      expect(answer.response.detail).toContain('identifier')
    },
  )

  test('repeats a field: of a form the last counts', async () => {
    const license_key = await makeLicense(installation, { product_id: product })
    const body = new URLSearchParams([
      ['license_key', 'nothing'],
      ['identifier', 'x'],
      ['license_key', license_key],
    ])
    expect(await installation.ask('POST /api/v1/verify', {}, { body })).toMatchObject({ code: 202 })
  })
})

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

const identifier = 'site.test'
const timestamp = expect.any(Number)

/** A licence key with a seat taken by `identifier`. */
async function activeLicense(fields: Record<string, unknown> = {}) {
  const license_key = await makeLicense(installation, { product_id: product, ...fields })
  await installation.ask('POST /api/v1/activate', { license_key, identifier })
  return license_key
}

const metaOf = async (license_key: string) => {
  const { response } = await installation.ask('POST /api/v1/get-license-key-details', { license_key, identifier })
  return response.licenseKey.meta_data
}

const productMetaOf = async (id: number) => {
  const { response } = await installation.ask('GET /api/v1/get-all-products')
  return response.products.find((row: { id: number }) => row.id === id).meta_data
}

const licenseRoutes = [
  'POST /api/v1/create-license-key-meta',
  'POST /api/v1/update-license-key-meta',
  'POST /api/v1/delete-license-key-meta',
] as const

const productRoutes = [
  'POST /api/v1/create-product-meta',
  'POST /api/v1/update-product-meta',
  'POST /api/v1/delete-product-meta',
] as const

describe('metadata of a licence', () => {
  test('is created once, read with the details, changed and deleted, each with its id', async () => {
    const asked = { license_key: await activeLicense(), identifier, key: 'colour' }
    const created = await installation.ask('POST /api/v1/create-license-key-meta', { ...asked, value: 'red' })
    expect(created.response).toEqual({ code: 453, message: 'Metadata created', meta_id: expect.any(Number), timestamp })
    const again = await installation.ask('POST /api/v1/create-license-key-meta', { ...asked, value: 'green' })
    expect(again).toMatchObject({ code: 452, message: 'Meta key already exists' })
    expect(await metaOf(asked.license_key)).toEqual([{ key: 'colour', value: 'red' }])

    const updated = await installation.ask('POST /api/v1/update-license-key-meta', { ...asked, value: 'blue' })
    const { meta_id } = created.response
    expect(updated.response).toEqual({ code: 353, message: 'Metadata updated', meta_id, timestamp })
    expect(await metaOf(asked.license_key)).toEqual([{ key: 'colour', value: 'blue' }])

    const deleted = await installation.ask('POST /api/v1/delete-license-key-meta', asked)
    expect(deleted.response).toEqual({ code: 252, message: 'Metadata deleted', timestamp })
    expect(await metaOf(asked.license_key)).toEqual([])
    const unknown = "Meta key doesn't exist"
    expect(await installation.ask('POST /api/v1/update-license-key-meta', { ...asked, value: 'x' })).toMatchObject({
      code: 352,
      message: unknown,
    })
    expect(await installation.ask('POST /api/v1/delete-license-key-meta', asked)).toMatchObject({
      code: 251,
      message: unknown,
    })
  })

  test('of one licence is not that of another', async () => {
    const [mine, theirs] = [await activeLicense(), await activeLicense()]
    await installation.ask('POST /api/v1/create-license-key-meta', {
      license_key: mine,
      identifier,
      key: 'k',
      value: 'v',
    })
    const asked = { license_key: theirs, identifier, key: 'k', value: 'w' }
    expect(await installation.ask('POST /api/v1/update-license-key-meta', asked)).toMatchObject({ code: 352 })
    expect(await installation.ask('POST /api/v1/delete-license-key-meta', asked)).toMatchObject({ code: 251 })
    expect(await metaOf(mine)).toEqual([{ key: 'k', value: 'v' }])
  })

  test('takes the names and the JSON values that SDKs send, as text', async () => {
    const license_key = await activeLicense()
    const values: [string, unknown, string][] = [
      ['number', 7, '7'],
      ['false', false, 'false'],
      ['object', { a: [1, 'é'] }, '{"a":[1,"é"]}'],
      ['list', ['x'], '["x"]'],
      ['emoji 🔑', '🗝️', '🗝️'],
      ['long', 'x'.repeat(65_536), 'x'.repeat(65_536)],
    ]
    for (const [meta_key, meta_value] of values) {
      const sent = { license_key, hardware_id: identifier, meta_key, meta_value }
      expect(await installation.ask('POST /v1/create-license-key-meta', sent)).toMatchObject({ code: 453 })
    }
    expect(await metaOf(license_key)).toEqual(values.map(([key, , value]) => ({ key, value })))
  })

  test('created twice at once is created once', async () => {
    const license_key = await activeLicense()
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((value) =>
        installation.ask('POST /api/v1/create-license-key-meta', { license_key, identifier, key: 'raced', value }),
      ),
    )
    expect(answers.map(({ code }) => code).sort()).toEqual([452, 452, 452, 453])
    expect(await metaOf(license_key)).toHaveLength(1)
  })

  test('is not reached past the rules of verify, which come before its own', async () => {
    const other = await makeProduct(installation)
    const inactive = await makeProduct(installation, { status: 'inactive' })
    const license_key = await activeLicense()
    const cases: [number, Record<string, unknown>][] = [
      [210, { identifier }],
      [210, { license_key: 'no-such-key', identifier }],
      [210, { license_key: 'k'.repeat(300), identifier }],
      [210, { license_key, identifier, product_id: other }],
      [215, { license_key }],
      [215, { license_key, identifier: '' }],
      [204, { license_key: await makeLicense(installation, { product_id: product, status: 'blocked' }), identifier }],
      [201, { license_key: await makeLicense(installation, { product_id: product, status: 'available' }), identifier }],
      [203, { license_key: await makeLicense(installation, { product_id: inactive }), identifier }],
      [
        205,
        {
          license_key: await makeLicense(installation, { product_id: product, validity: 1, assigned_at: '2020-01-01' }),
          identifier,
        },
      ],
      [202, { license_key, identifier: 'another device' }],
    ]
    for (const route of licenseRoutes) {
      for (const [code, fields] of cases)
        expect(await installation.ask(route, fields)).toMatchObject({ code, status: 200 })
    }
  })

  test('asks for its key first, then for its value', async () => {
    const device = { license_key: await activeLicense(), identifier }
    const [create, update, remove] = licenseRoutes
    for (const key of [undefined, '', '   ', null]) {
      expect(await installation.ask(create, { ...device, key, value: 'v' })).toMatchObject({ code: 450 })
      expect(await installation.ask(update, { ...device, key })).toMatchObject({ code: 350 })
      expect(await installation.ask(remove, { ...device, key })).toMatchObject({
        code: 250,
        message: 'Meta key is required',
      })
    }
    for (const value of [undefined, '', null]) {
      expect(await installation.ask(create, { ...device, key: 'k', value })).toMatchObject({ code: 451 })
      expect(await installation.ask(update, { ...device, key: 'k', value })).toMatchObject({
        code: 351,
        message: 'Meta value is required',
      })
    }
    expect(await metaOf(device.license_key)).toEqual([])
  })

  test('that no field may hold is malformed and leaves nothing behind', async () => {
    const device = { license_key: await activeLicense(), identifier }
    const cases: Record<string, unknown>[] = [
      { key: 'k'.repeat(256), value: 'v' },
      { key: { a: 1 }, value: 'v' },
      { key: ['k'], value: 'v' },
      { key: 'nul\0', value: 'v' },
      { key: 'k', value: 'nul\0' },
      { key: 'k', value: 'x'.repeat(65_537) },
      { key: 'k', value: { long: 'x'.repeat(65_537) } },
    ]
    for (const fields of cases) {
      for (const route of licenseRoutes.slice(0, 2)) {
        expect(await installation.ask(route, { ...device, ...fields })).toMatchObject({ code: 9400, status: 400 })
      }
    }
    expect(await metaOf(device.license_key)).toEqual([])
  })

  test('is created once however often a request with one Idempotency-Key comes', async () => {
    const asked = { license_key: await activeLicense(), identifier, key: 'k', value: 'v' }
    const headers = { 'idempotency-key': 'meta-1' }
    const first = await installation.ask('POST /api/v1/create-license-key-meta', asked, { headers })
    expect(first).toMatchObject({ code: 453 })
    const second = await installation.ask('POST /api/v1/create-license-key-meta', asked, { headers })
    expect(second.text).toBe(first.text)
  })
})

describe('metadata of a product', () => {
  test('is created once, read with the product, changed and deleted', async () => {
    const product_id = await makeProduct(installation)
    const asked = { product_id, key: 'platform' }
    const created = await installation.ask('POST /api/v1/create-product-meta', { ...asked, value: 'linux' })
    expect(created.response).toEqual({ code: 273, message: 'Product meta created', timestamp })
    const again = await installation.ask('POST /api/v1/create-product-meta', { ...asked, value: 'mac' })
    expect(again).toMatchObject({ code: 272, message: 'Meta key already exists' })
    expect(await productMetaOf(product_id)).toEqual([{ key: 'platform', value: 'linux' }])

    const updated = await installation.ask('POST /api/v1/update-product-meta', { ...asked, value: { os: 'mac' } })
    expect(updated.response).toEqual({ code: 373, message: 'Product meta updated', timestamp })
    expect(await productMetaOf(product_id)).toEqual([{ key: 'platform', value: '{"os":"mac"}' }])

    const deleted = await installation.ask('POST /api/v1/delete-product-meta', asked)
    expect(deleted.response).toEqual({ code: 482, message: 'Product meta deleted', timestamp })
    expect(await productMetaOf(product_id)).toEqual([])
    expect(await installation.ask('POST /api/v1/update-product-meta', { ...asked, value: 'x' })).toMatchObject({
      code: 372,
      message: "Meta key doesn't exists",
    })
    expect(await installation.ask('POST /api/v1/delete-product-meta', asked)).toMatchObject({
      code: 481,
      message: "Meta key doesn't exist",
    })
  })

  test('created twice at once is created once', async () => {
    const product_id = await makeProduct(installation)
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((value) =>
        installation.ask('POST /api/v1/create-product-meta', { product_id, key: 'k', value }),
      ),
    )
    expect(answers.map(({ code }) => code).sort()).toEqual([272, 272, 273])
  })

  test('of no product is not found, whatever else is wrong', async () => {
    const references = [undefined, '', 0, -1, 999_999, 2 ** 60, 'no-such-slug', '😀', 'x'.repeat(255)]
    for (const [i, code] of [274, 374, 483].entries()) {
      for (const product_id of references) {
        const answer = await installation.ask(productRoutes[i]!, { product_id })
        expect(answer).toMatchObject({ code, message: 'Product not found', signedWith: 'global' })
      }
    }
  })

  test('asks for its key first, then for its value', async () => {
    const product_id = await makeProduct(installation)
    const codes: [(typeof productRoutes)[number], number, Record<string, unknown>][] = [
      [productRoutes[0], 270, { value: 'v' }],
      [productRoutes[0], 271, { key: 'k' }],
      [productRoutes[0], 271, { key: 'k', value: '' }],
      [productRoutes[1], 370, { value: 'v' }],
      [productRoutes[1], 371, { key: 'k' }],
      [productRoutes[2], 480, {}],
      [productRoutes[2], 480, { key: '' }],
    ]
    for (const [route, code, fields] of codes)
      expect(await installation.ask(route, { product_id, ...fields })).toMatchObject({ code })
    expect(await productMetaOf(product_id)).toEqual([])
  })

  test('that no field may hold is malformed and leaves nothing behind', async () => {
    const product_id = await makeProduct(installation)
    const cases: Record<string, unknown>[] = [
      { product_id: 'x'.repeat(256), key: 'k', value: 'v' },
      { product_id: { id: 1 }, key: 'k', value: 'v' },
      { product_id, key: 'k'.repeat(256), value: 'v' },
      { product_id, key: ['k'], value: 'v' },
      { product_id, key: 'k', value: 'nul\0' },
      { product_id, key: 'k', value: 'x'.repeat(65_537) },
    ]
    for (const fields of cases) {
      for (const route of productRoutes.slice(0, 2)) {
        expect(await installation.ask(route, fields)).toMatchObject({ code: 9400, status: 400 })
      }
    }
    expect(await productMetaOf(product_id)).toEqual([])
  })
})

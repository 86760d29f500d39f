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

const device = (license_key: string, identifier = 'site.test') => ({ license_key, identifier })

const update = async (license_key: string, changes: Record<string, unknown>) =>
  expect(await installation.ask('POST /api/v1/update-license-key', { license_key, ...changes })).toMatchObject({
    code: 950,
  })

describe('a licence on a device', () => {
  test('is valid once it is activated, and not after it is deactivated', async () => {
    const asked = device(await makeLicense(installation, { product_id: product }))
    expect(await installation.ask('POST /api/v1/verify', asked)).toMatchObject({ code: 202 })
    expect(await installation.ask('POST /api/v1/activate', asked)).toMatchObject({ code: 300 })
    expect(await installation.ask('POST /v1/verify', asked)).toMatchObject({ code: 200, status: 200 })
    expect(await installation.ask('POST /api/v1/activate', asked)).toMatchObject({ code: 301 })
    expect(await installation.ask('POST /api/v1/deactivate', asked)).toMatchObject({
      code: '400',
      signedWith: 'global',
    })
    expect(await installation.ask('POST /api/v1/deactivate', asked)).toMatchObject({ code: 401 })
    expect(await installation.ask('POST /api/v1/verify', asked)).toMatchObject({ code: 202 })
  })

  test('is told in the documented words, with nothing between message and timestamp', async () => {
    const asked = device(await makeLicense(installation, { product_id: product, activation_limit: 1 }))
    const told = async (path: string, fields: Record<string, unknown>) => {
      const { status, response } = await installation.ask(`POST /api/v1/${path}`, fields)
      const { timestamp, ...said } = response
      expect(status).toBe(200)
      expect(Object.keys(response)).toEqual(['code', 'message', 'timestamp'])
      expect(Math.abs(timestamp - installation.now().getTime() / 1000)).toBeLessThan(30)
      return said
    }
    expect(await told('verify', asked)).toEqual({
      code: 202,
      message: 'No activation found for this license key/identifier combination',
    })
    expect(await told('activate', asked)).toEqual({ code: 300, message: 'License key activated' })
    expect(await told('activate', asked)).toEqual({ code: 301, message: 'License key already active' })
    expect(await told('activate', { ...asked, identifier: 'other' })).toEqual({
      code: 302,
      message: 'License key reached activation limit',
    })
    expect(await told('verify', asked)).toEqual({ code: 200, message: 'Valid license key' })
    expect(await told('deactivate', asked)).toEqual({ code: '400', message: 'License key deactivated' })
    expect(await told('deactivate', asked)).toEqual({ code: 401, message: 'License key already inactive' })
  })

  test('is another one than that whose key differs in upper and lower case alone', async () => {
    const [lower, upper] = ['case-key-é', 'CASE-KEY-é']
    for (const key of [lower, upper]) await makeLicense(installation, { product_id: product, license_keys: [key] })
    const { response } = await installation.ask('GET /api/v1/get-license-keys', { search: 'Case-Key-é' })
    const listed = response.license_keys.map((row: { license_key: string }) => row.license_key)
    expect(listed).toEqual([lower, upper])
    await installation.ask('POST /api/v1/activate', device(lower))
    expect(await installation.ask('POST /api/v1/verify', device(lower))).toMatchObject({ code: 200 })
    expect(await installation.ask('POST /api/v1/verify', device(upper))).toMatchObject({ code: 202 })
    expect(await installation.ask('POST /api/v1/verify', device('Case-Key-é'))).toMatchObject({ code: 210 })
  })

  test('can take and free its seat any number of times, and holds one at a time', async () => {
    const asked = device(await makeLicense(installation, { product_id: product, activation_limit: 1 }))
    for (let i = 0; i < 3; i++) {
      expect(await installation.ask('POST /api/v1/activate', asked)).toMatchObject({ code: 300 })
      expect(await installation.ask('POST /api/v1/activate', { ...asked, identifier: 'other' })).toMatchObject({
        code: 302,
      })
      expect(await installation.ask('POST /api/v1/deactivate', asked)).toMatchObject({ code: '400' })
    }
  })

  test('is known by its exact identifier', async () => {
    const key = await makeLicense(installation, { product_id: product })
    await installation.ask('POST /api/v1/activate', device(key, 'Site.Test'))
    expect(await installation.ask('POST /api/v1/verify', device(key, 'site.test'))).toMatchObject({ code: 202 })
    expect(await installation.ask('POST /api/v1/verify', device(key, 'Site.Test'))).toMatchObject({ code: 200 })
  })

  test.each(['hardwareId', 'hardware_id', 'hwid', 'domain', 'server_domain'])(
    'may be named by its %s instead of its identifier',
    async (alias) => {
      const license_key = await makeLicense(installation, { product_id: product })
      expect(await installation.ask('POST /api/v1/activate', { license_key, [alias]: 'pc-7' })).toMatchObject({
        code: 300,
      })
      expect(await installation.ask('POST /api/v1/verify', device(license_key, 'pc-7'))).toMatchObject({ code: 200 })
    },
  )

  test('is named by the best name when there are several: identifier, then hardware, then domain', async () => {
    const license_key = await makeLicense(installation, { product_id: product })
    await installation.ask('POST /api/v1/activate', { license_key, domain: 'd', hardware_id: 'h', identifier: 'i' })
    expect(await installation.ask('POST /api/v1/verify', device(license_key, 'i'))).toMatchObject({ code: 200 })
    await installation.ask('POST /api/v1/activate', { license_key, domain: 'd', hwid: 'h' })
    expect(await installation.ask('POST /api/v1/verify', device(license_key, 'h'))).toMatchObject({ code: 200 })
    expect(await installation.ask('POST /api/v1/verify', device(license_key, 'd'))).toMatchObject({ code: 202 })
  })

  test.each(['product_id', 'productId', 'product_uuid', 'product_slug'])(
    'is of no use for another product named in %s',
    async (name) => {
      const other = await makeProduct(installation)
      const asked = device(await makeLicense(installation, { product_id: product }))
      for (const path of ['activate', 'verify', 'get-license-key-details', 'deactivate'] as const) {
        expect(await installation.ask(`POST /api/v1/${path}`, { ...asked, [name]: other })).toMatchObject({ code: 210 })
        expect(await installation.ask(`POST /api/v1/${path}`, { ...asked, [name]: 'nothing' })).toMatchObject({
          code: 210,
        })
      }
      expect(await installation.ask('POST /api/v1/activate', { ...asked, [name]: `${product}` })).toMatchObject({
        code: 300,
      })
    },
  )
})

test.each(['', ' ', null])(
  'a product named as %j is none, for whatever is asked of a licence',
  async (product_uuid) => {
    const asked = { ...device(await makeLicense(installation, { product_id: product })), product_uuid }
    for (const [path, code] of [
      ['activate', 300],
      ['verify', 200],
      ['get-license-key-details', 500],
      ['access-downloadables', 600],
      ['get-license-file', 502],
      ['deactivate', '400'],
    ]) {
      expect(await installation.ask(`POST /api/v1/${path}` as 'POST /', asked)).toMatchObject({ code: code as number })
    }
  },
)

describe('the rules of a licence, the first that fails', () => {
  test.each([
    { path: 'verify', sound: 202 },
    { path: 'get-license-key-details', sound: 202 },
    { path: 'activate', sound: 300 },
  ])('on $path: 210, 215, 204, 201, 203, 205, then $sound', async ({ path, sound }) => {
    const its = await makeProduct(installation, { status: 'inactive' })
    const past = { assigned_at: '2020-01-01 00:00:00', validity: 1 }
    const license_key = await makeLicense(installation, { product_id: its, status: 'blocked', ...past })
    const ask = async (fields: Record<string, unknown>) => (await installation.ask(`POST /api/v1/${path}`, fields)).code

    expect(await ask({})).toBe(210)
    expect(await ask({ license_key: 'unknown' })).toBe(210)
    expect(await ask({ license_key, product_id: product })).toBe(210)
    expect(await ask({ license_key })).toBe(215)
    expect(await ask({ license_key, identifier: ' ' })).toBe(215)
    expect(await ask(device(license_key))).toBe(204)
    await update(license_key, { status: 'reserved' })
    expect(await ask(device(license_key))).toBe(201)
    await update(license_key, { status: 'available' })
    expect(await ask(device(license_key))).toBe(201)
    await update(license_key, { status: 'assigned', ...past })
    expect(await ask(device(license_key))).toBe(203)
    await installation.ask('POST /api/v1/update-product', { product_id: its, status: 'active' })
    expect(await ask(device(license_key))).toBe(205)
    await update(license_key, { validity: 0 })
    expect(await ask(device(license_key))).toBe(sound)
  })

  test.each([
    { why: 'blocked', changes: { status: 'blocked' }, code: 204 },
    { why: 'taken back into stock', changes: { status: 'available' }, code: 201 },
    { why: 'expired', changes: { assigned_at: '2020-01-01', validity: 30 }, code: 205 },
  ])('holds for an activated device too, whose seat can be freed all the same: $why', async ({ changes, code }) => {
    const asked = device(await makeLicense(installation, { product_id: product, activation_limit: 1 }))
    await installation.ask('POST /api/v1/activate', asked)
    await update(asked.license_key, changes)
    expect(await installation.ask('POST /api/v1/verify', asked)).toMatchObject({ code })
    expect(await installation.ask('POST /api/v1/activate', asked)).toMatchObject({ code })
    expect(await installation.ask('POST /api/v1/get-license-key-details', asked)).toMatchObject({ code })
    expect(await installation.ask('POST /api/v1/deactivate', asked)).toMatchObject({ code: '400' })
  })

  test('a seat of an inactive product can be freed', async () => {
    const its = await makeProduct(installation)
    const asked = device(await makeLicense(installation, { product_id: its }))
    await installation.ask('POST /api/v1/activate', asked)
    await installation.ask('POST /api/v1/update-product', { product_id: its, status: 'inactive' })
    expect(await installation.ask('POST /api/v1/verify', asked)).toMatchObject({ code: 203 })
    expect(await installation.ask('POST /api/v1/deactivate', asked)).toMatchObject({ code: '400' })
  })

  test('on deactivate: 210, 215, 401', async () => {
    const license_key = await makeLicense(installation, { product_id: product })
    expect(await installation.ask('POST /api/v1/deactivate', {})).toMatchObject({ code: 210 })
    expect(await installation.ask('POST /api/v1/deactivate', { license_key })).toMatchObject({ code: 215 })
    expect(await installation.ask('POST /api/v1/deactivate', device(license_key))).toMatchObject({ code: 401 })
  })
})

describe('seats', () => {
  test('a device that has one keeps it when the limit falls, others find none', async () => {
    const license_key = await makeLicense(installation, { product_id: product, activation_limit: 2 })
    await installation.ask('POST /api/v1/activate', device(license_key, 'one'))
    await installation.ask('POST /api/v1/activate', device(license_key, 'two'))
    await update(license_key, { activation_limit: 1 })
    expect(await installation.ask('POST /api/v1/activate', device(license_key, 'two'))).toMatchObject({ code: 301 })
    expect(await installation.ask('POST /api/v1/activate', device(license_key, 'three'))).toMatchObject({ code: 302 })
  })

  test('a freed one can be taken by another device', async () => {
    const license_key = await makeLicense(installation, { product_id: product, activation_limit: 1 })
    await installation.ask('POST /api/v1/activate', device(license_key, 'one'))
    await installation.ask('POST /api/v1/deactivate', device(license_key, 'one'))
    expect(await installation.ask('POST /api/v1/activate', device(license_key, 'two'))).toMatchObject({ code: 300 })
    expect(await installation.ask('POST /api/v1/activate', device(license_key, 'one'))).toMatchObject({ code: 302 })
  })

  test.each([0, -1])('a limit of %d is none', async (activation_limit) => {
    const license_key = await makeLicense(installation, { product_id: product, activation_limit })
    for (const name of ['one', 'two', 'three']) {
      expect(await installation.ask('POST /api/v1/activate', device(license_key, name))).toMatchObject({ code: 300 })
    }
  })
})

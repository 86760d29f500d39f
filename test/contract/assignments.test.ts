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

const inStock = (fields: Record<string, unknown> = {}) =>
  makeLicense(installation, { product_id: product, status: 'available', ...fields })

/** The licence as the list of all keys shows it. */
async function listed(license_key: string) {
  const { response } = await installation.ask('GET /api/v1/get-license-keys', { search: license_key })
  expect(response.license_keys).toHaveLength(1)
  return response.license_keys[0]
}

const ada = { owner_name: 'Ada', owner_email: 'ada@example.com' }

describe('assigning a key', () => {
  test('gives it to its owner, now; a second time it is refused', async () => {
    const license_key = await inStock()
    const answer = await installation.ask('POST /api/v1/assign-license-key', { license_key, ...ada })
    expect(answer).toMatchObject({ code: 800, message: 'License key assigned', signedWith: 'global', status: 200 })
    expect(Object.keys(answer.response)).toEqual(['code', 'message', 'timestamp'])
    const row = await listed(license_key)
    expect(row).toMatchObject({ ...ada, status: 'assigned' })
    expect(row.assigned_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(Math.abs(Date.parse(row.assigned_at) - installation.now().getTime())).toBeLessThan(30_000)
    expect(await installation.ask('POST /api/v1/assign-license-key', { license_key, ...ada })).toMatchObject({
      code: 801,
      message: 'Invalid or already assigned license key',
      signedWith: 'global',
    })
  })

  test.each([{}, { email: '', owner_name: ' ' }])('needs no owner: %j', async (nobody) => {
    const license_key = await inStock()
    expect(await installation.ask('POST /api/v1/assign-license-key', { license_key, ...nobody })).toMatchObject({
      code: 800,
    })
    expect(await listed(license_key)).toMatchObject({ owner_name: null, owner_email: null, status: 'assigned' })
  })

  test.each([
    ['owner_email', 'owner_name'],
    ['email', 'owner_name'],
    ['customer_email', 'customer_name'],
  ])('takes the owner as %s and %s', async (email, name) => {
    const license_key = await inStock()
    await installation.ask('POST /api/v1/assign-license-key', { license_key, [email]: 'Not set', [name]: 'Bo' })
    expect(await listed(license_key)).toMatchObject({ owner_name: 'Bo', owner_email: 'Not set' })
  })

  test.each(['reserved', 'blocked', 'assigned'])('a key that is %s is 801 and stays as it was', async (status) => {
    const license_key = await inStock({ status })
    const before = await listed(license_key)
    expect(await installation.ask('POST /api/v1/assign-license-key', { license_key, ...ada })).toMatchObject({
      code: 801,
    })
    expect(await listed(license_key)).toEqual(before)
  })

  test.each([{}, { license_key: '' }, { license_key: 'unknown' }])('an unknown key is 801: %j', async (fields) => {
    expect(await installation.ask('POST /api/v1/assign-license-key', { ...fields, ...ada })).toMatchObject({
      code: 801,
    })
  })
})

describe('assigning and activating at once', () => {
  const ask = (fields: Record<string, unknown>) =>
    installation.ask('POST /api/v1/assign-and-activate-license-key', { identifier: 'site.test', ...ada, ...fields })

  test('gives the key to its owner and the device a seat', async () => {
    const license_key = await inStock()
    expect(await ask({ license_key })).toMatchObject({ code: 300, message: 'License key activated', status: 200 })
    expect(await listed(license_key)).toMatchObject({ ...ada, status: 'assigned' })
    expect(await installation.ask('POST /api/v1/verify', { license_key, identifier: 'site.test' })).toMatchObject({
      code: 200,
    })
  })

  test('only activates a key that is theirs already, whatever the case of the address', async () => {
    const license_key = await inStock({ activation_limit: 2 })
    await ask({ license_key })
    const before = await listed(license_key)
    expect(await ask({ license_key, owner_email: 'ADA@example.com', identifier: 'two' })).toMatchObject({ code: 300 })
    expect(await ask({ license_key, identifier: 'two' })).toMatchObject({ code: 301 })
    expect(await ask({ license_key, identifier: 'three' })).toMatchObject({ code: 302 })
    expect(await listed(license_key)).toEqual(before)
  })

  test("is refused for somebody else's key, an unknown, a reserved and a blocked one", async () => {
    const taken = await inStock()
    await ask({ license_key: taken })
    expect(await ask({ license_key: taken, owner_email: 'bo@example.com' })).toMatchObject({ code: 801 })
    expect(await ask({ license_key: 'unknown' })).toMatchObject({ code: 801, signedWith: 'global' })
    expect(await ask({ license_key: await inStock({ status: 'reserved' }) })).toMatchObject({ code: 801 })
    expect(await ask({ license_key: await inStock({ status: 'blocked' }) })).toMatchObject({ code: 801 })
  })

  test('is refused for a key of another product than the one named', async () => {
    const license_key = await inStock()
    const other = await makeProduct(installation)
    expect(await ask({ license_key, product_uuid: other })).toMatchObject({ code: 801, signedWith: 'global' })
    expect(await listed(license_key)).toMatchObject({ status: 'available', owner_email: null })
    expect(await ask({ license_key, product_uuid: product })).toMatchObject({ code: 300 })
  })

  test('leaves the key in stock when the device cannot have a seat', async () => {
    const license_key = await inStock()
    const its = await makeProduct(installation, { status: 'inactive' })
    const ofInactive = await inStock({ product_id: its })
    expect(await ask({ license_key, identifier: '' })).toMatchObject({ code: 215 })
    expect(await ask({ license_key: ofInactive })).toMatchObject({ code: 203 })
    for (const key of [license_key, ofInactive]) {
      expect(await listed(key)).toMatchObject({ status: 'available', owner_email: null, assigned_at: null })
    }
  })

  test('leaves the key in stock when its seats were taken before', async () => {
    const license_key = await inStock({ status: 'assigned', activation_limit: 1 })
    await installation.ask('POST /api/v1/activate', { license_key, identifier: 'former' })
    await installation.ask('POST /api/v1/update-license-key', { license_key, status: 'available' })
    expect(await ask({ license_key })).toMatchObject({ code: 302 })
    expect(await listed(license_key)).toMatchObject({ status: 'available', owner_email: null, assigned_at: null })
  })

  test('an expired key of theirs is 205', async () => {
    const license_key = await inStock({ status: 'assigned', ...ada, assigned_at: '2020-01-01', validity: 1 })
    expect(await ask({ license_key })).toMatchObject({ code: 205 })
  })

  test.each(['owner_email', 'owner_name'])('needs an %s', async (name) => {
    const license_key = await inStock()
    expect(await ask({ license_key, [name]: '' })).toMatchObject({ code: 9400, status: 400 })
    expect(await listed(license_key)).toMatchObject({ status: 'available' })
  })
})

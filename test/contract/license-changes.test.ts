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

const update = (fields: Record<string, unknown>) => installation.ask('POST /api/v1/update-license-key', fields)

async function listed(license_key: string) {
  const { response } = await installation.ask('GET /api/v1/get-license-keys', { search: license_key })
  return response.license_keys.find((row: { license_key: string }) => row.license_key === license_key)
}

describe('updating a licence key', () => {
  test('answers 950 in the documented words', async () => {
    const license_key = await makeLicense(installation, { product_id: product })
    const answer = await update({ license_key, validity: 5 })
    expect(answer).toMatchObject({ status: 200, code: 950, message: 'License keys updated' })
    expect(Object.keys(answer.response)).toEqual(['code', 'message', 'timestamp'])
  })

  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ owner_name: 'Bo' }, { owner_name: 'Bo' }],
    [{ customer_email: 'b@example.com' }, { owner_email: 'b@example.com' }],
    [{ owner_name: '' }, { owner_name: null }],
    [{ owner_email: null }, { owner_email: null }],
    [{ activation_limit: '9' }, { activation_limit: 9 }],
    [{ validity_days: 2 }, { validity: 2 }],
    [{ status: 'suspended' }, { status: 'blocked' }],
    [{ assigned_at: '2024-01-08 21:17:32' }, { assigned_at: '2024-01-08T21:17:32.000000Z' }],
    [{ assigned_at: '2024-01-08T22:17:32.829+01:00' }, { assigned_at: '2024-01-08T21:17:32.829000Z' }],
    [{}, {}],
  ])('changes what is said and nothing else: %j', async (changes, expected) => {
    const owner = { owner_name: 'Ada', owner_email: 'ada@example.com' }
    const license_key = await makeLicense(installation, { product_id: product, ...owner, assigned_at: '2024-05-05' })
    const { updated_at: _, ...before } = await listed(license_key)
    expect(await update({ license_key, ...changes })).toMatchObject({ code: 950 })
    const { updated_at: __, ...after } = await listed(license_key)
    expect(after).toEqual({ ...before, ...expected })
  })

  test('moves a key to another product', async () => {
    const other = await makeProduct(installation)
    const license_key = await makeLicense(installation, { product_id: product })
    await update({ license_key, product_id: `${other}` })
    expect(await listed(license_key)).toMatchObject({ product_id: other })
  })

  test('starts the clock of a key when it becomes assigned, and stops it when it goes back to stock', async () => {
    const license_key = await makeLicense(installation, { product_id: product, status: 'available' })
    await update({ license_key, status: 'assigned' })
    const { assigned_at } = await listed(license_key)
    expect(Math.abs(Date.parse(assigned_at) - installation.now().getTime())).toBeLessThan(30_000)
    await update({ license_key, status: 'blocked' })
    expect(await listed(license_key)).toMatchObject({ status: 'blocked', assigned_at })
    await update({ license_key, status: 'active' })
    expect(await listed(license_key)).toMatchObject({ status: 'assigned', assigned_at })
    await update({ license_key, status: 'available' })
    expect(await listed(license_key)).toMatchObject({ status: 'available', assigned_at: null })
  })

  test('never takes a key out of its revocation', async () => {
    const license_key = await makeLicense(installation, { product_id: product })
    await update({ license_key, status: 'revoked' })
    for (const status of ['available', 'assigned', 'active', 'reserved']) {
      const { response } = await update({ license_key, status, owner_name: 'Eve' })
      expect(response).toMatchObject({ code: 951, errors: { status: [expect.stringContaining('revoked')] } })
    }
    expect(await update({ license_key, status: 'suspended' })).toMatchObject({ code: 950 })
    expect(await update({ license_key, status: 'active' })).toMatchObject({ code: 951 })
    expect(await update({ license_key, validity: 1 })).toMatchObject({ code: 950 })
    expect(await listed(license_key)).toMatchObject({ status: 'blocked', owner_name: null, validity: 1 })
  })

  test('is 951 for a faulty field before it is 952 for an unknown key', async () => {
    const faulty = await update({ license_key: 'unknown', status: 'sold', product_id: 999_999 })
    expect(faulty).toMatchObject({ code: 951, message: 'Incorrect data found', status: 200, signedWith: 'global' })
    expect(Object.entries(faulty.response.errors)).toEqual([
      ['product_id', ['The selected product id is invalid.']],
      ['status', ['The selected status is invalid.']],
    ])
    expect((await update({})).response.errors).toEqual({ license_key: ['The license key field is required.'] })
    const unknown = await update({ license_key: 'unknown' })
    expect(unknown).toMatchObject({ code: 952, message: 'License key not found', signedWith: 'global' })
  })

  test.each(['status', 'validity', 'activation_limit', 'product_id'])('refuses an empty %s', async (name) => {
    const license_key = await makeLicense(installation, { product_id: product })
    expect((await update({ license_key, [name]: '' })).response.errors).toEqual({ [name]: [expect.any(String)] })
  })
})

describe('deleting a licence key', () => {
  test('takes it and its activations away', async () => {
    const license_key = await makeLicense(installation, { product_id: product })
    await installation.ask('POST /api/v1/activate', { license_key, identifier: 'pc' })
    const answer = await installation.ask('POST /api/v1/delete-license-key', { license_key })
    expect(answer).toMatchObject({ status: 200, code: 850, message: 'License key deleted' })
    expect(await listed(license_key)).toBeUndefined()
    expect(await installation.ask('POST /api/v1/verify', { license_key, identifier: 'pc' })).toMatchObject({
      code: 210,
    })
    const terms = { product_id: product, activation_limit: 0, validity: 0, status: 'assigned' }
    await installation.ask('POST /api/v1/create-license-keys', { ...terms, license_keys: [license_key] })
    expect(await installation.ask('POST /api/v1/verify', { license_key, identifier: 'pc' })).toMatchObject({
      code: 202,
    })
  })

  test.each([{}, { license_key: 'unknown' }])('is 851 for an unknown one: %j', async (fields) => {
    const answer = await installation.ask('POST /api/v1/delete-license-key', fields)
    expect(answer).toMatchObject({ code: 851, message: 'License key not found', signedWith: 'global' })
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let product: number
beforeAll(async () => {
  installation = await startInstallation()
  product = await makeProduct(installation, { name: 'Doors', description: 'Opens & closes', external_reference: '77' })
})
afterAll(() => installation.close())

async function detailsOf(fields: Record<string, unknown>) {
  const license_key = await makeLicense(installation, { product_id: product, ...fields })
  await installation.ask('POST /api/v1/activate', { license_key, identifier: 'pc' })
  return installation.ask('POST /api/v1/get-license-key-details', { license_key, identifier: 'pc' })
}

describe('the details of a licence', () => {
  test('name licence and product, in the documented order', async () => {
    const owner = { owner_name: 'Zoë O’Neil', owner_email: 'zoe@example.com' }
    const { response } = await detailsOf({ ...owner, assigned_at: '2024-02-27 03:05:31', validity: 0 })
    expect(Object.keys(response)).toEqual(['code', 'message', 'licenseKey', 'product', 'timestamp'])
    expect(response).toMatchObject({ code: 500, message: 'Active license key found' })
    expect(Object.entries(response.licenseKey)).toEqual([
      ['id', expect.any(Number)],
      ['license_key', expect.any(String)],
      ['owner_name', 'Zoë O’Neil'],
      ['owner_email', 'zoe@example.com'],
      ['activation_limit', 0],
      ['validity', 0],
      ['assigned_at', '2024-02-27 03:05:31'],
      ['meta_data', []],
      ['expires_at', false],
    ])
    expect(Object.entries(response.product)).toEqual([
      ['id', product],
      ['external_reference', '77'],
      ['source', 'internal'],
      ['name', 'Doors'],
      ['post_url', ''],
      ['description', 'Opens & closes'],
      ['meta_data', []],
    ])
  })

  test('say when a licence ends: validity days after it was assigned', async () => {
    const tenYears = 3653
    const { response } = await detailsOf({ assigned_at: '2024-02-28T23:30:00+01:00', validity: tenYears })
    expect(response.licenseKey).toMatchObject({
      assigned_at: '2024-02-28 22:30:00',
      expires_at: '2034-02-28 22:30:00',
      owner_name: null,
      owner_email: null,
    })
  })

  test('say that a licence beyond the year 9999 never ends', async () => {
    const { response } = await detailsOf({ assigned_at: '2024-01-01', validity: 2_147_483_647 })
    expect(response.licenseKey).toMatchObject({ validity: 2_147_483_647, expires_at: false })
  })
})

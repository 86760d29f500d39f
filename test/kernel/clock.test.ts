import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { expiryOf, isExpired } from '../../src/features/licenses/policy'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let product: number
beforeAll(async () => {
  installation = await startInstallation()
  product = await makeProduct(installation)
})
afterAll(() => installation.close())

const dayMs = 86_400_000
const minuteMs = 60_000

describe('a licence', () => {
  test('is good to the very millisecond its days are over, and not one longer', () => {
    const license = { assignedAt: new Date('2028-02-28T12:00:00.123Z'), validity: 2 }
    const expiry = expiryOf(license)!
    expect(expiry.toISOString()).toBe('2028-03-01T12:00:00.123Z')
    expect(isExpired(license, expiry)).toBeFalse()
    expect(isExpired(license, new Date(expiry.getTime() + 1))).toBeTrue()
  })

  test('never ends without days or before it is assigned', () => {
    const farAway = new Date('9999-12-31')
    expect(isExpired({ assignedAt: new Date(0), validity: 0 }, farAway)).toBeFalse()
    expect(isExpired({ assignedAt: null, validity: 1 }, farAway)).toBeFalse()
  })

  test('ends for a device that is active, without any job, and goes on when it is renewed', async () => {
    const assigned_at = installation.now().toISOString()
    const device = {
      license_key: await makeLicense(installation, { product_id: product, validity: 1, assigned_at }),
      identifier: 'pc',
    }
    await installation.ask('POST /api/v1/activate', device)
    await installation.advance(dayMs - minuteMs)
    expect(await installation.ask('POST /api/v1/verify', device)).toMatchObject({ code: 200 })
    await installation.advance(minuteMs + 1)
    expect(await installation.ask('POST /api/v1/verify', device)).toMatchObject({
      code: 205,
      message: 'License key expired',
    })
    expect(await installation.ask('POST /api/v1/activate', device)).toMatchObject({ code: 205 })
    const renewed = { license_key: device.license_key, validity: 2 }
    expect(await installation.ask('POST /api/v1/update-license-key', renewed)).toMatchObject({ code: 950 })
    expect(await installation.ask('POST /api/v1/verify', device)).toMatchObject({ code: 200 })
  })

  test('in stock does not age: its days begin when it is assigned', async () => {
    const license_key = await makeLicense(installation, { product_id: product, status: 'available', validity: 1 })
    await installation.advance(30 * dayMs)
    await installation.ask('POST /api/v1/assign-license-key', { license_key })
    expect(await installation.ask('POST /api/v1/activate', { license_key, identifier: 'pc' })).toMatchObject({
      code: 300,
    })
  })
})

describe('an API key', () => {
  test('ends when it was said to', async () => {
    const expiry = new Date(installation.now().getTime() + 10 * minuteMs).toISOString()
    const args = ['--name', 'x', '--preset', 'all', '--expires-at', expiry, '--json']
    const key = (await installation.cli('api-key', 'create', ...args)).json?.api_key
    expect(await installation.ask('POST /api/v1/verify', {}, { key })).toMatchObject({ code: 210 })
    await installation.advance(10 * minuteMs)
    expect(await installation.ask('POST /api/v1/verify', {}, { key })).toMatchObject({ code: 101 })
  })

  test('may come again when its minute is over', async () => {
    const args = ['--name', 'x', '--preset', 'all', '--rate-limit', '1', '--json']
    const key = (await installation.cli('api-key', 'create', ...args)).json.api_key
    await installation.ask('POST /api/v1/verify', {}, { key })
    const { response } = await installation.ask('POST /api/v1/verify', {}, { key })
    expect(response).toMatchObject({ code: 9429 })
    await installation.advance(response.retry_after * 1000)
    expect(await installation.ask('POST /api/v1/verify', {}, { key })).toMatchObject({ code: 210 })
  })
})

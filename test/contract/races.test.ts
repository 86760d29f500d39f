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

/** How often each code came back. */
async function tally(times: number, ask: (i: number) => ReturnType<TestInstallation['ask']>) {
  const answers = await Promise.all(Array.from({ length: times }, (_, i) => ask(i)))
  return Object.fromEntries(
    Object.entries(Object.groupBy(answers, ({ code }) => String(code))).map(([code, some]) => [code, some!.length]),
  )
}

const licence = (fields: Record<string, unknown>) => makeLicense(installation, { product_id: product, ...fields })

describe('of many who come at once', () => {
  test.each([1, 3])('exactly %d get the last seats', async (activation_limit) => {
    const license_key = await licence({ activation_limit })
    const device = (i: number) => ({ license_key, identifier: `device-${i}` })
    expect(await tally(200, (i) => installation.ask('POST /api/v1/activate', device(i)))).toEqual({
      '300': activation_limit,
      '302': 200 - activation_limit,
    })
    expect(await tally(200, (i) => installation.ask('POST /api/v1/verify', device(i)))).toEqual({
      '200': activation_limit,
      '202': 200 - activation_limit,
    })
  })

  test('one device takes one seat, however often it asks', async () => {
    const device = { license_key: await licence({ activation_limit: 50 }), identifier: 'same' }
    expect(await tally(50, () => installation.ask('POST /api/v1/activate', device))).toEqual({ '300': 1, '301': 49 })
    expect(await tally(50, () => installation.ask('POST /api/v1/deactivate', device))).toEqual({ '400': 1, '401': 49 })
  })

  test('one is assigned the key', async () => {
    const license_key = await licence({ status: 'available' })
    const owner = (i: number) => ({ license_key, owner_email: `${i}@example.com` })
    expect(await tally(50, (i) => installation.ask('POST /api/v1/assign-license-key', owner(i)))).toEqual({
      '800': 1,
      '801': 49,
    })
  })

  test('one owner gets the key and the seat', async () => {
    const license_key = await licence({ status: 'available', activation_limit: 1 })
    const owner = (i: number) => ({ owner_email: `${i}@example.com`, owner_name: `${i}` })
    const ask = (i: number) => ({ license_key, identifier: 'site', ...owner(i) })
    expect(await tally(50, (i) => installation.ask('POST /api/v1/assign-and-activate-license-key', ask(i)))).toEqual({
      '300': 1,
      '801': 49,
    })
  })

  test('one creates the key', async () => {
    const terms = { product_id: product, activation_limit: 0, validity: 0, status: 'available' }
    const ask = { ...terms, license_keys: ['ONCE-AND-FOR-ALL'] }
    expect(await tally(50, () => installation.ask('POST /api/v1/create-license-keys', ask))).toEqual({
      '900': 1,
      '902': 49,
    })
  })
})

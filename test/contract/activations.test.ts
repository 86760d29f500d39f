import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startHouse, type TestHouse } from '../support/house'
import { makeLicense, makeProduct } from '../support/stock'

let house: TestHouse
let product: number
beforeAll(async () => {
  house = await startHouse()
  product = await makeProduct(house)
})
afterAll(() => house.close())

const device = (license_key: string) => ({ license_key, identifier: 'site.test' })

describe('a licence on a device', () => {
  test('is valid once it is activated, and not after it is deactivated', async () => {
    const asked = device(await makeLicense(house, { product_id: product }))
    expect(await house.ask('POST /api/v1/verify', asked)).toMatchObject({ code: 202 })
    expect(await house.ask('POST /api/v1/activate', asked)).toMatchObject({ code: 300 })
    expect(await house.ask('POST /v1/verify', asked)).toMatchObject({ code: 200, status: 200 })
    expect(await house.ask('POST /api/v1/activate', asked)).toMatchObject({ code: 301 })
    expect(await house.ask('POST /api/v1/deactivate', asked)).toMatchObject({ code: '400', signedWith: 'global' })
    expect(await house.ask('POST /api/v1/deactivate', asked)).toMatchObject({ code: 401 })
    expect(await house.ask('POST /api/v1/verify', asked)).toMatchObject({ code: 202 })
  })

  test('takes exactly as many seats as there are when two hundred devices race for them', async () => {
    const key = await makeLicense(house, { product_id: product, activation_limit: 3 })
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        house.ask('POST /api/v1/activate', { license_key: key, identifier: `device-${i}` }),
      ),
    )
    const codes = answers.map(({ code }) => code)
    expect(codes.filter((code) => code === 300)).toHaveLength(3)
    expect(codes.filter((code) => code === 302)).toHaveLength(197)
  })
})

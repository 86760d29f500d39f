import { afterAll, beforeAll, expect, test } from 'bun:test'
import { renameSync } from 'node:fs'
import { startHouse, type TestHouse } from '../support/house'
import { makeActiveLicense, makeProduct } from '../support/stock'

let house: TestHouse
beforeAll(async () => {
  house = await startHouse()
})
afterAll(() => house.close())

test('a data folder that is gone stops writes, which say when to come back, until it is there again', async () => {
  const product_id = await makeProduct(house)
  const device = { license_key: await makeActiveLicense(house, { product_id }, 'pc'), identifier: 'pc' }
  const activate = () => house.ask('POST /api/v1/activate', { ...device, identifier: 'another' })
  renameSync(house.folder, `${house.folder}.away`)
  const { status, code, headers, response } = await activate()
  renameSync(`${house.folder}.away`, house.folder)
  expect({ status, code }).toEqual({ status: 503, code: 9503 })
  expect(headers.get('retry-after')).toBe(String(response.retry_after))
  expect(await house.ask('POST /api/v1/verify', device)).toMatchObject({ code: 200 })
  expect(await activate()).toMatchObject({ code: 300 })
})

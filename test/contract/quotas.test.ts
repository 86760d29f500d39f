import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startHouse, type TestHouse } from '../support/house'
import { makeActiveLicense, makeFile, makeProduct, makeRelease } from '../support/stock'

let house: TestHouse
let product_id: number
beforeAll(async () => {
  house = await startHouse({ telemetry_per_minute: '3', downloads_per_minute: '2' })
  product_id = await makeProduct(house)
})
afterAll(() => house.close())

describe('what fills a disk or a line has a quota', () => {
  test('an API key that sends more telemetry than its share waits, and nothing more of it is kept', async () => {
    const send = () => house.ask('POST /api/v1/send-telemetry-data', { product_id, data_group: 'quota' })
    for (let i = 0; i < 3; i++) expect((await send()).code).toBe(831)
    const refused = await send()
    expect(refused).toMatchObject({ status: 429, code: 9429 })
    expect(Number(refused.headers.get('retry-after'))).toBe(refused.response.retry_after)
    const { response } = await house.ask('GET /api/v1/get-telemetry-data', { data_group: 'quota' })
    expect(response.data).toHaveLength(3)
  })

  test('a licence that begins more downloads than its share waits; another goes on', async () => {
    await makeRelease(house, { product: product_id, number: 100, file: makeFile(house, 'the program') })
    const linkOf = async (device: string) => {
      const license_key = await makeActiveLicense(house, { product_id }, device)
      const listed = await house.ask('POST /api/v1/access-downloadables', { license_key, identifier: device })
      return listed.response.downloadables[0].url as string
    }
    const [greedy, modest] = [await linkOf('greedy'), await linkOf('modest')]
    for (let i = 0; i < 2; i++) expect((await fetch(greedy)).status).toBe(200)
    expect(await house.receive(await fetch(greedy))).toMatchObject({ status: 429, code: 9429 })
    expect((await fetch(modest)).status).toBe(200)
  })
})

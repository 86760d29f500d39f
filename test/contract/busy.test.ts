import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startHouse, type TestHouse } from '../support/house'
import { openRaw } from '../support/raw'
import { makeActiveLicense, makeFile, makeProduct, makeRelease } from '../support/stock'

let house: TestHouse
beforeAll(async () => {
  house = await startHouse()
})
afterAll(() => house.close())

test('another process that holds the database stops writes alone, which say when to come back', async () => {
  const product_id = await makeProduct(house)
  const device = { license_key: await makeActiveLicense(house, { product_id }, 'pc'), identifier: 'pc' }
  await makeRelease(house, { product: product_id, number: 102, file: makeFile(house, 'content') })
  const { response: offered } = await house.ask('POST /api/v1/access-downloadables', device)
  const other = openRaw(house.folder)
  other.run('begin immediate')
  const activated = house.ask('POST /api/v1/activate', { ...device, identifier: 'another' })
  const blocked = house.cli('blocklist', 'add', '--ip', '203.0.113.7')
  const downloaded = fetch(offered.downloadables[0].url).then((answer) => answer.text())
  for (let i = 0; i < 10; i++) expect(await house.ask('POST /api/v1/verify', device)).toMatchObject({ code: 200 })
  expect(await house.cli('product', 'list')).toMatchObject({ exitCode: 0 })
  const { status, code, headers, response } = await activated
  expect({ status, code }).toEqual({ status: 503, code: 9503 })
  expect(headers.get('retry-after')).toBe(String(response.retry_after))
  expect(await downloaded).toBe('content')
  const { exitCode, out, err } = await blocked
  expect({ exitCode, out, err }).toEqual({
    exitCode: 1,
    out: '',
    err: 'latchkey: another process holds the database: try again when it is done\n',
  })
  other.run('rollback')
  other.close()
  expect(await house.ask('POST /api/v1/activate', { ...device, identifier: 'another' })).toMatchObject({ code: 300 })
  expect(await house.cli('blocklist', 'add', '--ip', '203.0.113.7')).toMatchObject({ exitCode: 0 })
}, 30_000)

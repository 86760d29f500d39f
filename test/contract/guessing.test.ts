import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { binary, startHouse, type TestHouse } from '../support/house'
import { makeActiveLicense, makeProduct } from '../support/stock'

let house: TestHouse
let license_key: string
beforeAll(async () => {
  house = await startHouse({ trusted_proxies: '127.0.0.1', guesses_per_minute: '5' })
  license_key = await makeActiveLicense(house, { product_id: await makeProduct(house) }, 'laptop')
})
afterAll(() => house.close())

const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
const honest = (address: string) =>
  house.ask('POST /api/v1/verify', { license_key, identifier: 'laptop' }, from(address))

/** The codes that guess after guess is answered, up to one more than an address is allowed. */
async function codesOf(guess: (i: number) => Promise<{ code: number | string }>) {
  const codes: (number | string)[] = []
  for (let i = 0; i < 6; i++) codes.push((await guess(i)).code)
  return codes
}

describe('an address that names one key after the other', () => {
  test('is stopped at licence keys, and hears nothing more, right guess or wrong', async () => {
    const guess = (i: number) =>
      house.ask('POST /api/v1/verify', { license_key: `GUESS-${i}`, identifier: 'x' }, from('198.51.100.1'))
    expect(await codesOf(guess)).toEqual([210, 210, 210, 210, 210, 9429])
    const refused = await honest('198.51.100.1')
    expect(refused).toMatchObject({ status: 429, code: 9429 })
    expect(Number(refused.headers.get('retry-after'))).toBe(refused.response.retry_after)
    expect((await honest('198.51.100.2')).code).toBe(200)
  })

  test('is stopped at API keys', async () => {
    const guess = (i: number) => house.ask('POST /api/v1/verify', {}, { key: `lk_guess${i}`, ...from('198.51.100.3') })
    expect(await codesOf(guess)).toEqual([100, 100, 100, 100, 100, 9429])
    expect((await honest('198.51.100.3')).code).toBe(9429)
  })

  test('is stopped at download addresses', async () => {
    const guess = (i: number) =>
      house.ask(`GET /api/v1/download/${house.apiKey}/GUESS-${i}/eA==/100`, {}, { key: null, ...from('198.51.100.4') })
    expect(await codesOf(guess)).toEqual([701, 701, 701, 701, 701, 9429])
  })

  test.skipIf(binary !== undefined)('is heard again when it has waited', async () => {
    await house.advance(60_000)
    expect((await honest('198.51.100.1')).code).toBe(200)
  })
})

test('a proxy that nobody has named is left alone: all customers stand behind it', async () => {
  const other = await startHouse({ guesses_per_minute: '2' })
  const guess = () => other.ask('POST /api/v1/verify', { license_key: 'GUESS', identifier: 'x' })
  expect(await codesOf(guess)).toEqual([210, 210, 210, 210, 210, 210])
  await other.close()
})

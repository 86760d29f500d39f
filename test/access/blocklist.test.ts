import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startHouse, type TestHouse } from '../support/house'

let house: TestHouse
beforeAll(async () => {
  house = await startHouse({ trusted_proxies: '127.0.0.1' })
})
afterAll(() => house.close())

test('whoever is blocked until a date is let in again when it has come', async () => {
  const hourMs = 3_600_000
  const until = ['--expires-at', new Date(house.now().getTime() + hourMs).toISOString()]
  await house.cli('blocklist', 'add', '--ip', '198.51.100.7', ...until)
  await house.cli('blocklist', 'add', '--identifier', 'passing', ...until)
  const address = { headers: { 'x-forwarded-for': '198.51.100.7' } }
  const isTurnedAway = async () => [
    (await house.ask('GET /api/v1/get-all-products', {}, address)).code === 150,
    (await house.ask('POST /api/v1/verify', { identifier: 'passing' })).code === 150,
  ]
  expect(await isTurnedAway()).toEqual([true, true])
  await house.advance(hourMs + 1)
  expect(await isTurnedAway()).toEqual([false, false])
})

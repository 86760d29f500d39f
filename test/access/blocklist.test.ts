import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
})
afterAll(() => installation.close())

test('whoever is blocked until a date is let in again when it has come', async () => {
  const hourMs = 3_600_000
  const until = ['--expires-at', new Date(installation.now().getTime() + hourMs).toISOString()]
  await installation.cli('blocklist', 'add', '--ip', '198.51.100.7', ...until)
  await installation.cli('blocklist', 'add', '--identifier', 'passing', ...until)
  const address = { headers: { 'x-forwarded-for': '198.51.100.7' } }
  const isTurnedAway = async () => [
    (await installation.ask('GET /api/v1/get-all-products', {}, address)).code === 150,
    (await installation.ask('POST /api/v1/verify', { identifier: 'passing' })).code === 150,
  ]
  expect(await isTurnedAway()).toEqual([true, true])
  await installation.advance(hourMs + 1)
  expect(await isTurnedAway()).toEqual([false, false])
})

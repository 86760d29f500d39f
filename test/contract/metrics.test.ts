import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

/** Every sample by its name and labels. */
async function figures(): Promise<Record<string, number>> {
  const text = await (await fetch(`${installation.url}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
}

test('answers are counted by route and code, and how long they took', async () => {
  const device = {
    license_key: await makeActiveLicense(installation, { product_id: await makeProduct(installation) }, 'pc'),
  }
  const verified = 'latchkey_requests_total{route="/api/v1/verify",code="200"}'
  const before = (await figures())[verified] ?? 0
  for (let i = 0; i < 3; i++) await installation.ask('POST /api/v1/verify', { ...device, identifier: 'pc' })
  await installation.ask('POST /api/v1/verify', { license_key: 'UNKNOWN', identifier: 'pc' })
  const after = await figures()
  expect(after[verified]! - before).toBe(3)
  expect(after['latchkey_requests_total{route="/api/v1/verify",code="210"}']).toBe(1)
  expect(after['latchkey_request_seconds_bucket{route="/api/v1/verify",le="+Inf"}']).toBe(
    after['latchkey_request_seconds_count{route="/api/v1/verify"}']!,
  )
  expect(after['latchkey_request_seconds_sum{route="/api/v1/verify"}']).toBeGreaterThan(0)
})

test('a signature made once and told again is counted as both', async () => {
  const before = await figures()
  for (let i = 0; i < 21; i++)
    await installation.ask('POST /api/v1/verify', { license_key: 'NOBODY', identifier: 'pc' })
  const after = await figures()
  const grown = (kind: string) =>
    after[`latchkey_signatures_total{kind="${kind}"}`]! - before[`latchkey_signatures_total{kind="${kind}"}`]!
  expect(grown('made') + grown('memoised')).toBe(21)
  expect(grown('memoised')).toBeGreaterThan(0)
  expect(after['latchkey_signatures_total{kind="made"}']).toBeGreaterThan(0)
})

test('queue, files and the event loop have their figures', async () => {
  const now = await figures()
  expect(now.latchkey_jobs_waiting).toBe(0)
  expect(now.latchkey_oldest_job_seconds).toBe(0)
  expect(now.latchkey_database_bytes).toBeGreaterThan(0)
  expect(now.latchkey_wal_bytes).toBeGreaterThanOrEqual(0)
  expect(now).toHaveProperty('latchkey_event_loop_lag_seconds_count')
  expect(now).not.toHaveProperty('latchkey_last_backup_timestamp_seconds')
})

test('no path that a stranger makes up becomes a series of its own', async () => {
  for (const path of ['/api/v1/SECRET-1', '/SECRET-2', '/api/v1/verify/SECRET-3'])
    await fetch(`${installation.url}${path}`)
  expect(await (await fetch(`${installation.url}/metrics`)).text()).not.toContain('SECRET')
})

test('the figures are told to the addresses alone that the setting names', async () => {
  const shut = await startInstallation({ metrics_readers: '192.0.2.0/24', trusted_proxies: '127.0.0.1' })
  const ask = (from: string) => fetch(`${shut.url}/metrics`, { headers: { 'x-forwarded-for': from } })
  expect((await ask('198.51.100.7')).status).toBe(403)
  expect((await ask('192.0.2.7')).status).toBe(200)
  await shut.close()
})

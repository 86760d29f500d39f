import type { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { testServer } from '../support/databases'
import { startInstallation, type TestInstallation } from '../support/installation'
import { openRaw } from '../support/raw'

let installation: TestInstallation
let database: Database
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
  database = openRaw(installation.folder)
})
afterAll(async () => {
  database.close()
  await installation.close()
})

const code = async (key = installation.apiKey) =>
  (
    await installation.ask(
      'POST /api/v1/verify',
      { identifier: 'pc' },
      { key, headers: { 'x-forwarded-for': '192.0.2.9' } },
    )
  ).code

/** A server on PostgreSQL hears of it within 50 ms. */
const isSeen = () => (testServer ? Bun.sleep(200) : undefined)

describe('what another program writes is seen by the next request', () => {
  test.each([
    ['an inactive key', "update api_keys set status = 'inactive'", "update api_keys set status = 'active'", 101],
    ['a key that has expired', 'update api_keys set expires_at = 1', 'update api_keys set expires_at = null', 101],
    ['other addresses', `update api_keys set allowed_ips = '["::1"]'`, "update api_keys set allowed_ips = '[]'", 103],
    [
      'fewer capabilities',
      "update api_keys set capabilities = '[]'",
      `update api_keys set capabilities = '["*"]'`,
      102,
    ],
    [
      'a blocked range',
      "insert into blocklist (kind, value, created_at) values ('ip', '192.0.2.0/24', 0)",
      'delete from blocklist',
      150,
    ],
    [
      'a blocked device',
      "insert into blocklist (kind, value, created_at) values ('identifier', 'pc', 0)",
      'delete from blocklist',
      150,
    ],
  ])('%s', async (_, change, back, expected) => {
    expect(await code()).toBe(210)
    database.run(change)
    await isSeen()
    expect(await code()).toBe(expected)
    database.run(back)
    await isSeen()
    expect(await code()).toBe(210)
  })

  test('a key deleted', async () => {
    const made = await installation.cli('api-key', 'create', '--name', 'x', '--preset', 'all', '--json')
    expect(await code(made.json.api_key)).toBe(210)
    database.query('delete from api_keys where id = ?').run(made.json.id)
    await isSeen()
    expect(await code(made.json.api_key)).toBe(100)
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { openRaw } from '../support/raw'
import { makeProduct } from '../support/stock'

let installation: TestInstallation
let viewer: Operator
const dayMs = 86_400_000
const day = (ahead: number) => new Date(Date.now() + ahead * dayMs).toISOString().slice(0, 10)

beforeAll(async () => {
  installation = await startInstallation()
  viewer = await makeOperator(installation, 'viewer')
  const product_id = await makeProduct(installation)
  const make = (key: string, fields: Record<string, unknown> = {}) =>
    installation.ask('POST /api/v1/create-license-keys', {
      ...{ license_keys: [key], activation_limit: 2, validity: 0, product_id, status: 'assigned' },
      ...fields,
    })
  await make('STOCK', { status: 'available' })
  await make('UNUSED')
  await make('FULL')
  await make('OVER', { activation_limit: 3 })
  await make('USED', { activation_limit: 0, owner_name: 'Petra Lindner' })
  await make('ENDING', { validity: 10 })
  await make('ENDED', { validity: 10, assigned_at: '2024-01-01 00:00:00' })
  await make('FREED')
  const activate = (license_key: string, identifier: string) =>
    installation.ask('POST /api/v1/activate', { license_key, identifier })
  for (const device of ['a', 'b']) await activate('FULL', device)
  for (const device of ['a', 'b', 'c']) await activate('OVER', device)
  await activate('USED', 'a')
  await activate('FREED', 'a')
  await installation.ask('POST /api/v1/deactivate', { license_key: 'FREED', identifier: 'a' })
  await installation.cli('license', 'edit', 'OVER', '--activation-limit', '2', '--yes')
  await installation.cli('license', 'note', 'UNUSED', 'asked for a refund')
  await installation.cli('license', 'meta', 'set', 'FULL', 'order', '1001')
  await installation.cli('license', 'meta', 'set', 'USED', 'order', '=1002')
  const database = openRaw(installation.folder)
  database.run(
    `update activations set activated_at = activated_at - ${200 * dayMs} where license_id in (select id from licenses where license_key in ('FULL', 'USED'))`,
  )
  database.run(
    `insert into activation_sightings (activation_id, last_verified_at)
     select activations.id, ${Date.now() - 5 * dayMs} from activations join licenses on licenses.id = license_id
     where license_key = 'USED' on conflict (activation_id) do update set last_verified_at = excluded.last_verified_at`,
  )
  database.run("update licenses set created_at = 1704067200000 where license_key = 'ENDED'")
  database.close()
})
afterAll(() => installation.close())

const list = async (fields: Record<string, unknown>) => {
  const { status, body } = await viewer.tell('GET /licenses', fields)
  expect(status).toBe(200)
  return body
}
const keys = async (fields: Record<string, unknown>): Promise<string[]> =>
  (await list(fields)).licenses.map(({ license_key }: { license_key: string }) => license_key)

describe('licences are filtered by', () => {
  test.each<[Record<string, unknown>, string[]]>([
    [{ never_activated: 1 }, ['UNUSED', 'ENDING', 'ENDED']],
    [{ never_activated: 1, status: 'expired' }, ['ENDED']],
    [{ full: 1 }, ['FULL', 'OVER']],
    [{ over_limit: 1 }, ['OVER']],
    [{ verified_before: '90d' }, ['FULL']],
    [{ verified_before: '1d' }, ['FULL', 'USED']],
    [{ has_note: 1 }, ['UNUSED']],
    [{ meta: 'order' }, ['FULL', 'USED']],
    [{ meta: 'order=1001' }, ['FULL']],
    [{ meta: 'order==1002' }, ['USED']],
    [{ meta: 'order=' }, []],
    [{ text: 'lindner' }, ['USED']],
    [{ text: '1001' }, ['FULL']],
    [{ text: 'refund' }, ['UNUSED']],
    [{ expires_from: 'today', expires_to: '+14d' }, ['ENDING']],
    [{ expires_to: day(0) }, ['ENDED']],
    [{ expires_from: '+30d' }, []],
    [{ created_to: '2024-01' }, ['ENDED']],
    [{ created_from: '2024-02', full: 1 }, ['FULL', 'OVER']],
    [{ created_from: 'today', has_note: 1, never_activated: 1 }, ['UNUSED']],
    [{ from: '2024-01-01', to: '2024-01-01' }, ['ENDED']],
    [{ from: 'today', sort: '-created_at', over_limit: 1 }, ['OVER']],
    [{ status: 'active', sort: 'license_key' }, ['FULL', 'OVER', 'USED']],
    [{ status: 'assigned', sort: '-license_key', key: 'u' }, ['USED', 'UNUSED']],
    [{ sort: 'expires_at', never_activated: 1 }, ['ENDED', 'ENDING']],
  ])('%j', async (fields, expected) => {
    expect(await keys(fields)).toEqual(expected)
  })

  test('what makes no sense is refused', async () => {
    const refused = await viewer.tell('GET /licenses', { created_from: '2030-01-02', created_to: '2030-01-01' })
    expect(refused).toMatchObject({ status: 422 })
    expect(await viewer.tell('GET /licenses', { meta: '=x' })).toMatchObject({ status: 422 })
    expect(await viewer.tell('GET /licenses', { text: ' - ' })).toMatchObject({ status: 422 })
  })
})

describe('a list of licences', () => {
  test('says when a device last verified', async () => {
    const { licenses } = await list({ key: 'USED' })
    expect(Date.now() - Date.parse(licenses[0].last_verified_at)).toBeGreaterThan(4 * dayMs)
    expect((await list({ key: 'STOCK' })).licenses[0].last_verified_at).toBeNull()
  })

  test('counts what matches when asked to', async () => {
    expect((await list({ count: 1, limit: 1 })).count).toEqual({ at_least: 8, is_exact: true })
    expect((await list({ count: 1, full: 1 })).count).toEqual({ at_least: 2, is_exact: true })
    expect(await list({ full: 1 })).not.toHaveProperty('count')
    const { out } = await installation.cli('license', 'list', '--full', '--count')
    expect(out).toContain('2 match.')
  })

  test('counts up to 10,000', async () => {
    const database = openRaw(installation.folder)
    database.run(`with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 10001)
      insert into licenses (product_id, license_key, activation_limit, validity, status, created_at, updated_at)
      select 1, 'MANY-' || n, 1, 0, 'reserved', 0, 0 from numbers`)
    expect((await list({ count: 1, limit: 1 })).count).toEqual({ at_least: 10_000, is_exact: false })
    expect((await list({ count: 1, limit: 1, status: 'reserved' })).count).toEqual({
      at_least: 10_000,
      is_exact: false,
    })
    database.run("delete from licenses where license_key like 'MANY-%'")
    database.close()
  })
})

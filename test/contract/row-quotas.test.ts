import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { openRaw } from '../support/raw'
import { makeActiveLicense, makeLicense, makeProduct } from '../support/stock'
import { subscribe } from '../support/webhooks'

let installation: TestInstallation
let client: string
let product_id: number
beforeAll(async () => {
  installation = await startInstallation({
    trusted_proxies: '127.0.0.1',
    allow_private_webhooks: 'on',
    freed_seats_per_minute: '3',
    taken_seats_per_minute: '5',
    idempotency_keys_per_minute: '20',
  })
  client = (await installation.cli('api-key', 'create', '--name', 'c', '--preset', 'client', '--json')).json.api_key
  product_id = await makeProduct(installation)
})
afterAll(() => installation.close())

const rowsOf = (query: string) => {
  const db = openRaw(installation.folder)
  try {
    return db.query<{ rows: number }, []>(`select count(*) as rows from ${query}`).get()!.rows
  } finally {
    db.close()
  }
}

test('answers kept for an Idempotency-Key are limited by network where all copies of a program carry the API key', async () => {
  const ask = (idempotency: string, address: string) =>
    installation.ask(
      'POST /api/v1/deactivate',
      { license_key: 'none', identifier: 'd' },
      { key: client, headers: { 'idempotency-key': idempotency, 'x-forwarded-for': address } },
    )
  const before = rowsOf('idempotency_keys')
  const codes: unknown[] = []
  for (let i = 1; i <= 5; i++) codes.push((await ask(`a${i}`, `2a00:1:2:3::${i}`)).code)
  expect(codes).toEqual([210, 210, 9429, 9429, 9429])
  expect(rowsOf('idempotency_keys') - before).toBe(2)
  expect((await ask('a1', '2a00:1:2:3::9')).code).toBe(210)
  expect((await ask('b1', '203.0.113.9')).code).toBe(210)
})

test('a licence that is refused again and again is answered each time and announced ten times a minute', async () => {
  await subscribe(installation, 'http://127.0.0.1:9/', 'activation.failed')
  const license_key = await makeActiveLicense(installation, { product_id, activation_limit: 1 }, 'first')
  const another = await makeActiveLicense(installation, { product_id, activation_limit: 1 }, 'first')
  for (let i = 0; i < 15; i++) {
    const answer = await installation.ask(
      'POST /api/v1/activate',
      { license_key, identifier: `d${i}` },
      { key: client },
    )
    expect(answer).toMatchObject({ code: 302 })
  }
  expect(rowsOf("deliveries where event = 'activation.failed'")).toBeLessThan(13)
  await installation.ask('POST /api/v1/activate', { license_key: another, identifier: 'second' }, { key: client })
  expect(rowsOf("deliveries where event = 'activation.failed' and content like '%second%'")).toBe(1)
})

test('a licence without a limit gives so many seats a minute; one with a limit gives all it has', async () => {
  const take = async (license_key: string) => {
    const codes: unknown[] = []
    for (let i = 0; i < 7; i++)
      codes.push((await installation.ask('POST /api/v1/activate', { license_key, identifier: `d${i}` })).code)
    return codes
  }
  expect(await take(await makeLicense(installation, { product_id }))).toEqual([300, 300, 300, 300, 300, 9429, 9429])
  expect(await take(await makeLicense(installation, { product_id, activation_limit: 7 }))).toEqual(Array(7).fill(300))
})

test('seats freed under a key in another spelling count as well', async () => {
  const license_key = (await makeLicense(installation, { product_id, activation_limit: 2 })).toLowerCase()
  const device = { license_key, identifier: 'd' }
  const codes: unknown[] = []
  for (let i = 0; i < 4; i++) {
    codes.push((await installation.ask('POST /api/v1/activate', device)).code)
    codes.push((await installation.ask('POST /api/v1/deactivate', device)).code)
  }
  expect(codes).toEqual([300, '400', 300, '400', 300, '400', 9429, 401])
})

test('of a licence the latest thousand freed seats are kept', async () => {
  const license_key = await makeActiveLicense(installation, { product_id }, 'last')
  const db = openRaw(installation.folder)
  const { id } = db.query<{ id: number }, [string]>('select id from licenses where license_key = ?').get(license_key)!
  db.run(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < 1500)
      insert into activations (license_id, identifier, activated_at, deactivated_at) select ?, 'old' || i, 1, 2 from n`,
    [id],
  )
  db.close()
  expect((await installation.ask('POST /api/v1/deactivate', { license_key, identifier: 'last' })).code).toBe('400')
  expect(rowsOf(`activations where license_id = ${id}`)).toBe(1000)
})

test('metadata that a licence’s devices change is limited in bytes', async () => {
  const device = { license_key: await makeActiveLicense(installation, { product_id }, 'd'), identifier: 'd' }
  const set = async (i: number) =>
    (
      await installation.ask('POST /api/v1/create-license-key-meta', {
        ...device,
        key: `k${i}`,
        value: 'x'.repeat(65_000),
      })
    ).code
  const codes: unknown[] = []
  for (let i = 0; i < 10; i++) codes.push(await set(i))
  expect(codes.slice(0, 8)).toEqual(Array(8).fill(453))
  expect(codes.at(-1)).toBe(9429)
})

test('a contract whose keys are drawn and destroyed in turn waits before it draws more', async () => {
  const made = await installation.cli(
    'generator',
    'create',
    '--product',
    String(product_id),
    '--method',
    'uuid',
    '--json',
  )
  if (!made.json) throw new Error(made.err)
  const contract_key = 'contract-of-a-reseller'
  const contract = { contract_key, contract_name: 'c', contract_information: 'i', product_id, status: 'active' }
  const rights = { can_get_info: 1, can_generate: 1, can_destroy: 1, can_destroy_all: 1 }
  await installation.ask('POST /api/v1/create-contract', { ...contract, ...rights, license_keys_quantity: 1000 })
  const codes: unknown[] = []
  for (let i = 0; i < 2; i++) {
    codes.push((await installation.ask('POST /api/v1/contracts/generate', { contract_key, quantity: 700 })).code)
    codes.push((await installation.ask('POST /api/v1/contracts/destroy-all', { contract_key })).code)
  }
  codes.push((await installation.ask('POST /api/v1/contracts/generate', { contract_key, quantity: 1 })).code)
  expect(codes).toEqual([1300, 1500, 1300, 1500, 9429])
})

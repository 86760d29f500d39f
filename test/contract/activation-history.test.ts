import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { openRaw } from '../support/raw'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let product: number
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
  product = await makeProduct(installation)
})
afterAll(() => installation.close())

interface Row {
  identifier: string
  post_url: string
  ip: string
  user_agent: string
  activated_at: number
  deactivated_at: number | null
  last_verified_at: number | null
}

/** No endpoint lists activations: what the operator will see is read from the data folder. */
function activationsOf(license_key: string): Row[] {
  const database = openRaw(installation.folder, { readonly: true })
  const rows = database
    .query<Row, [string]>(
      `select a.*, s.last_verified_at from activations a join licenses l on l.id = a.license_id
       left join activation_sightings s on s.activation_id = a.id where license_key = ? order by a.id`,
    )
    .all(license_key)
  database.close()
  return rows
}

const from = (address: string, agent: string) => ({ headers: { 'x-forwarded-for': address, 'user-agent': agent } })

test('an activation remembers where it came from, and a repeated one refreshes that', async () => {
  const device = { license_key: await makeLicense(installation, { product_id: product }), identifier: 'pc' }
  const first = { ...device, post_url: 'https://one.test/' }
  await installation.ask('POST /api/v1/activate', first, from('192.0.2.1', 'one'))
  const [row] = activationsOf(device.license_key)
  expect(row).toMatchObject({ identifier: 'pc', post_url: 'https://one.test/', ip: '192.0.2.1', user_agent: 'one' })
  await installation.ask(
    'POST /api/v1/activate',
    { ...device, post_url: 'https://two.test/' },
    from('192.0.2.2', 'two'),
  )
  await installation.ask('POST /api/v1/activate', device, from('192.0.2.3', 'three'))
  expect(activationsOf(device.license_key)).toEqual([
    { ...row!, post_url: 'https://two.test/', ip: '192.0.2.3', user_agent: 'three' },
  ])
})

test('a freed seat stays on record, and coming back makes a new row', async () => {
  const device = { license_key: await makeLicense(installation, { product_id: product }), identifier: 'pc' }
  await installation.ask('POST /api/v1/activate', device)
  await installation.ask('POST /api/v1/deactivate', device)
  await installation.ask('POST /api/v1/activate', device)
  const rows = activationsOf(device.license_key)
  expect(rows.map(({ deactivated_at }) => deactivated_at !== null)).toEqual([true, false])
})

test('verify alone notes when a device was last seen', async () => {
  const device = { license_key: await makeLicense(installation, { product_id: product }), identifier: 'pc' }
  await installation.ask('POST /api/v1/activate', device)
  await installation.ask('POST /api/v1/get-license-key-details', device)
  const asked = Math.floor(installation.now().getTime() / 1000) * 1000
  const other = { license_key: await makeLicense(installation, { product_id: product }), identifier: 'pc' }
  await installation.ask('POST /api/v1/activate', other)
  await installation.ask('POST /api/v1/verify', other)
  // Sightings are written together, to the second.
  const deadline = Date.now() + 10_000
  while (activationsOf(other.license_key)[0]!.last_verified_at === null && Date.now() < deadline) await Bun.sleep(50)
  expect(activationsOf(other.license_key)[0]!.last_verified_at).toBeGreaterThanOrEqual(asked)
  expect(activationsOf(device.license_key)[0]!.last_verified_at).toBeNull()
})

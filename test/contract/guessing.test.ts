import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { capabilities } from '../../src/access/capabilities'
import { binary, startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let license_key: string
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1', guesses_per_minute: '5' })
  license_key = await makeActiveLicense(installation, { product_id: await makeProduct(installation) }, 'laptop')
})
afterAll(() => installation.close())

const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
const honest = (address: string) =>
  installation.ask('POST /api/v1/verify', { license_key, identifier: 'laptop' }, from(address))

/** The codes that guess after guess is answered, up to one more than an address is allowed. */
async function codesOf(guess: (i: number) => Promise<{ code: number | string }>) {
  const codes: (number | string)[] = []
  for (let i = 0; i < 6; i++) codes.push((await guess(i)).code)
  return codes
}

describe('an address that names one key after the other', () => {
  test('is stopped at licence keys, and hears nothing more, right guess or wrong', async () => {
    const guess = (i: number) =>
      installation.ask('POST /api/v1/verify', { license_key: `GUESS-${i}`, identifier: 'x' }, from('198.51.100.1'))
    expect(await codesOf(guess)).toEqual([210, 210, 210, 210, 210, 9429])
    const refused = await honest('198.51.100.1')
    expect(refused).toMatchObject({ status: 429, code: 9429 })
    expect(Number(refused.headers.get('retry-after'))).toBe(refused.response.retry_after)
    expect((await honest('198.51.100.2')).code).toBe(200)
  })

  test('is stopped at API keys', async () => {
    const guess = (i: number) =>
      installation.ask('POST /api/v1/verify', {}, { key: `lk_guess${i}`, ...from('198.51.100.3') })
    expect(await codesOf(guess)).toEqual([100, 100, 100, 100, 100, 9429])
    expect((await honest('198.51.100.3')).code).toBe(9429)
  })

  test('is stopped at download addresses', async () => {
    const guess = (i: number) =>
      installation.ask(
        `GET /api/v1/download/${installation.apiKey}/GUESS-${i}/eA==/100`,
        {},
        { key: null, ...from('198.51.100.4') },
      )
    expect(await codesOf(guess)).toEqual([701, 701, 701, 701, 701, 9429])
  })

  test('is stopped at contract keys in drafts that create nothing, unless its API key may list contracts', async () => {
    const { out } = await installation.cli('api-key', 'create', '--name', 'shop', '--preset', 'shop')
    const shop = out.trim().split('\n').at(-1)!
    const draft = (key: string, address: string) => (i: number) =>
      installation.ask('POST /api/v1/create-contract', { contract_key: `GUESS-${i}` }, { key, ...from(address) })
    expect(await codesOf(draft(shop, '198.51.100.8'))).toEqual([825, 825, 825, 825, 825, 9429])
    expect(await codesOf(draft(installation.apiKey, '198.51.100.9'))).toEqual([825, 825, 825, 825, 825, 825])
  })

  test('is stopped in a volley that arrives at once, and who asks rightly at once is not', async () => {
    const volley = (key: (i: number) => string, address: string) =>
      Promise.all(
        Array.from({ length: 60 }, (_, i) =>
          installation.ask('POST /api/v1/verify', { license_key: key(i), identifier: 'laptop' }, from(address)),
        ),
      )
    const guesses = await volley((i) => `VOLLEY-${i}`, '198.51.100.5')
    expect(guesses.filter(({ code }) => code === 210)).toHaveLength(5)
    expect(guesses.filter(({ code }) => code === 9429)).toHaveLength(55)
    const rightly = await volley(() => license_key, '198.51.100.6')
    expect(rightly.filter(({ code }) => code === 200)).toHaveLength(60)
  })

  test('is stopped at operators’ tokens and sessions', async () => {
    const guess = (headers: Record<string, string>) =>
      fetch(`${installation.url}/admin/api/status`, { headers: { 'x-forwarded-for': '198.51.100.7', ...headers } })
    const statuses: number[] = []
    for (let i = 0; i < 3; i++) {
      statuses.push((await guess({ authorization: `Bearer lko_guess${i}` })).status)
      statuses.push((await guess({ cookie: `latchkey_session=guess${i}` })).status)
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
  })

  test.skipIf(binary !== undefined)('is heard again when it has waited', async () => {
    await installation.advance(60_000)
    expect((await honest('198.51.100.1')).code).toBe(200)
  })
})

describe('an address of IPv6 is one with its network', () => {
  const guessFrom = (address: string) =>
    installation.ask('POST /api/v1/verify', { license_key: 'GUESS-V6', identifier: 'x' }, from(address))

  test('within its /64', async () => {
    expect(await codesOf((i) => guessFrom(`2001:db8:1:1::${i + 1}`))).toEqual([210, 210, 210, 210, 210, 9429])
    expect((await honest('2001:db8:2:1::1')).code).toBe(200)
  })

  test('and within a /48 where it spreads', async () => {
    const codes: (number | string)[] = []
    for (let i = 0; i < 30; i++) codes.push((await guessFrom(`2001:db8:3:${(i * 256).toString(16)}::1`)).code)
    expect(codes.filter((code) => code === 210)).toHaveLength(20)
    expect((await honest('2001:db8:4::1')).code).toBe(200)
  })
})

describe('every secret that a request names counts', () => {
  const device = { identifier: 'x' }
  const meta = { ...device, key: 'k', value: 'v' }
  const doors: [Parameters<TestInstallation['ask']>[0], (guess: string) => Record<string, unknown>][] = [
    ['POST /api/v1/verify', (license_key) => ({ license_key, ...device })],
    ['POST /api/v1/activate', (license_key) => ({ license_key, ...device })],
    ['POST /api/v1/deactivate', (license_key) => ({ license_key, ...device })],
    ['POST /api/v1/get-license-key-details', (license_key) => ({ license_key, ...device })],
    ['POST /api/v1/get-license-file', (license_key) => ({ license_key, ...device })],
    ['POST /api/v1/licenses/GUESS-%/offline-file', () => device],
    ['GET /api/v1/licenses/GUESS-%/features/seats', () => ({})],
    ['POST /api/v1/access-downloadables', (license_key) => ({ license_key, ...device })],
    ['POST /api/v1/create-license-key-meta', (license_key) => ({ license_key, ...meta })],
    ['POST /api/v1/update-license-key-meta', (license_key) => ({ license_key, ...meta })],
    ['POST /api/v1/delete-license-key-meta', (license_key) => ({ license_key, ...meta })],
    [
      'POST /api/v1/assign-license-key',
      (license_key) => ({ license_key, owner_name: 'n', owner_email: 'a@b.example' }),
    ],
    [
      'POST /api/v1/assign-and-activate-license-key',
      (license_key) => ({ license_key, ...device, owner_name: 'n', owner_email: 'a@b.example' }),
    ],
    ['POST /api/v1/update-license-key', (license_key) => ({ license_key, status: 'blocked' })],
    ['POST /api/v1/delete-license-key', (license_key) => ({ license_key })],
    ['GET /api/v1/contracts/get-info', (contract_key) => ({ contract_key })],
    ['POST /api/v1/contracts/generate', (contract_key) => ({ contract_key, quantity: 1 })],
    ['POST /api/v1/contracts/destroy', (license_key) => ({ license_key, contract_key: license_key })],
    ['POST /api/v1/contracts/destroy-all', (contract_key) => ({ contract_key })],
    ['POST /api/v1/delete-contract', (contract_key) => ({ contract_key })],
  ]
  let narrow: string
  beforeAll(async () => {
    // Those that may list licence keys and contracts have no need to guess.
    const can = capabilities.filter((each) => !['get-license-keys', 'get-all-contracts'].includes(each)).join()
    narrow = (await installation.cli('api-key', 'create', '--name', 'narrow', '--can', can, '--json')).json.api_key
  })

  test.each(doors.map(([door, fieldsOf], i) => [door, fieldsOf, i] as const))('%s', async (door, fieldsOf, number) => {
    const guess = (i: number) =>
      installation.ask(door.replace('%', String(i)) as typeof door, fieldsOf(`GUESS-${i}`), {
        key: narrow,
        ...from(`198.51.101.${number + 1}`),
      })
    const codes = await codesOf(guess)
    expect(codes.slice(0, 5)).not.toContain(9429)
    expect(codes.at(-1)).toBe(9429)
  })

  test('but telemetry, whose answer does not tell a right key from a wrong one', async () => {
    const product_id = await makeProduct(installation)
    const send = (license_key: string) =>
      installation.ask(
        'POST /api/v1/send-telemetry-data',
        { product_id, license_key, data_group: 'g' },
        from('198.51.102.1'),
      )
    const [right, wrong] = [await send(license_key), await send('GUESS-1')]
    const told = ({ timestamp, ...rest }: Record<string, unknown>) => rest
    expect(told(wrong.response)).toEqual(told(right.response))
  })
})

test('a proxy that nobody has named is left alone: all customers stand behind it', async () => {
  const other = await startInstallation({ guesses_per_minute: '2' })
  const guess = () => other.ask('POST /api/v1/verify', { license_key: 'GUESS', identifier: 'x' })
  expect(await codesOf(guess)).toEqual([210, 210, 210, 210, 210, 210])
  await other.close()
})

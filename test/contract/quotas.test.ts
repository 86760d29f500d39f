import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeFile, makeLicense, makeProduct, makeRelease } from '../support/stock'

let installation: TestInstallation
let product_id: number
beforeAll(async () => {
  installation = await startInstallation({ telemetry_per_minute: '3', downloads_per_minute: '2' })
  product_id = await makeProduct(installation)
})
afterAll(() => installation.close())

describe('what fills a disk or a line has a quota', () => {
  test('an API key that sends more telemetry than its share waits, and nothing more of it is kept', async () => {
    const send = () => installation.ask('POST /api/v1/send-telemetry-data', { product_id, data_group: 'quota' })
    for (let i = 0; i < 3; i++) expect((await send()).code).toBe(831)
    const refused = await send()
    expect(refused).toMatchObject({ status: 429, code: 9429 })
    expect(Number(refused.headers.get('retry-after'))).toBe(refused.response.retry_after)
    const { response } = await installation.ask('GET /api/v1/get-telemetry-data', { data_group: 'quota' })
    expect(response.data).toHaveLength(3)
  })

  test('a licence that begins more downloads than its share waits; another goes on', async () => {
    await makeRelease(installation, { product: product_id, number: 100, file: makeFile(installation, 'the program') })
    const linkOf = async (device: string) => {
      const license_key = await makeActiveLicense(installation, { product_id }, device)
      const listed = await installation.ask('POST /api/v1/access-downloadables', { license_key, identifier: device })
      return listed.response.downloadables[0].url as string
    }
    const [greedy, modest] = [await linkOf('greedy'), await linkOf('modest')]
    for (let i = 0; i < 2; i++) expect((await fetch(greedy)).status).toBe(200)
    expect(await installation.receive(await fetch(greedy))).toMatchObject({ status: 429, code: 9429 })
    expect((await fetch(modest)).status).toBe(200)
  })
})

describe('a key that every copy of a program carries', () => {
  let shared: TestInstallation
  let client: string
  beforeAll(async () => {
    shared = await startInstallation({ trusted_proxies: '127.0.0.1', telemetry_kilobytes_per_minute: '100' })
    client = (
      await shared.cli('api-key', 'create', '--name', 'c', '--preset', 'client', '--rate-limit', '100', '--json')
    ).json.api_key
  })
  afterAll(() => shared.close())

  const verify = (address: string, identifier = 'd') =>
    shared.ask(
      'POST /api/v1/deactivate',
      { license_key: 'X', identifier },
      { key: client, headers: { 'x-forwarded-for': address } },
    )

  test('is not used up by one address, nor by ten', async () => {
    for (let i = 0; i < 12; i++) {
      const codes: (number | string)[] = []
      for (let j = 0; j < 12; j++) codes.push((await verify(`198.51.100.${i}`, `d${j}`)).code)
      expect(codes.filter((code) => code === 9429).length).toBeGreaterThanOrEqual(2)
    }
    expect((await verify('203.0.113.1')).code).toBe(210)
  })

  test('nor is its telemetry, in bytes', async () => {
    const send = (address: string) =>
      shared.ask(
        'POST /api/v1/send-telemetry-data',
        { data_group: 'g', text_data: 'x'.repeat(9000) },
        { key: client, headers: { 'x-forwarded-for': address } },
      )
    const codes: (number | string)[] = []
    for (let i = 0; i < 4; i++) codes.push((await send('198.51.103.1')).code)
    expect(codes).toEqual([831, 831, 9429, 9429])
    expect((await send('203.0.113.2')).code).toBe(831)
  })
})

test('a licence whose seats are freed all the time waits before it takes another; seats can always be freed', async () => {
  const other = await startInstallation({ freed_seats_per_minute: '3' })
  const license_key = await makeLicense(other, { product_id: await makeProduct(other) })
  const device = { license_key, identifier: 'd' }
  const codes: (number | string)[] = []
  for (let i = 0; i < 4; i++) {
    codes.push((await other.ask('POST /api/v1/activate', device)).code)
    codes.push((await other.ask('POST /api/v1/deactivate', device)).code)
  }
  expect(codes).toEqual([300, '400', 300, '400', 300, '400', 9429, 401])
  const seats = await other.cli('activation', 'list', '--json')
  expect(seats.json.activations ?? seats.json.items).toHaveLength(3)
  await other.close()
})

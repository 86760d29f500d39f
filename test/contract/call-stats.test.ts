import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { openRaw } from '../support/raw'
import { makeActiveLicense, makeProduct } from '../support/stock'
import { until } from '../support/wait'

// A server counts in a process of its own.
setDefaultTimeout(60_000)

const [hourMs, dayMs] = [3_600_000, 86_400_000]

let installation: TestInstallation
let viewer: Operator
let product: number
let hour: number
beforeAll(async () => {
  installation = await startInstallation()
  viewer = await makeOperator(installation, 'viewer')
  product = await makeProduct(installation, { name: 'Editor' })
  const license_key = await makeActiveLicense(installation, { product_id: product, activation_limit: 1 }, 'pc-7')
  await installation.ask('POST /api/v1/verify', { license_key, identifier: 'pc-7' })
  await installation.ask('POST /v1/verify', { license_key, identifier: 'pc-8' })
  await installation.ask('POST /api/v1/verify', { license_key: 'NONE', identifier: 'pc-7' }, { key: null })
  await until('the calls are counted', async () => {
    const { totals } = (await viewer.tell('GET /calls/stats', { route: 'verify' })).body
    return totals.calls === 3
  })
  hour = Math.floor(installation.now().getTime() / hourMs) * hourMs
  const database = openRaw(installation.folder)
  const add = database.query('insert into call_counts values (?, ?, ?, ?, ?, ?)')
  const lastWeek = hour - 7 * dayMs
  add.run(lastWeek, 'verify', '200', product, 1, 60)
  add.run(lastWeek, 'verify', '205', product, 1, 40)
  add.run(lastWeek, 'activate', '300', product, 1, 5)
  add.run(hour - 3 * dayMs, 'verify', '210', 0, 0, 7)
  database.close()
})
afterAll(() => installation.close())

const stats = async (fields: Record<string, string | number>) => (await viewer.tell('GET /calls/stats', fields)).body

describe('calls are counted', () => {
  test('by result and hour, with a number for each step', async () => {
    const { totals, moments, series, others } = await stats({ route: 'verify', step: 'hour', from: '8d' })
    expect(totals).toEqual({ calls: 110, refused: 49 })
    expect(moments.length).toBeOneOf([8 * 24, 8 * 24 + 1])
    expect(moments.at(-1)).toBe(new Date(hour).toISOString())
    expect(series.map(({ result, calls }: { result: string; calls: number }) => [result, calls])).toEqual([
      ['good', 61],
      ['refused', 49],
    ])
    for (const { calls, numbers } of series) {
      expect(numbers).toHaveLength(moments.length)
      expect(numbers.reduce((sum: number, number: number) => sum + number)).toBe(calls)
    }
    expect(series[0].numbers[moments.indexOf(new Date(hour - 7 * dayMs).toISOString())]).toBe(60)
    expect(others).toMatchObject({ series: 0, calls: 0 })
  })

  test('by code and product, the known ones apart from the unknown', async () => {
    const { series } = await stats({ by: 'code,product', route: 'verify', step: 'all', from: '1d' })
    expect(series).toContainEqual(
      expect.objectContaining({
        code: '200',
        message: 'Valid license key',
        product_id: product,
        product: 'Editor',
        calls: 1,
      }),
    )
    expect(series).toContainEqual(
      expect.objectContaining({ code: '202', product_id: product, product: 'Editor', calls: 1 }),
    )
    expect(series).toContainEqual(expect.objectContaining({ code: '100', product_id: null, product: null, calls: 1 }))
  })

  test('by API key, with its name', async () => {
    const { series } = await stats({ by: 'api_key', route: 'verify', step: 'all', from: '1d' })
    expect(series).toMatchObject([
      { api_key_id: 1, api_key: 'everything', calls: 2 },
      { api_key_id: null, api_key: null, calls: 1 },
    ])
    expect((await stats({ api_key: 'everything', route: 'verify', from: '1d' })).totals.calls).toBe(2)
  })

  test('of one product, of failures and of some codes alone; what is left out is summed', async () => {
    expect((await stats({ product: 'Editor', route: 'verify', failed: 'true', from: '8d' })).totals.calls).toBe(41)
    expect((await stats({ code: '205,210', from: '8d' })).totals).toEqual({ calls: 47, refused: 47 })
    const { series, others } = await stats({ by: 'code', route: 'verify', from: '8d', step: 'all', series: 1 })
    expect(series).toMatchObject([{ code: '200', calls: 61 }])
    expect(others).toEqual({ series: 4, calls: 49, numbers: [49] })
  })

  test('for years by a process of its own, as the command counts them', async () => {
    const told = await stats({ route: 'verify', from: '300d', by: 'code' })
    expect(told.totals).toEqual({ calls: 110, refused: 49 })
    const { out } = await installation.cli('call', 'stats', '--route', 'verify', '--from', '300d', '--by', 'code')
    expect(out).toContain('110 calls, of them 49 refused.')
    expect(out).toContain('205 LICENSE KEY EXPIRED')
    const { out: csv } = await installation.cli(
      'call',
      'stats',
      '--route',
      'verify',
      '--by',
      'code',
      '--from',
      '8d',
      '--csv',
    )
    expect(csv).toMatch(/^from,code,message,calls\n/)
    expect(csv).toContain(',205,License key expired,40\n')
  })

  test('and too many steps are refused', async () => {
    const { status, body } = await viewer.tell('GET /calls/stats', { step: 'hour', from: '400d' })
    expect([status, body.error.message]).toEqual([422, expect.stringContaining('more than 2000')])
  })

  test('without anything about a person', () => {
    const database = openRaw(installation.folder, { readonly: true })
    const rows = JSON.stringify(database.query('select * from call_counts').all())
    database.close()
    expect(rows).not.toMatch(/127\.0\.0\.1|pc-7|KEY-/)
  })
})

test('stats are the numbers of today, each with its value a week ago', async () => {
  const { status, body } = await viewer.tell('GET /stats/today')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    active_licenses: { now: 1, week_ago: 0 },
    activations_today: { now: 1, week_ago: 5 },
    verifications_24h: { now: 3, week_ago: 100 },
    refused_verifications_24h: { now: 2, week_ago: 40, of_that_code: 1 },
    expiring_14_days: 0,
  })
  const { out } = await installation.cli('stats')
  expect(out).toMatch(/verifications in 24 hours +3 +100/)
})

describe('calls are found', () => {
  const list = async (fields: Record<string, string | number>) =>
    (await viewer.tell('GET /calls', fields)).body.calls as { id: number; code: string; request_id: string }[]

  test.each<[string, Record<string, string>, string[]]>([
    ['by address', { address: '127.0.0.1', route: 'verify' }, ['100', '202', '200']],
    ['by another address', { address: '192.0.2.1' }, []],
    // What was not admitted is recorded without its fields.
    ['by device', { device: 'pc-7', route: 'verify' }, ['200']],
  ])('%s', async (_, fields, codes) => {
    expect((await list(fields)).map(({ code }) => code)).toEqual(codes)
  })

  test('by request id', async () => {
    const [last] = await list({ limit: 1 })
    expect(await list({ request_id: last!.request_id })).toEqual([last!])
  })

  test('with the licence they were about, by its device or else by what the masked key shows', async () => {
    const licenseOf = async (fields: Record<string, string>) => {
      const [found] = await list({ route: 'verify', ...fields })
      return (await viewer.tell(`GET /calls/${found!.id}`)).body.license_id
    }
    expect(await licenseOf({ code: '200' })).toBe(1)
    expect(await licenseOf({ code: '202' })).toBe(1)
    expect(await licenseOf({ code: '100' })).toBeNull()
    expect((await viewer.tell('GET /calls/99999')).status).toBe(404)
  })

  test('since one that is known', async () => {
    const [last, before] = await list({ limit: 2 })
    expect(await list({ since: last!.id })).toEqual([])
    expect(await list({ since: before!.id })).toEqual([last!])
  })
})

test('refusals alone are recorded where that is the setting, and all are counted', async () => {
  const refusals = await startInstallation({ call_log: 'refusals' })
  const product_id = await makeProduct(refusals)
  await refusals.ask('POST /api/v1/verify', { license_key: 'NONE', identifier: 'x', product_id })
  const counts = () => {
    const database = openRaw(refusals.folder, { readonly: true })
    const rows = database.query('select endpoint, code, calls from call_counts order by endpoint').values()
    database.close()
    return rows
  }
  await until('both are counted', async () => counts().length === 2)
  expect(counts()).toEqual([
    ['create-product', '750', 1],
    ['verify', '210', 1],
  ])
  await refusals.close()
})

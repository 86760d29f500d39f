import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator } from '../support/operator'
import { makeProduct } from '../support/stock'

let installation: TestInstallation
let product_id: number
beforeAll(async () => {
  installation = await startInstallation()
  product_id = await makeProduct(installation)
  for (const text_data of ['one', 'two', 'three']) {
    await installation.ask('POST /api/v1/send-telemetry-data', {
      product_id,
      data_type: 'text',
      text_data,
      data_group: 'a',
    })
  }
  await installation.ask('POST /api/v1/send-telemetry-data', { data_type: 'text', text_data: 'four', data_group: 'b' })
})
afterAll(() => installation.close())

const list = async (...args: string[]) => (await installation.cli('telemetry', 'list', ...args, '--json')).json
const data = (page: { records: { data: string }[] }) => page.records.map((record) => record.data)

test('telemetry list is filtered and paged, newest first', async () => {
  expect(data(await list())).toEqual(['four', 'three', 'two', 'one'])
  expect(data(await list('--product', String(product_id)))).toEqual(['three', 'two', 'one'])
  expect(data(await list('--data-group', 'b', '--has-red-flags', '1'))).toEqual(['four'])
  expect(data(await list('--to', '2020-01-01'))).toEqual([])
  const first = await list('--limit', '3')
  expect(data(await list('--limit', '3', '--after', first.next))).toEqual(['one'])
  expect((await installation.cli('telemetry', 'list')).out).toContain('three')
})

test('telemetry purge counts on a dry run, asks for --yes, and then removes what it was told to', async () => {
  const purge = (...args: string[]) => installation.cli('telemetry', 'purge', ...args, '--json')
  expect((await purge('--before', '2020-01-01')).json).toEqual({ records: 0, dry_run: false })
  const dry = await purge('--before', '2100-01-01', '--data-group', 'a', '--dry-run')
  expect(dry.json).toEqual({ records: 3, dry_run: true })
  const unsaid = await purge('--before', '2100-01-01', '--data-group', 'a')
  expect(unsaid).toMatchObject({ exitCode: 2, out: '', err: expect.stringContaining('3 records are gone') })
  expect(await purge('--yes')).toMatchObject({ exitCode: 2, out: '' })
  expect(await purge('--before', 'soon', '--yes')).toMatchObject({ exitCode: 2, out: '' })
  expect(data(await list())).toHaveLength(4)
  expect((await purge('--before', '2100-01-01', '--data-group', 'a', '--yes')).json.records).toBe(3)
  expect(data(await list())).toEqual(['four'])
  const { entries } = (await installation.cli('audit', 'list', '--verb', 'telemetry.purged', '--json')).json
  expect(entries).toMatchObject([{ after: { records: 3, data_group: 'a' } }])
})

test('telemetry is filtered by a product in any of its forms, and by what a record says its product is', async () => {
  for (const text_data of ['five', 'six']) {
    await installation.ask('POST /api/v1/send-telemetry-data', { product_id, data_type: 'text', text_data })
  }
  const { name, uuid } = (await installation.cli('product', 'show', String(product_id), '--json')).json
  await installation.cli('product', 'set', String(product_id), '--slug', 'sent')
  const owner = await makeOperator(installation, 'owner')
  for (const product of [String(product_id), uuid, 'sent', name]) {
    expect(data(await list('--product', product))).toEqual(['six', 'five'])
    expect((await owner.tell('GET /telemetry', { product })).body.records).toHaveLength(2)
    const dry = await installation.cli(
      'telemetry',
      'purge',
      '--before',
      '2100-01-01',
      '--product',
      product,
      '--dry-run',
      '--json',
    )
    expect(dry.json.records).toBe(2)
  }
  expect((await owner.tell('GET /telemetry', { product_id })).body.records).toHaveLength(2)
  await installation.ask('POST /api/v1/send-telemetry-data', {
    product_id: 'gone',
    data_type: 'text',
    text_data: 'seven',
  })
  expect(data(await list('--product', 'gone'))).toEqual(['seven'])
  expect(await installation.cli('telemetry', 'list', '--product', 'nothing')).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('there is no product "nothing"'),
  })
})

test('telemetry stats count records and devices by group, version and product, with the means of numbers', async () => {
  const viewer = await makeOperator(installation, 'viewer')
  for (const [product_version, activation_identifier, numeric_data_single_value] of [
    ['2.0', 'pc-1', '10'],
    ['2.0', 'pc-2', '20'],
    ['2.0', 'pc-2', 'many'],
    ['1.9', 'pc-3', '1'],
  ]) {
    await installation.ask('POST /api/v1/send-telemetry-data', {
      ...{ product_id, product_version, activation_identifier, numeric_data_single_value },
      ...{ user_identifier: 'u', license_key: 'NONE', data_type: 'numeric-single-value', data_group: 'seconds' },
    })
  }
  const ask = async (fields: Record<string, string | number>) => {
    const { body, status } = await viewer.tell('GET /telemetry/stats', { data_group: 'seconds', ...fields })
    expect(status).toBe(200)
    return body
  }
  const byVersion = await ask({ by: 'version', step: 'day', from: '3d' })
  expect(byVersion).toMatchObject({
    records: 4,
    series: [
      { product_version: '2.0', records: 3, devices: 2 },
      { product_version: '1.9', records: 1, devices: 1 },
    ],
    others: { series: 0, records: 0 },
  })
  expect(byVersion.series[0].numbers).toEqual(
    byVersion.moments.map((_: string, i: number, all: string[]) => (i === all.length - 1 ? 3 : 0)),
  )
  expect(byVersion.series[0].means.at(-1)).toBe(15)
  expect(await ask({ by: 'product,red_flags', step: 'all', series: 1 })).toMatchObject({
    series: [{ product_id, has_red_flags: 1, records: 4, numbers: [4] }],
  })
  expect((await ask({ by: 'version', series: 1 })).others).toEqual({ series: 1, records: 1 })
  const { out } = await installation.cli('telemetry', 'stats', '--by', 'product,version', '--data-group', 'seconds')
  expect(out).toMatch(/Test product, 2\.0 +3 +2 /)
})

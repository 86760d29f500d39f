import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { insertRelease } from '../support/releases'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let product: number
let license_key: string
beforeAll(async () => {
  installation = await startInstallation()
  product = await makeProduct(installation)
  license_key = await makeLicense(installation, { product_id: product })
  insertRelease(installation, { product_id: product, version: '1.0.1', numeric_version: 101 })
})
afterAll(() => installation.close())

const timestamp = expect.any(Number)
const isoSeconds = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z$/)
let groups = 0

/** A record without a fault, in a group of its own. */
const soundReport = () => ({
  data_type: 'numeric-single-value',
  numeric_data_single_value: '50',
  product_id: String(product),
  user_identifier: '554dddsqfqs4dqd5qsd74q',
  license_key,
  activation_identifier: '12135644',
  product_version: '1.0.1',
  data_group: `group ${++groups}`,
})

const recordsOf = async (filter: Record<string, unknown>) => {
  const { response } = await installation.ask('GET /api/v1/get-telemetry-data', filter)
  return response.data
}

describe('a record of telemetry', () => {
  test('without a fault is kept and shown as it was sent, without a red flag', async () => {
    const report = soundReport()
    const sent = await installation.ask('POST /api/v1/send-telemetry-data', report, { as: 'form' })
    expect(sent.response).toEqual({ code: 830, message: 'Correct format data saved', errors: [], timestamp })
    const found = await installation.ask('GET /api/v1/get-telemetry-data', { data_group: report.data_group })
    expect(found.response).toEqual({
      code: 970,
      message: 'Telemetry data found',
      data: [
        {
          id: expect.any(Number),
          user_identifier: report.user_identifier,
          license_key,
          activation_identifier: report.activation_identifier,
          product_id: product,
          product_version: '1.0.1',
          data_type: 'numeric-single-value',
          data_group: report.data_group,
          data: '50',
          is_correct_format: 1,
          license_key_exists: 1,
          product_exists: 1,
          product_version_exists: 1,
          has_red_flags: 0,
          created_at: isoSeconds,
          updated_at: isoSeconds,
        },
      ],
      timestamp,
    })
    expect(Object.keys(found.response.data[0])).toEqual([
      'id',
      'user_identifier',
      'license_key',
      'activation_identifier',
      'product_id',
      'product_version',
      'data_type',
      'data_group',
      'data',
      'is_correct_format',
      'license_key_exists',
      'product_exists',
      'product_version_exists',
      'has_red_flags',
      'created_at',
      'updated_at',
    ])
    expect(found.signedWith).toBe('global')
  })

  test('with nothing in it is kept, and every fault is told', async () => {
    const before = await recordsOf({ has_red_flags: 1 })
    const sent = await installation.ask('POST /api/v1/send-telemetry-data')
    expect(sent.response).toEqual({
      code: 831,
      message: 'Incorrect format data saved',
      errors: {
        product_id: ['The selected product id is invalid.'],
        user_identifier: ['The user identifier field is required.'],
        license_key: ['The license key field is required.'],
        activation_identifier: ['The activation identifier field is required.'],
        product_version: ['The product version field is required.'],
        data_type: ['The data type field is required.'],
        data_group: ['The data group field is required.'],
      },
      timestamp,
    })
    expect(Object.keys(sent.response.errors)).toEqual([
      'product_id',
      'user_identifier',
      'license_key',
      'activation_identifier',
      'product_version',
      'data_type',
      'data_group',
    ])
    const after = await recordsOf({ has_red_flags: 1 })
    expect(after).toHaveLength(before.length + 1)
    expect(after.at(-1)).toMatchObject({
      user_identifier: null,
      license_key: null,
      activation_identifier: null,
      product_id: null,
      product_version: null,
      data_type: null,
      data_group: null,
      data: null,
      is_correct_format: 0,
      has_red_flags: 1,
    })
  })

  test('of an unknown product, key and version is kept with a flag for each', async () => {
    const report = { ...soundReport(), product_id: 999_999, license_key: 'nobody has it', product_version: '5.2.5' }
    const sent = await installation.ask('POST /api/v1/send-telemetry-data', report)
    expect(sent.response).toMatchObject({
      code: 831,
      errors: { product_id: ['The selected product id is invalid.'] },
    })
    expect(await recordsOf({ data_group: report.data_group })).toMatchObject([
      {
        product_id: 999_999,
        data: '50',
        is_correct_format: 0,
        license_key_exists: 0,
        product_exists: 0,
        product_version_exists: 0,
        has_red_flags: 1,
      },
    ])
  })

  test('in sound form with a key or a version that does not exist is 830 with a red flag', async () => {
    const unknownKey = { ...soundReport(), license_key: '🔑' }
    const otherProduct = await makeProduct(installation)
    const unknownVersion = { ...soundReport(), product_id: otherProduct }
    for (const report of [unknownKey, unknownVersion]) {
      expect(await installation.ask('POST /api/v1/send-telemetry-data', report)).toMatchObject({ code: 830 })
    }
    expect(await recordsOf({ data_group: unknownKey.data_group })).toMatchObject([
      { is_correct_format: 1, license_key_exists: 0, product_version_exists: 1, has_red_flags: 1 },
    ])
    expect(await recordsOf({ data_group: unknownVersion.data_group })).toMatchObject([
      { is_correct_format: 1, license_key_exists: 1, product_exists: 1, product_version_exists: 0, has_red_flags: 1 },
    ])
  })

  test('keeps its data as text, each type in its own way', async () => {
    const cases: [Record<string, unknown>, number, string | null][] = [
      [{ data_type: 'numeric-single-value', numeric_data_single_value: 50 }, 830, '50'],
      [{ data_type: 'numeric-single-value', numeric_data_single_value: '-1.5e3' }, 830, '-1.5e3'],
      [{ data_type: 'NUMERIC-XY-AXIS', numeric_data_x: '1', numeric_data_y: 2.5 }, 830, '{"x":1,"y":2.5}'],
      [{ data_type: 'text', text_data: 'text value 🙂' }, 830, 'text value 🙂'],
      [{ data_type: 'numeric-single-value', numeric_data_single_value: 'fifty' }, 831, 'fifty'],
      [{ data_type: 'numeric-single-value', numeric_data_single_value: '1e999' }, 831, '1e999'],
      [{ data_type: 'numeric-single-value', numeric_data_single_value: '' }, 831, null],
      [{ data_type: 'numeric-xy-axis', numeric_data_x: 'one', numeric_data_y: 2 }, 831, '{"x":"one","y":2}'],
      [{ data_type: 'numeric-xy-axis', numeric_data_x: '1' }, 831, '{"x":1}'],
      [{ data_type: 'text', text_data: ['a'] }, 831, '["a"]'],
      [{ data_type: 'other', text_data: 'a', numeric_data_x: 1 }, 831, '{"numeric_data_x":"1","text_data":"a"}'],
    ]
    for (const [fields, code, data] of cases) {
      const { numeric_data_single_value: _, ...report } = soundReport()
      expect(await installation.ask('POST /api/v1/send-telemetry-data', { ...report, ...fields })).toMatchObject({
        code,
      })
      expect(await recordsOf({ data_group: report.data_group })).toMatchObject([
        { data, is_correct_format: code === 830 ? 1 : 0 },
      ])
    }
  })

  test('names the fault of each value', async () => {
    const errorsOf = async (fields: Record<string, unknown>) => {
      const { numeric_data_single_value: _, ...report } = soundReport()
      return (await installation.ask('POST /api/v1/send-telemetry-data', { ...report, ...fields })).response.errors
    }
    expect(await errorsOf({})).toEqual({
      numeric_data_single_value: [
        'The numeric data single value field is required when data type is numeric-single-value.',
      ],
    })
    expect(await errorsOf({ data_type: 'numeric-xy-axis', numeric_data_x: 'x', numeric_data_y: {} })).toEqual({
      numeric_data_x: ['The numeric data x must be a number.'],
      numeric_data_y: ['The numeric data y must be a number.'],
    })
    expect(await errorsOf({ data_type: 'other' })).toEqual({ data_type: ['The selected data type is invalid.'] })
    expect(await errorsOf({ data_type: 'text', text_data: 'a', user_identifier: { id: 1 } })).toEqual({
      user_identifier: ['The user identifier must be a string.'],
    })
  })

  test('goes under the names that SDKs use too, with what they add, which is not shown', async () => {
    const report = { ...soundReport(), hwid: 'hw-1', country: 'FR', flags: { debug: true }, metadata: { os: 'linux' } }
    expect(await installation.ask('POST /v1/send-telemetry', report)).toMatchObject({ code: 830 })
    const { response } = await installation.ask('GET /v1/get-telemetry', { data_group: report.data_group })
    expect(response.data).toHaveLength(1)
    for (const hidden of ['ip', 'hwid', 'country', 'flags', 'metadata'])
      expect(response.data[0]).not.toContainKey(hidden)
  })

  test('that no field may hold is malformed and leaves nothing behind', async () => {
    const long = 'x'.repeat(65_537)
    const cases: Record<string, unknown>[] = [
      { user_identifier: long },
      { license_key: long },
      { activation_identifier: long },
      { product_version: long },
      { text_data: long },
      { product_id: long },
      { hwid: long },
      { metadata: { long } },
      { user_identifier: [long] },
      { product_version: 'nul\0' },
      { country: 'nul\0' },
    ]
    const report = soundReport()
    for (const fields of cases) {
      const sent = await installation.ask('POST /api/v1/send-telemetry-data', { ...report, ...fields })
      expect(sent).toMatchObject({ code: 9400, status: 400 })
    }
    expect(await recordsOf({ data_group: report.data_group })).toEqual([])
  })

  test('is kept once however often a request with one Idempotency-Key comes', async () => {
    const report = soundReport()
    const headers = { 'idempotency-key': 'telemetry-1' }
    for (let i = 0; i < 3; i++) await installation.ask('POST /api/v1/send-telemetry-data', report, { headers })
    expect(await recordsOf({ data_group: report.data_group })).toHaveLength(1)
  })
})

describe('reading telemetry', () => {
  test('is narrowed by each filter, together and alone', async () => {
    const user_identifier = 'filtered user'
    const other = await makeProduct(installation)
    const sound = { ...soundReport(), user_identifier }
    const text = { ...soundReport(), user_identifier, data_type: 'text', text_data: 'a' }
    const flawed = { ...soundReport(), user_identifier, license_key: 'unknown', numeric_data_single_value: 'x' }
    const versionless = { ...soundReport(), user_identifier, product_id: other }
    for (const report of [sound, text, flawed, versionless]) {
      await installation.ask('POST /api/v1/send-telemetry-data', report)
    }
    const groupsFound = async (filter: Record<string, unknown>) =>
      (await recordsOf({ user_identifier, ...filter })).map((row: { data_group: string }) => row.data_group)
    const [a, b, c, d] = [sound, text, flawed, versionless].map(({ data_group }) => data_group)
    const cases: [Record<string, unknown>, unknown[]][] = [
      [{}, [a, b, c, d]],
      [{ data_type: '', data_group: '' }, [a, b, c, d]],
      [{ has_red_flags: '', product_uuid: '', page: '', per_page: ' ', is_correct_format: '' }, [a, b, c, d]],
      [{ data_type: 'text' }, [b]],
      [{ data_type: 'Numeric-Single-Value', data_group: a }, [a]],
      [{ has_red_flags: 1 }, [c, d]],
      [{ has_red_flags: 'false' }, [a, b]],
      [{ is_correct_format: 'true' }, [a, b, d]],
      [{ is_correct_format: 0 }, [c]],
      [{ license_key_exists: 0 }, [c]],
      [{ product_version_exists: 0 }, [d]],
      [{ product_exists: 0 }, []],
      [{ product_id: other }, [d]],
      [{ product_uuid: product, has_red_flags: '1' }, [c]],
      [{ product_id: 'no such product' }, []],
      [{ license_key: 'unknown' }, [c]],
      [{ user_identifier: 'nobody' }, []],
      [{ per_page: 2 }, [a, b]],
      [{ per_page: 3, page: 2 }, [d]],
    ]
    for (const [filter, expected] of cases) expect(await groupsFound(filter)).toEqual(expected)
    const page = await installation.ask('GET /api/v1/get-telemetry-data', { user_identifier, per_page: 3 })
    expect(page.response).toMatchObject({ next_page: 2 })
    const last = await installation.ask('GET /api/v1/get-telemetry-data', { user_identifier, per_page: 3, page: 2 })
    expect(last.response).not.toContainKey('next_page')
  })

  test('by a filter that cannot be read is malformed', async () => {
    const cases: Record<string, unknown>[] = [
      { has_red_flags: 2 },
      { is_correct_format: 'yes' },
      { page: 0 },
      { page: -1 },
      { per_page: 10_001 },
      { per_page: 'many' },
      { product_id: 'x'.repeat(256) },
      { user_identifier: 'nul\0' },
    ]
    for (const filter of cases) {
      expect(await installation.ask('GET /api/v1/get-telemetry-data', filter)).toMatchObject({
        code: 9400,
        status: 400,
      })
    }
  })
})

test('where telemetry is off it is answered as ever and dropped', async () => {
  const quiet = await startInstallation({ telemetry: 'off' })
  try {
    const quietProduct = await makeProduct(quiet)
    const report = { ...soundReport(), product_id: quietProduct }
    expect(await quiet.ask('POST /api/v1/send-telemetry-data', report)).toMatchObject({ code: 830 })
    expect(await quiet.ask('POST /api/v1/send-telemetry-data')).toMatchObject({ code: 831 })
    const { response } = await quiet.ask('GET /api/v1/get-telemetry-data')
    expect(response).toMatchObject({ code: 970, data: [] })
  } finally {
    await quiet.close()
  }
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let doors: number
let windows: number
beforeAll(async () => {
  installation = await startInstallation()
  doors = await makeProduct(installation)
  windows = await makeProduct(installation)
  const terms = { activation_limit: 1, validity: 365 }
  const make = (fields: Record<string, unknown>) =>
    installation.ask('POST /api/v1/create-license-keys', { ...terms, product_id: doors, ...fields })
  await make({ license_keys: ['D-1', 'D-2', 'D-3'], status: 'available' })
  await make({ license_keys: ['D-4'], status: 'reserved' })
  await make({ license_keys: ['D-5'], status: 'blocked', owner_email: 'Ada@Example.com', owner_name: 'Ada' })
  await make({ license_keys: ['W-1', 'w-2%'], product_id: windows, status: 'assigned', owner_email: 'bo@example.com' })
})
afterAll(() => installation.close())

const rows = async (filter: Record<string, unknown> = {}) =>
  (await installation.ask('GET /api/v1/get-license-keys', filter)).response
const keys = async (filter: Record<string, unknown> = {}): Promise<string[]> =>
  (await rows(filter)).license_keys.map((row: { license_key: string }) => row.license_key)

describe('the list of licence keys', () => {
  test('holds all of them, by id', async () => {
    const answer = await installation.ask('GET /api/v1/get-license-keys')
    expect(answer).toMatchObject({ status: 200, code: 730, message: 'License keys', signedWith: 'global' })
    expect(Object.keys(answer.response)).toEqual(['code', 'message', 'license_keys', 'timestamp'])
    expect(await keys()).toEqual(['D-1', 'D-2', 'D-3', 'D-4', 'D-5', 'W-1', 'w-2%'])
    const ids = answer.response.license_keys.map((row: { id: number }) => row.id)
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
  })

  test.each<[Record<string, unknown>, string[]]>([
    [{ status: 'available' }, ['D-1', 'D-2', 'D-3']],
    [{ status: 'suspended' }, ['D-5']],
    [{ status: 'ACTIVE' }, ['W-1', 'w-2%']],
    [{ customer_email: 'ada@example.com' }, ['D-5']],
    [{ owner_email: 'BO@EXAMPLE.COM' }, ['W-1', 'w-2%']],
    [{ email: 'nobody@example.com' }, []],
    [{ search: 'w-' }, ['W-1', 'w-2%']],
    [{ search: 'W-2%' }, ['w-2%']],
    [{ search: 'ada@' }, ['D-5']],
    [{ search: 'bo' }, ['W-1', 'w-2%']],
    [{ search: '%' }, []],
    [{ search: 'd-', status: 'reserved' }, ['D-4']],
    [{ product_id: 999_999 }, []],
    [{ customer_email: '' }, []],
    [{ product_id: '', status: '', search: ' ', page: '', per_page: '', customer_email: 'ada@example.com' }, ['D-5']],
  ])('filtered by %j', async (filter, expected) => {
    expect(await keys(filter)).toEqual(expected)
  })

  test.each(['product_id', 'productId', 'product_uuid', 'product_slug'])('filtered by %s', async (name) => {
    expect(await keys({ [name]: windows })).toEqual(['W-1', 'w-2%'])
  })

  test('comes in pages, the last of which names no other', async () => {
    expect(await keys({ per_page: 3 })).toEqual(['D-1', 'D-2', 'D-3'])
    const second = await rows({ per_page: '3', page: '2' })
    expect(Object.keys(second)).toEqual(['code', 'message', 'license_keys', 'next_page', 'timestamp'])
    expect(second.next_page).toBe(3)
    expect(await keys({ per_page: 3, page: 2 })).toEqual(['D-4', 'D-5', 'W-1'])
    expect(await rows({ per_page: 3, page: 3 })).not.toHaveProperty('next_page')
    expect(await keys({ per_page: 3, page: 3 })).toEqual(['w-2%'])
    expect(await keys({ per_page: 3, page: 4 })).toEqual([])
    expect(await rows({ per_page: 7 })).not.toHaveProperty('next_page')
  })

  test.each([{ page: 0 }, { page: 'two' }, { per_page: 0 }, { per_page: 10_001 }, { status: 'sold' }])(
    'refuses %j and says which field it was',
    async (filter) => {
      const answer = await installation.ask('GET /api/v1/get-license-keys', filter)
      expect(answer).toMatchObject({ status: 400, code: 9400 })
      expect(answer.response.detail).toContain(Object.keys(filter)[0])
    },
  )

  test('stops at ten thousand rows and names the next page', async () => {
    const its = await makeProduct(installation)
    const license_keys = Array.from({ length: 10_001 }, (_, i) => `BULK-${i}`)
    const made = await installation.ask('POST /api/v1/create-license-keys', {
      license_keys,
      product_id: its,
      activation_limit: 0,
      validity: 0,
      status: 'available',
    })
    expect(made.response).toMatchObject({ created: 10_001 })
    const first = await rows({ product_id: its })
    expect(first.license_keys).toHaveLength(10_000)
    expect(first.next_page).toBe(2)
    expect(await keys({ product_id: its, page: 2 })).toEqual(['BULK-10000'])
  })
})

describe('the number of keys in stock', () => {
  const count = (fields: Record<string, unknown>) =>
    installation.ask('GET /api/v1/get-available-license-keys-count', fields)

  test('counts those that are available', async () => {
    const answer = await count({ product_id: doors })
    expect(answer).toMatchObject({ code: 741, message: 'Available license keys count', signedWith: 'global' })
    expect(Object.entries(answer.response).slice(2, -1)).toEqual([['count', 3]])
    expect((await count({ product_uuid: windows })).response).toMatchObject({ code: 741, count: 0 })
  })

  test.each([{}, { product_id: 999_999 }, { product_id: 'x' }])('is 740 for an unknown product: %j', async (fields) => {
    const answer = await count(fields)
    expect(answer).toMatchObject({ status: 200, code: 740, message: "Product doesn't exist", signedWith: 'global' })
    expect(Object.keys(answer.response)).toEqual(['code', 'message', 'timestamp'])
  })
})

test('keys after an id are the page that follows it, under any filter', async () => {
  const fresh = await startInstallation()
  const product_id = await makeProduct(fresh)
  for (let i = 0; i < 5; i++) await makeLicense(fresh, { product_id })
  const page = async (fields: Record<string, unknown>): Promise<number[]> => {
    const { response } = await fresh.ask('GET /api/v1/get-license-keys', fields)
    return response.license_keys.map(({ id }: { id: number }) => id)
  }
  const all = await page({})
  expect(await page({ after: all[1]!, per_page: 2 })).toEqual(all.slice(2, 4))
  expect(await page({ after: all[1]!, product_id, status: 'assigned' })).toEqual(all.slice(2))
  expect(await page({ after: all.at(-1)! })).toEqual([])
  await fresh.close()
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

const draft = { source: 'internal', name: 'Doors', description: 'Opens', require_non_expired: 0, status: 'active' }
const create = (fields: Record<string, unknown>) => installation.ask('POST /api/v1/create-product', fields)
const update = (fields: Record<string, unknown>) => installation.ask('POST /api/v1/update-product', fields)

async function listed(id: number) {
  const { response } = await installation.ask('GET /api/v1/get-all-products')
  return response.products.find((row: { id: number }) => row.id === id)
}

describe('creating a product', () => {
  test('answers with its id', async () => {
    const answer = await create(draft)
    expect(answer).toMatchObject({ status: 200, code: 750, message: 'Product created', signedWith: 'global' })
    expect(Object.entries(answer.response).slice(2, -1)).toEqual([['product_id', expect.any(Number)]])
  })

  test('shows it among all products, in the documented order', async () => {
    const { response } = await create({ ...draft, require_non_expired: '1', external_reference: '4711' })
    const row = await listed(response.product_id)
    const second = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z$/)
    expect(Object.entries(row)).toEqual([
      ['id', response.product_id],
      ['external_reference', '4711'],
      ['source', 'internal'],
      ['name', 'Doors'],
      ['post_url', ''],
      ['description', 'Opens'],
      ['status', 'active'],
      ['require_non_expired', 1],
      ['created_at', second],
      ['updated_at', row.created_at],
      ['meta_data', []],
    ])
  })

  test('takes a name twice, and Envato in any case', async () => {
    const [one, two] = [await create(draft), await create({ ...draft, source: 'Envato' })]
    expect(one.response.product_id).not.toBe(two.response.product_id)
    expect(await listed(two.response.product_id)).toMatchObject({ source: 'envato', external_reference: '' })
  })

  test('names every faulty field, in the order of the fields', async () => {
    const answer = await create({})
    expect(answer).toMatchObject({ status: 200, code: 751, message: 'Incorrect data found', signedWith: 'global' })
    expect(Object.keys(answer.response)).toEqual(['code', 'message', 'errors', 'timestamp'])
    expect(Object.entries(answer.response.errors)).toEqual([
      ['source', ['The source field is required.']],
      ['name', ['The name field is required.']],
      ['description', ['The description field is required.']],
      ['require_non_expired', ['The require non expired field is required.']],
      ['status', ['The status field is required.']],
    ])
  })

  test.each<[string, unknown, string]>([
    ['source', 'shop', 'The selected source is invalid.'],
    ['name', '   ', 'The name field is required.'],
    ['name', 'x'.repeat(256), 'The name must not be greater than 255 characters.'],
    ['description', '', 'The description field is required.'],
    ['require_non_expired', 2, 'The require non expired field must be true or false.'],
    ['status', 'gone', 'The selected status is invalid.'],
  ])('refuses %s %j', async (name, value, sentence) => {
    expect((await create({ ...draft, [name]: value })).response.errors).toEqual({ [name]: [sentence] })
  })
})

describe('updating a product', () => {
  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ name: 'Gates' }, { name: 'Gates' }],
    [{ description: 'Shuts' }, { description: 'Shuts' }],
    [{ status: 'inactive' }, { status: 'inactive' }],
    [{ require_non_expired: true }, { require_non_expired: 1 }],
    [{ source: 'Envato' }, { source: 'envato' }],
    [{ external_reference: '' }, { external_reference: '' }],
    [{}, {}],
  ])('changes what is said and nothing else: %j', async (changes, expected) => {
    const id = await makeProduct(installation, { external_reference: '1' })
    const { updated_at: _, ...before } = await listed(id)
    const answer = await update({ product_id: id, ...changes })
    expect(answer).toMatchObject({ status: 200, code: 650, message: 'Product updated', signedWith: 'global' })
    expect(Object.keys(answer.response)).toEqual(['code', 'message', 'timestamp'])
    const { updated_at: __, ...after } = await listed(id)
    expect(after).toEqual({ ...before, ...expected })
  })

  test.each([{}, { product_id: 999_999 }, { product_id: '1 or 1' }])('refuses an unknown one: %j', async (fields) => {
    const answer = await update({ ...draft, ...fields })
    expect(answer).toMatchObject({ status: 200, code: 651, message: 'Incorrect data found', signedWith: 'global' })
    expect(answer.response.errors).toEqual({ product_id: ['The selected product id is invalid.'] })
  })

  test('names every faulty field and changes nothing', async () => {
    const id = await makeProduct(installation)
    const before = await listed(id)
    const { response } = await update({ product_id: id, name: '', status: 'gone', description: 'changed' })
    expect(Object.entries(response.errors)).toEqual([
      ['name', ['The name field is required.']],
      ['status', ['The selected status is invalid.']],
    ])
    expect(await listed(id)).toEqual(before)
  })
})

describe('deleting a product', () => {
  test('takes all its keys and their activations away', async () => {
    const product_id = await makeProduct(installation)
    const license_key = await makeLicense(installation, { product_id })
    const ofAnother = await makeLicense(installation, { product_id: await makeProduct(installation) })
    const answer = await installation.ask('POST /api/v1/delete-product', { product_id })
    expect(answer).toMatchObject({ status: 200, code: 550, message: 'Product deleted', signedWith: 'global' })
    expect(await listed(product_id)).toBeUndefined()
    expect(await installation.ask('POST /api/v1/verify', { license_key, identifier: 'x' })).toMatchObject({ code: 210 })
    expect(await installation.ask('POST /api/v1/verify', { license_key: ofAnother, identifier: 'x' })).toMatchObject({
      code: 202,
    })
    expect(await installation.ask('POST /api/v1/delete-product', { product_id })).toMatchObject({
      code: 551,
      message: 'Product not found',
      signedWith: 'global',
    })
  })

  test('never gives an id to another product', async () => {
    const product_id = await makeProduct(installation)
    await installation.ask('POST /api/v1/delete-product', { product_id })
    expect(await makeProduct(installation)).toBeGreaterThan(product_id)
  })

  test('is 551 when none is named', async () => {
    expect(await installation.ask('POST /api/v1/delete-product')).toMatchObject({ status: 200, code: 551 })
  })
})

test('all products come oldest first, under 810', async () => {
  const answer = await installation.ask('GET /v1/get-all-products')
  expect(answer).toMatchObject({ status: 200, code: 810, message: 'All products' })
  expect(Object.keys(answer.response)).toEqual(['code', 'message', 'products', 'timestamp'])
  const ids = answer.response.products.map((row: { id: number }) => row.id)
  expect(ids.length).toBeGreaterThan(1)
  expect(ids).toEqual([...ids].sort((a: number, b: number) => a - b))
})

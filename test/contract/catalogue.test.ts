import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'

setDefaultTimeout(60_000)

let installation: TestInstallation
let operator: Operator
beforeAll(async () => {
  installation = await startInstallation()
  operator = await makeOperator(installation, 'operator')
})
afterAll(() => installation.close())

const makeProduct = async (fields: Record<string, unknown> = {}) =>
  String((await operator.tell('POST /products', { name: 'App', ...fields })).body.id)

describe('a key format that is tried out', () => {
  const tried = (fields: Record<string, unknown>) => operator.tell('GET /generators/trial', fields)

  test('shows keys, their randomness and how many there are, and stores nothing', async () => {
    const { body } = await tried({ method: 'custom', function_name: 'PRO-{A:5}-{9:4}-{X:6}', count: 3 })
    expect(body.license_keys).toHaveLength(3)
    for (const key of body.license_keys) expect(key).toMatch(/^PRO-[A-Z]{5}-\d{4}-[\dA-Z]{6}$/)
    expect(body).toMatchObject({ length: 21, strength: 'strong', warning: null })
    expect(body.capacity).toBe(String(26n ** 5n * 10n ** 4n * 36n ** 6n))
    expect(body.entropy_bits).toBeCloseTo(Math.log2(Number(body.capacity)), 9)
    expect((await operator.tell('GET /generators')).body.generators).toEqual([])
  })

  test('warns where keys could be guessed, as making the generator refuses', async () => {
    const { body } = await tried({ number_of_chunks: 1 })
    expect(body).toMatchObject({ strength: 'guessable', capacity: '65536', entropy_bits: 16 })
    expect(body.warning).toContain('needs at least 1,000,000,000,000')
    const product = await makeProduct()
    const refused = await operator.tell('POST /generators', { product, number_of_chunks: 1 })
    expect(refused).toMatchObject({ status: 422, body: { error: { message: expect.stringContaining(body.warning) } } })
    expect((await tried({ number_of_chunks: 3 })).body.strength).toBe('fair')
    const { out } = await installation.cli('generator', 'try', '--chunks', '1')
    expect(out).toContain('16.0 bits: guessable')
  })

  test('refuses what is no format', async () => {
    const { status, body } = await tried({ method: 'custom', function_name: '{Q:5}' })
    expect([status, body.error.message]).toEqual([422, expect.stringContaining('{Q:5} is no placeholder')])
  })
})

describe('the stock of a product', () => {
  test('stands beside its name, and needs attention below its line', async () => {
    const product = await makeProduct({ name: 'Scarce', low_stock: 3 })
    await operator.tell('POST /licenses', { product, license_keys: ['S-1', 'S-2', 'S-3'] })
    const listed = async () => (await operator.tell('GET /products', { name: 'scarce' })).body.products[0]
    expect(await listed()).toMatchObject({ low_stock: 3, for_sale: 3, is_low: false })
    const needs = async () =>
      JSON.stringify(
        (await installation.cli('status', '--json')).json.attention.map(({ message }: { message: string }) => message),
      )
    expect(await needs()).not.toContain('Scarce')

    await operator.tell('POST /licenses/S-1/assign', { owner_email: 'ada@example.com' })
    await operator.tell('POST /licenses/S-2/block')
    expect(await listed()).toMatchObject({ for_sale: 1, is_low: true })
    expect((await operator.tell(`GET /products/${product}`)).body.counts).toEqual({
      ...{ for_sale: 1, available: 1, assigned: 1, reserved: 0, blocked: 1 },
    })
    expect(await needs()).toContain('has 1 key for sale, and its line is 3')
    await operator.tell(`PATCH /products/${product}`, { low_stock: 0 })
    expect(await listed()).toMatchObject({ for_sale: 1, is_low: false })
  })
})

test('the keys of a contract come page by page, and whole as CSV', async () => {
  const product = await makeProduct()
  const draft = { product, contract_name: 'Reseller', license_keys_quantity: 10 }
  const { body: contract } = await operator.tell('POST /contracts', draft)
  await operator.tell('POST /generators', { product })
  const { contract_key } = contract
  await installation.ask('POST /api/v1/contracts/generate', { contract_key, quantity: 3 })
  const door = `/contracts/${contract.id}/keys` as const
  const first = await operator.tell(`GET ${door}`, { limit: 2 })
  const second = await operator.tell(`GET ${door}`, { limit: 2, after: first.body.next })
  const keys = [...first.body.license_keys, ...second.body.license_keys].map(({ license_key }) => license_key)
  expect(new Set(keys).size).toBe(3)
  expect(second.body.next).toBeNull()
  expect((await operator.tell(`GET ${door}`, { status: 'blocked' })).body.license_keys).toEqual([])
  const csv = await fetch(`${installation.url}/admin/api${door}?fields=license_key,status`, {
    headers: { authorization: `Bearer ${operator.token}`, accept: 'text/csv' },
  })
  expect(await csv.text()).toBe(`license_key,status\n${keys.map((key) => `${key},available\n`).join('')}`)
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { upsertBlock } from '../../src/access/store'
import examples from '../fixtures/examples.json'
import { beside } from '../support/beside'
import { type Answer, startHouse, type TestHouse } from '../support/house'
import { makeLicense, makeProduct } from '../support/stock'

let house: TestHouse
let product: number
beforeAll(async () => {
  house = await startHouse({ trusted_proxies: '127.0.0.1' })
  product = await makeProduct(house)
})
afterAll(() => house.close())

const license = (fields: Record<string, unknown> = {}) => makeLicense(house, { product_id: product, ...fields })
const identifier = 'domain.ltd'
const device = async (fields?: Record<string, unknown>) => ({ license_key: await license(fields), identifier })

async function activated() {
  const asked = await device({
    activation_limit: 5,
    validity: 0,
    owner_name: 'Test User',
    owner_email: 'email@domain.ltd',
  })
  await house.ask('POST /api/v1/activate', asked)
  return asked
}

const post = (path: string, fields: Record<string, unknown> = {}, key?: string | null) =>
  house.ask(
    `POST /api/v1/${path}`,
    { post_url: 'https://domain.ltd/receiver.php', ...fields },
    key === undefined ? {} : { key },
  )

async function keyOf(...args: string[]): Promise<string> {
  return (await house.cli('api-key', 'create', '--name', 'x', ...args, '--json')).json.api_key
}

const terms = { owner_name: 'Test User', owner_email: 'domain@email.ltd', activation_limit: '0', validity: '0' }
const draft = {
  source: 'internal',
  name: 'API Create Product',
  description: 'API create product',
  require_non_expired: '1',
  external_reference: '',
  status: 'active',
}

/** How each documented answer comes about, by the path and the case it is documented under. */
const scenes: Record<string, () => Promise<Answer>> = {
  'activate: License key activated': async () => post('activate', await device()),
  'activate: License key already active': async () => post('activate', await activated()),
  'activate: Identifier is required': async () => post('activate', { license_key: await license() }),
  'assign-and-activate-license-key: License key activated': async () =>
    post('assign-and-activate-license-key', {
      ...(await device({ status: 'available' })),
      owner_email: 'email@domain.ltd',
      owner_name: 'Test User',
    }),
  'assign-license-key: Invalid or already assigned license key': async () =>
    post('assign-license-key', { license_key: await license(), email: 'email@domain.ltd' }),
  'assign-license-key: License key assigned': async () =>
    post('assign-license-key', { license_key: await license({ status: 'available' }), email: 'email@domain.ltd' }),
  'create-license-keys: License keys creation result': async () =>
    post('create-license-keys', {
      ...terms,
      license_keys: JSON.stringify(['k-1', 'k-2', 'k-3', await license()]),
      product_id: String(product),
      status: 'available',
      assigned_at: '2024-01-08 00:00:00',
    }),
  'create-product: Product created': () => post('create-product', draft),
  'create-product: Incorrect data found': () => post('create-product', { ...draft, name: '', description: '' }),
  'create-product: Invalid status': () => post('create-product', { ...draft, status: 'sleeping' }),
  'deactivate: License key deactivated': async () => post('deactivate', await activated()),
  'deactivate: License key already inactive': async () => post('deactivate', await device()),
  'delete-license-key: License key deleted': async () => post('delete-license-key', { license_key: await license() }),
  'delete-product: Product deleted': async () =>
    post('delete-product', { product_id: String(await makeProduct(house)) }),
  'get-all-products: All products': () => house.ask('GET /api/v1/get-all-products'),
  "get-available-license-keys-count: Product doesn't exist": () =>
    house.ask('GET /api/v1/get-available-license-keys-count', { product_id: '999999' }),
  'get-available-license-keys-count: Available license keys count': () =>
    house.ask('GET /api/v1/get-available-license-keys-count', { product_id: product }),
  'get-license-key-details: No activation found for this license key/identifier combination': async () =>
    post('get-license-key-details', await device()),
  'get-license-key-details: Active license key found': async () => post('get-license-key-details', await activated()),
  'get-license-keys: License keys': async () =>
    house.ask('GET /api/v1/get-license-keys', { search: await license({ status: 'available' }) }),
  'update-license-key: License keys updated': async () =>
    post('update-license-key', {
      ...terms,
      license_key: await license(),
      product_id: String(product),
      status: 'assigned',
      assigned_at: '2024-01-08 21:17:32',
    }),
  "update-product: Product Id doesn't exist": () => post('update-product', { ...draft, product_id: '999999' }),
  'update-product: Product updated': () => post('update-product', { ...draft, product_id: String(product) }),
  'verify: Invalid license key': () => post('verify', { license_key: 'nothing', identifier }),
  'verify: This license key is not assigned': async () => post('verify', await device({ status: 'available' })),
  'verify: Blocked IP or identifier - Access denied': async () => {
    const entry = { kind: 'identifier' as const, value: 'blocked.ltd', createdAt: new Date() }
    await beside(house, ({ db }) => db.write((tx) => upsertBlock(tx, entry)))
    return post('verify', { license_key: 'nothing', identifier: 'blocked.ltd' })
  },
  'verify: Invalid API Key': () => post('verify', {}, 'lk_wrong'),
  'verify: Accessed From The Wrong IP': async () =>
    post('verify', {}, await keyOf('--preset', 'all', '--allow-ip', '203.0.113.1')),
  'verify: Inactive API Key': async () => {
    const key = await keyOf('--preset', 'all')
    const { json } = await house.cli('api-key', 'list', '--json')
    await house.cli('api-key', 'revoke', String(json.api_keys.at(-1).id))
    return post('verify', {}, key)
  },
  'verify: Permission  Required': async () => post('verify', {}, await keyOf('--can', 'activate')),
}

const endpoints = new Set(Object.keys(scenes).map((name) => name.split(':')[0]!))
const nameOf = ({ path, case: situation }: (typeof examples)[number]) => `${path.split('/').at(-1)}: ${situation}`
const documented = examples.filter(({ path }) => endpoints.has(path.split('/').at(-1)!))

/** Keys in their order and types of values; of a list, those of its first item. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length ? [shapeOf(value[0])] : []
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return Object.entries(value).map(([name, member]) => [name, shapeOf(member)])
}

describe('the documented answer', () => {
  test.each(documented.map((example) => [nameOf(example), example] as const))('%s', async (name, { body, status }) => {
    const { response } = body
    const answer = await scenes[name]!()
    expect(answer).toMatchObject({ status, code: response.code, message: response.message })
    expect(typeof answer.code).toBe(typeof response.code)
    expect(shapeOf(bare(answer.response))).toEqual(shapeOf(bare(response)))
    if ('errors' in response) expect(answer.response.errors).toEqual(response.errors)
    if ('created' in response) expect(answer.response).toMatchObject({ created: 3, duplicate: 1 })
  })

  test('exists for every scene of this file', () => {
    expect(documented.map(nameOf).sort()).toEqual(Object.keys(scenes).sort())
  })
})

/** Without metadata, which these endpoints show and cannot make. */
const bare = (response: object) =>
  JSON.parse(JSON.stringify(response, (name, value) => (name === 'meta_data' ? [] : value)))

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeProduct } from '../support/stock'

// biome-ignore lint/suspicious/noExplicitAny: a description of any API
type Json = any

let installation: TestInstallation
let described: Json
const fields: Record<string, Record<string, unknown>> = {}
beforeAll(async () => {
  installation = await startInstallation()
  described = await (await fetch(`${installation.url}/openapi.json`)).json()
  const product_id = await makeProduct(installation)
  const license_key = await makeActiveLicense(installation, { product_id, activation_limit: 1 }, 'pc')
  const device = { license_key, identifier: 'pc' }
  const product = { source: 'internal', name: 'A', description: 'A', require_non_expired: 0, status: 'active' }
  await installation.cli('generator', 'create', '--product', String(product_id), '--method', 'uuid')
  const contract = {
    contract_key: 'K',
    contract_name: 'C',
    contract_information: 'I',
    product_id,
    license_keys_quantity: 50,
    status: 'active',
    can_get_info: 1,
    can_generate: 1,
    can_destroy: 1,
    can_destroy_all: 1,
  }
  await installation.ask('POST /api/v1/create-contract', contract)
  Object.assign(fields, {
    verify: device,
    activate: device,
    'get-license-key-details': device,
    'get-license-file': device,
    'access-downloadables': device,
    'send-telemetry-data': { ...device, product_id, data_type: 'text', text_data: 'x' },
    'create-product': product,
    'update-product': { product_id, ...product },
    'update-license-key': { license_key, status: 'assigned' },
    'create-license-keys': { product_id, license_keys: ['N-1'], activation_limit: 1, validity: 0, status: 'available' },
    'random-assign-license-keys': { product_id, quantity: 1, generate: 1, owner_email: 'a@b.c' },
    generate: { product_id, quantity: 1 },
    'update-contract': { contract_id: 1 },
    'contracts/generate': { contract_key: 'K', quantity: 1 },
    'create-license-key-meta': { ...device, key: 'k', value: 'v' },
    'delete-contract': { contract_id: 99 },
  })
})
afterAll(() => installation.close())

const names = ['verify', 'activate', 'get-license-key-details', 'get-license-file', 'access-downloadables']
const others = [
  'send-telemetry-data',
  'create-product',
  'update-product',
  'update-license-key',
  'create-license-keys',
  'random-assign-license-keys',
  'generate',
  'update-contract',
  'contracts/generate',
  'create-license-key-meta',
  'delete-contract',
]

/** The fields an endpoint takes that a request leaves out. */
function leftOut(name: string) {
  const schema = described.paths[`/api/v1/${name}`].post.requestBody.content['application/json'].schema
  const absent = Object.keys(schema.properties).filter((field) => !(field in fields[name]!))
  expect(absent.length + Object.keys(fields[name]!).length).toBeGreaterThan(1)
  return [...absent, 'nonce', 'key_id', 'api_key', 'anything']
}

describe.each([...names, ...others])('%s', (name) => {
  test('takes null for what a client does not use', async () => {
    const ask = (more: object) => installation.ask(`POST /api/v1/${name}`, { ...fields[name], ...more })
    await ask({})
    const { code, response } = await ask({})
    const answer = await ask(Object.fromEntries(leftOut(name).map((field) => [field, null])))
    expect({ ...answer.response, timestamp: 0 }.errors).toEqual(response.errors)
    expect(answer.code).toBe(code)
  })
})

describe.each(names)('%s', (name) => {
  test.each(['json', 'form', 'multipart', 'query'] as const)('takes empty fields in %s as absent', async (as) => {
    const { code } = await installation.ask(`POST /api/v1/${name}`, fields[name], { as })
    expect([200, 301, 500, 502, 600]).toContain(code as number)
    const empty = Object.fromEntries(leftOut(name).map((field) => [field, '']))
    expect(await installation.ask(`POST /api/v1/${name}`, { ...fields[name], ...empty }, { as })).toMatchObject({
      code,
    })
  })
})

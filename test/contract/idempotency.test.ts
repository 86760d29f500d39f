import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readConfig } from '../../src/config'
import type { Deps } from '../../src/deps'
import { buildApp } from '../../src/http/app'
import { type Answer, startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
interface Asked {
  asked: Record<string, unknown>
  headers: Record<string, string>
  answer: Answer
}
const first = new Map<string, Asked>()

beforeAll(async () => {
  installation = await startInstallation({ allow_private_webhooks: 'on' })
  for (const [path, [fields]] of Object.entries(requests)) {
    const asked = { ...(await fields()) }
    const headers = { 'idempotency-key': crypto.randomUUID() }
    first.set(path, {
      asked,
      headers,
      answer: await installation.ask(`POST /api/v1/${path}` as 'POST /', asked, { headers }),
    })
  }
  // The timestamp tells a repetition from an answer of its own.
  await Bun.sleep(1001 - (Date.now() % 1000))
})
afterAll(() => installation.close())

const identifier = 'site.test'
const stock = { activation_limit: 1, validity: 0, status: 'available' }
let names = 0
const fresh = () => `IDEMPOTENT-${++names}`

const product = () => makeProduct(installation)
const license = async (fields = {}) => makeLicense(installation, { product_id: await product(), ...fields })
const active = async () => makeActiveLicense(installation, { product_id: await product() }, identifier)
const ask = (path: string, fields: object) => installation.ask(`POST /api/v1/${path}` as 'POST /', { ...fields })

async function generator() {
  const options = ['--method', 'uuid', '--json']
  const product_id = await product()
  const { json } = await installation.cli('generator', 'create', '--product', String(product_id), ...options)
  return { product_id, generator_id: json.id as number }
}

async function contract() {
  const { product_id } = await generator()
  const rights = { can_get_info: 1, can_generate: 1, can_destroy: 1, can_destroy_all: 1 }
  const draft = { contract_name: 'n', contract_information: 'i', license_keys_quantity: 5, status: 'active', ...rights }
  const contract_key = fresh()
  return { draft: { ...draft, product_id, contract_key }, choice: { contract_key } }
}

async function contractKey() {
  const { draft, choice } = await contract()
  await ask('create-contract', draft)
  const { response } = await ask('contracts/generate', { ...choice, quantity: 1 })
  return { ...choice, license_key: response.license_keys[0] as string }
}

async function made() {
  const { draft, choice } = await contract()
  await ask('create-contract', draft)
  return choice
}

async function withMeta(of: 'license-key' | 'product', asked: object) {
  const meta = { ...asked, key: 'k', value: 'v' }
  await ask(`create-${of}-meta`, meta)
  return meta
}

const device = async () => ({ license_key: await active(), identifier })
const report = { data_type: 'text', text_data: 'x', data_group: 'g' }

/** For every endpoint that changes anything: a request, and what it is answered when it is done. */
const requests: Record<string, [fields: () => Promise<object>, code: number | string]> = {
  activate: [async () => ({ license_key: await license(), identifier }), 300],
  deactivate: [device, '400'],
  'assign-license-key': [async () => ({ license_key: await license({ status: 'available' }) }), 800],
  'assign-and-activate-license-key': [
    async () => ({
      license_key: await license({ status: 'available' }),
      identifier,
      owner_name: 'Ada',
      owner_email: 'a@b.c',
    }),
    300,
  ],
  'random-assign-license-keys': [async () => ({ ...(await generator()), generate: 1 }), 803],
  'random-assign-license-keys-queued': [
    async () => ({ ...(await generator()), generate: 1, webhook_url: 'http://127.0.0.1:9/' }),
    807,
  ],
  'create-license-keys': [async () => ({ ...stock, product_id: await product(), license_keys: [fresh()] }), 900],
  'update-license-key': [async () => ({ license_key: await license(), owner_name: 'Ada' }), 950],
  'delete-license-key': [async () => ({ license_key: await license() }), 850],
  generate: [async () => ({ generator_id: (await generator()).generator_id, quantity: 1 }), 815],
  'create-product': [
    async () => ({ source: 'internal', name: 'n', description: 'd', require_non_expired: 0, status: 'active' }),
    750,
  ],
  'update-product': [async () => ({ product_id: await product(), name: 'other' }), 650],
  'delete-product': [async () => ({ product_id: await product() }), 550],
  'create-license-key-meta': [async () => ({ ...(await device()), key: 'k', value: 'v' }), 453],
  'update-license-key-meta': [async () => ({ ...(await withMeta('license-key', await device())), value: 'w' }), 353],
  'delete-license-key-meta': [async () => withMeta('license-key', await device()), 252],
  'create-product-meta': [async () => ({ product_id: await product(), key: 'k', value: 'v' }), 273],
  'update-product-meta': [async () => ({ ...(await withMeta('product', { product_id: await product() })) }), 373],
  'delete-product-meta': [async () => withMeta('product', { product_id: await product() }), 482],
  'send-telemetry-data': [async () => report, 831],
  'send-telemetry': [async () => report, 831],
  'create-contract': [async () => (await contract()).draft, 841],
  'update-contract': [async () => ({ ...(await made()), contract_name: 'other' }), 842],
  'delete-contract': [made, 843],
  'contracts/generate': [async () => ({ ...(await made()), quantity: 1 }), 1300],
  'contracts/destroy': [contractKey, 1400],
  'contracts/destroy-all': [async () => ({ contract_key: (await contractKey()).contract_key }), 1500],
}

/** What is asked for by POST, and changes nothing that a repeat could change again. */
const lookups = [
  'verify',
  'get-license-key-details',
  'access-downloadables',
  'get-license-file',
  'licenses/:license_key/offline-file',
]

describe('a request that changes something, repeated with its Idempotency-Key', () => {
  test('is any that there is', () => {
    const routes = buildApp({ config: readConfig({}, {}) } as Deps).routes.filter(({ method }) => method === 'POST')
    for (const prefix of ['/api/v1/', '/v1/']) {
      const there = routes.filter(({ path }) => path.startsWith(prefix)).map(({ path }) => path.slice(prefix.length))
      expect(there.sort()).toEqual([...Object.keys(requests), ...lookups].sort())
    }
  })

  test.each(Object.entries(requests))('%s is told in the same words', async (path, [, code]) => {
    const { asked, headers, answer } = first.get(path)!
    expect(answer).toMatchObject({ status: 200, code })
    const again = await installation.ask(`POST /v1/${path}` as 'POST /', asked, { headers })
    expect(again.text).toBe(answer.text)
  })

  test.each(Object.keys(requests))('%s is refused where it asks for something else', async (path) => {
    const { asked, headers } = first.get(path)!
    const named = ['product_id', 'license_key', 'contract_key', 'generator_id', 'name']
    const other = { ...asked, ...Object.fromEntries(named.map((name) => [name, '999999'])) }
    const answer = await installation.ask(`POST /api/v1/${path}` as 'POST /', other, { headers })
    expect(answer).toMatchObject({ status: 409, code: 9409 })
  })
})

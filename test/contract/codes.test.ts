import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import codes from '../fixtures/codes.json'
import examples from '../fixtures/examples.json'
import { type Answer, startInstallation, type TestInstallation } from '../support/installation'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let product: number
beforeAll(async () => {
  installation = await startInstallation()
  product = await makeProduct(installation)
})
afterAll(() => installation.close())

const identifier = 'site.test'
const post = (path: string, fields: Record<string, unknown> = {}) => installation.ask(`POST /api/v1/${path}`, fields)
const get = (path: string, fields: Record<string, unknown> = {}) => installation.ask(`GET /api/v1/${path}`, fields)
const license = (fields = {}) => makeLicense(installation, { product_id: product, ...fields })

/** A licence with a seat for the device. */
async function seated(fields = {}) {
  const license_key = await license(fields)
  await post('activate', { license_key, identifier })
  return { license_key, identifier }
}

async function productMeta(key: string) {
  await post('create-product-meta', { product_id: product, key, value: 'v' })
  return { product_id: product, key }
}

let contracts = 0
async function contract(fields = {}): Promise<{ contract_key: string; id: number }> {
  const { response } = await post('create-contract', {
    contract_key: `contract-${++contracts}`,
    contract_name: 'c',
    contract_information: 'i',
    product_id: product,
    license_keys_quantity: 2,
    status: 'active',
    can_get_info: 1,
    can_generate: 1,
    can_destroy: 1,
    can_destroy_all: 1,
    ...fields,
  })
  return response.contract
}

async function generating(fields = {}) {
  const product_id = await makeProduct(installation)
  const options = ['--method', 'uuid', '--activation-limit', '1', '--validity', '0']
  await installation.cli('generator', 'create', '--product', String(product_id), ...options)
  return contract({ product_id, ...fields })
}

async function released() {
  const product_id = await makeProduct(installation)
  const release = ['--product', String(product_id), '--version', '1.0.0', '--numeric-version', '100', '--publish']
  await installation.cli('release', 'add', ...release, '--file', import.meta.path)
  const license_key = await makeLicense(installation, { product_id })
  await post('activate', { license_key, identifier })
  const { response } = await post('access-downloadables', { license_key, identifier })
  return new URL(response.downloadables[0].url).pathname as `/${string}`
}

async function slugged(...options: string[]) {
  const product_id = await makeProduct(installation)
  const slug = `product-${product_id}`
  await installation.cli('product', 'set', String(product_id), '--slug', slug, ...options)
  return slug
}

/** What the documented pages do not show: the code, and how to get it. */
const rows: [code: number, get: () => Promise<Answer>][] = [
  [200, async () => post('verify', await seated())],
  [
    203,
    async () =>
      post('verify', {
        license_key: await license({ product_id: await makeProduct(installation, { status: 'inactive' }) }),
        identifier,
      }),
  ],
  [204, async () => post('verify', { license_key: await license({ status: 'blocked' }), identifier })],
  [
    205,
    async () => post('verify', { license_key: await license({ validity: 1, assigned_at: '2020-01-01' }), identifier }),
  ],
  [250, async () => post('delete-license-key-meta', await seated())],
  [251, async () => post('delete-license-key-meta', { ...(await seated()), key: 'no' })],
  [270, () => post('create-product-meta', { product_id: product, value: 'v' })],
  [271, () => post('create-product-meta', { product_id: product, key: 'k' })],
  [272, async () => post('create-product-meta', { ...(await productMeta('twice')), value: 'v' })],
  [302, async () => post('activate', { ...(await seated({ activation_limit: 1 })), identifier: 'another' })],
  [350, async () => post('update-license-key-meta', { ...(await seated()), value: 'v' })],
  [351, async () => post('update-license-key-meta', { ...(await seated()), key: 'k' })],
  [370, () => post('update-product-meta', { product_id: product, value: 'v' })],
  [371, () => post('update-product-meta', { product_id: product, key: 'k' })],
  [374, () => post('update-product-meta', { product_id: 999_999, key: 'k', value: 'v' })],
  [450, async () => post('create-license-key-meta', { ...(await seated()), value: 'v' })],
  [451, async () => post('create-license-key-meta', { ...(await seated()), key: 'k' })],
  [
    452,
    async () => {
      const fields = { ...(await seated()), key: 'twice', value: 'v' }
      await post('create-license-key-meta', fields)
      return post('create-license-key-meta', fields)
    },
  ],
  [480, () => post('delete-product-meta', { product_id: product })],
  [481, () => post('delete-product-meta', { product_id: product, key: 'no' })],
  [483, () => post('delete-product-meta', { product_id: 999_999, key: 'k' })],
  [501, () => post('get-license-file', { license_key: 'no such key', identifier })],
  [502, async () => post('get-license-file', await seated())],
  [551, () => post('delete-product', { product_id: 999_999 })],
  [631, () => get('get-product', { product_id: product })],
  [632, () => get('get-product-public-key', { product_id: product })],
  [700, async () => installation.ask(`GET ${(await released()).replace(/\d+$/, '999')}` as 'GET /')],
  [701, async () => installation.ask(`GET ${(await released()).replace('/download/', '/download/x')}` as 'GET /')],
  [851, () => post('delete-license-key', { license_key: 'no such key' })],
  [901, () => post('create-license-keys')],
  [
    902,
    async () => {
      const terms = { product_id: product, activation_limit: 0, validity: 0, status: 'available' }
      return post('create-license-keys', { license_keys: [await license()], ...terms })
    },
  ],
  [951, async () => post('update-license-key', { license_key: await license(), status: 'nonsense' })],
  [952, () => post('update-license-key', { license_key: 'no such key', owner_name: 'Ada' })],
  [1200, () => get('contracts/get-info', { contract_key: 'no such contract' })],
  [
    1202,
    async () => {
      const product_id = await makeProduct(installation)
      const { contract_key } = await contract({ product_id })
      await post('update-product', { product_id, status: 'inactive' })
      return post('contracts/generate', { contract_key, quantity: 1 })
    },
  ],
  [1203, async () => post('contracts/generate', { contract_key: (await contract()).contract_key, quantity: 1 })],
  [1204, async () => get('contracts/get-info', { contract_key: (await contract()).contract_key })],
  [
    1205,
    async () => {
      const { contract_key } = await generating()
      await post('contracts/generate', { contract_key, quantity: 2 })
      return post('contracts/generate', { contract_key, quantity: 1 })
    },
  ],
  [1206, async () => post('contracts/generate', { contract_key: (await generating()).contract_key, quantity: 3 })],
  [1300, async () => post('contracts/generate', { contract_key: (await generating()).contract_key, quantity: 1 })],
  [
    1400,
    async () => {
      const { contract_key } = await generating()
      await post('contracts/generate', { contract_key, quantity: 1 })
      const { response } = await get('get-license-keys', { per_page: 10_000 })
      return post('contracts/destroy', { license_key: response.license_keys.at(-1).license_key, contract_key })
    },
  ],
  [1401, () => post('contracts/destroy', { license_key: 'no such key' })],
  [
    1500,
    async () => {
      const { contract_key } = await generating()
      await post('contracts/generate', { contract_key, quantity: 2 })
      return post('contracts/destroy-all', { contract_key })
    },
  ],
  [1501, async () => post('contracts/destroy-all', { contract_key: (await contract()).contract_key })],
  [1600, async () => installation.ask(`GET /api/v1/products/${await slugged()}/changelog`, {}, { key: null })],
  [
    1602,
    async () =>
      installation.ask(`GET /api/v1/products/${await slugged('--changelog', 'off')}/changelog`, {}, { key: null }),
  ],
  [
    1601,
    async () => {
      const silent = await startInstallation({ changelog: 'off' })
      const answer = await silent.ask('GET /api/v1/products/any/changelog', {}, { key: null })
      await silent.close()
      return answer
    },
  ],
]

/** Codes that no request to a working server gets, and why. */
const unreachable: Record<number, string> = {
  503: 'a licence file fails only when no key can sign it, and a server makes its key before it listens',
  633: 'a product without a key of its own answers with the global one, which is always there',
}

/** Proved where a neighbour is needed: the Envato market. */
const elsewhere: Record<number, string> = { 206: 'envato.test.ts' }

describe('the code', () => {
  test.each(rows)('%i is given', async (code, ask) => {
    const { message } = codes.find((each) => each.code === code)!
    expect(await ask()).toMatchObject({ code, message, status: 200 })
  })

  test('of every kind has its test', () => {
    const shown = examples.map(({ body }) => Number(body.response.code))
    const proved = [
      shown,
      rows.map(([code]) => code),
      Object.keys(unreachable).map(Number),
      Object.keys(elsewhere).map(Number),
    ]
    expect([...new Set(proved.flat())].sort((a, b) => a - b)).toEqual(
      codes.map(({ code }) => code).sort((a, b) => a - b),
    )
  })
})

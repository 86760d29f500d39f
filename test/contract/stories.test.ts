import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import examples from '../fixtures/examples.json'
import { type Answer, startInstallation, type TestInstallation } from '../support/installation'
import { differences } from '../support/same'
import { makeLicense, makeProduct } from '../support/stock'

/** The world of the documented answers: a product with a key of its own, one without, a licence on a device. */
interface World extends TestInstallation {
  ownKey: number
  plain: number
  license: string
}

interface Story {
  get: (world: World) => Promise<Answer>
  /** What may differ from the page, beside the timestamp; only type and form must agree there. */
  free?: string[]
  /** Why the page says nothing about which key signs: it was captured without any. */
  anyKey?: true
}

const identifier = 'domain.ltd'
const owner = { owner_name: 'Test User', owner_email: 'email@domain.ltd' }
const post = (world: World, path: string, fields: Record<string, unknown>, asking = {}) =>
  world.ask(`POST /api/v1/${path}`, fields, { as: 'form', ...asking })
const license = (world: World, fields = {}) => makeLicense(world, { product_id: world.ownKey, ...fields })
const inStock = (world: World) => license(world, { status: 'available' })

async function activated(world: World, fields = {}) {
  const license_key = await license(world, { validity: 0, ...fields })
  await post(world, 'activate', { license_key, identifier })
  return license_key
}

async function keyFor(world: World, ...options: string[]): Promise<string> {
  return (await world.cli('api-key', 'create', '--name', 'story', ...options, '--json')).json.api_key
}

const productFields = {
  source: 'internal',
  name: 'API Create Product',
  description: 'API create product',
  require_non_expired: '1',
  external_reference: '',
  status: 'active',
}

const contractFields = (world: World) => ({
  contract_key: `${crypto.randomUUID()}-1234`,
  contract_name: 'Test Contract',
  contract_information: 'Test information',
  product_id: String(world.plain),
  license_keys_quantity: '65',
  status: 'active',
  can_get_info: '1',
  can_generate: '1',
  can_destroy: '1',
  can_destroy_all: '1',
})
const contractDates = ['contract.updated_at', 'contract.created_at', 'contract.id', 'contract.contract_key']
const rowDates = ['id', 'license_key', 'product_id', 'assigned_at', 'created_at', 'updated_at']
const rows = (name: string, fields: string[]) => fields.map((field) => `${name}[].${field}`)

async function withMeta(
  world: World,
  path: 'license-key' | 'product',
  subject: Record<string, unknown>,
  pairs: string[][],
) {
  for (const [key, value] of pairs) await post(world, `create-${path}-meta`, { ...subject, key, value })
}

/** A fresh installation whose lists hold what a page's list holds. */
async function inNewWorld(get: (world: World) => Promise<Answer>) {
  const world = await makeWorld()
  try {
    return await get(world)
  } finally {
    await world.close()
  }
}

const stories: Record<string, Story> = {
  'POST /api/v1/access-downloadables | Downloads': {
    get: async (world) => {
      const product_id = await makeProduct(world)
      await world.cli('key', 'generate', '--yes', '--product', String(product_id), '--bits', '2048')
      for (const [version, numeric, changelog] of [
        ['1.0.1', '101', 'Minor bug fixes'],
        ['1.0.2', '102', 'Bugfixes'],
      ] as const) {
        const release = ['--product', String(product_id), '--version', version, '--numeric-version', numeric]
        const words = ['--summary', 'Bugfixes', '--changelog', changelog, '--release-date', '2024-02-27']
        await world.cli('release', 'add', ...release, '--file', import.meta.path, ...words, '--publish')
      }
      return post(world, 'access-downloadables', { license_key: await activated(world, { product_id }), identifier })
    },
    free: rows('downloadables', ['id', 'product_id', 'url']),
  },
  'POST /api/v1/activate | License key activated': {
    get: async (world) => post(world, 'activate', { license_key: await license(world), identifier, post_url: '' }),
  },
  'POST /api/v1/activate | License key already active': {
    get: async (world) => post(world, 'activate', { license_key: await activated(world), identifier }),
  },
  'POST /api/v1/activate | Identifier is required': {
    get: async (world) => post(world, 'activate', { license_key: await license(world), identifier: '' }),
  },
  'POST /api/v1/assign-and-activate-license-key | License key activated': {
    get: async (world) =>
      post(world, 'assign-and-activate-license-key', { license_key: await inStock(world), identifier, ...owner }),
  },
  'POST /api/v1/assign-license-key | Invalid or already assigned license key': {
    get: async (world) => post(world, 'assign-license-key', { license_key: await license(world) }),
  },
  'POST /api/v1/assign-license-key | License key assigned': {
    get: async (world) =>
      post(world, 'assign-license-key', { license_key: await inStock(world), owner_name: 'Test User', email: 'a@b.c' }),
  },
  'POST /api/v1/create-contract | Contract created': {
    get: (world) => post(world, 'create-contract', contractFields(world)),
    free: [...contractDates, 'contract.product_id'],
    anyKey: true,
  },
  'POST /api/v1/create-contract | Incorrect data found': {
    get: (world) => post(world, 'create-contract', {}),
    anyKey: true,
  },
  'POST /api/v1/create-license-key-meta | This license key is not assigned': {
    get: async (world) =>
      post(world, 'create-license-key-meta', { license_key: await inStock(world), identifier, key: 'k', value: 'v' }),
  },
  'POST /api/v1/create-license-key-meta | Metadata created': {
    get: async (world) =>
      post(world, 'create-license-key-meta', { license_key: await activated(world), identifier, key: 'k', value: 'v' }),
    free: ['meta_id'],
  },
  'POST /api/v1/create-license-keys | License keys creation result': {
    get: async (world) => {
      const license_keys = JSON.stringify([await license(world), 'STORY-1', 'STORY-2', 'STORY-3'])
      const fields = { license_keys, product_id: String(world.ownKey), ...owner, activation_limit: '0', validity: '0' }
      return post(world, 'create-license-keys', { ...fields, status: 'available', assigned_at: '2024-01-08 00:00:00' })
    },
  },
  'POST /api/v1/create-product-meta | Product not found': {
    get: (world) => post(world, 'create-product-meta', { product_id: '999999', key: 'k', value: 'v' }),
  },
  'POST /api/v1/create-product-meta | Product meta created': {
    get: (world) => post(world, 'create-product-meta', { product_id: String(world.ownKey), key: 'k', value: 'v' }),
  },
  'POST /api/v1/create-product | Product created': {
    get: (world) => post(world, 'create-product', productFields),
    free: ['product_id'],
  },
  'POST /api/v1/create-product | Incorrect data found': {
    get: (world) => post(world, 'create-product', { ...productFields, name: '', description: '' }),
  },
  'POST /api/v1/create-product | Invalid status': {
    get: (world) => post(world, 'create-product', { ...productFields, status: 'sleeping' }),
  },
  'POST /api/v1/deactivate | License key deactivated': {
    get: async (world) => post(world, 'deactivate', { license_key: await activated(world), identifier }),
  },
  'POST /api/v1/deactivate | License key already inactive': {
    get: async (world) => post(world, 'deactivate', { license_key: await license(world), identifier }),
  },
  'POST /api/v1/delete-contract | Contract not found': {
    get: (world) => post(world, 'delete-contract', { contract_id: '999999' }),
    anyKey: true,
  },
  'POST /api/v1/delete-contract | Contract deleted': {
    get: async (world) => {
      const { response } = await post(world, 'create-contract', contractFields(world))
      return post(world, 'delete-contract', { contract_id: String(response.contract.id) })
    },
    anyKey: true,
  },
  'POST /api/v1/delete-license-key-meta | Metadata deleted': {
    get: async (world) => {
      const subject = { license_key: await activated(world), identifier }
      await withMeta(world, 'license-key', subject, [['test-key', 'x']])
      return post(world, 'delete-license-key-meta', { ...subject, key: 'test-key' })
    },
  },
  'POST /api/v1/delete-license-key | License key deleted': {
    get: async (world) => post(world, 'delete-license-key', { license_key: await license(world) }),
  },
  'POST /api/v1/delete-product-meta | Product meta deleted': {
    get: async (world) => {
      await withMeta(world, 'product', { product_id: world.ownKey }, [['to-delete', 'x']])
      return post(world, 'delete-product-meta', { product_id: String(world.ownKey), key: 'to-delete' })
    },
  },
  'POST /api/v1/delete-product | Product deleted': {
    get: async (world) => post(world, 'delete-product', { product_id: String(await makeProduct(world)) }),
  },
  'POST /api/v1/generate | Generate': {
    get: async (world) => {
      const options = [
        '--product',
        String(world.ownKey),
        '--method',
        'uuid',
        '--activation-limit',
        '1',
        '--validity',
        '365',
      ]
      const { json } = await world.cli('generator', 'create', ...options, '--json')
      return post(world, 'generate', { generator_id: String(json.id), quantity: '10' })
    },
    free: ['licenseKeys[]'],
  },
  'GET /api/v1/get-all-contracts | All contracts': {
    get: () =>
      inNewWorld(async (world) => {
        await post(world, 'create-contract', contractFields(world))
        return world.ask('GET /api/v1/get-all-contracts')
      }),
    free: rows('contracts', ['id', 'contract_key', 'product_id', 'created_at', 'updated_at']),
    anyKey: true,
  },
  'GET /api/v1/get-all-generators | All generators': {
    get: () =>
      inNewWorld(async (world) => {
        const make = (...options: string[]) =>
          world.cli(
            'generator',
            'create',
            '--product',
            String(world.plain),
            '--activation-limit',
            '1',
            ...options,
            '--json',
          )
        await make('--method', 'uuid', '--validity', '365')
        const second = await make('--method', 'chunk-system', '--validity', '365')
        const third = await make('--method', 'custom', '--template', '{X:8}-{X:8}', '--validity', '0')
        for (const { json } of [second, third]) await world.cli('generator', 'disable', String(json.id))
        return world.ask('GET /api/v1/get-all-generators')
      }),
    // A custom generator names a function there and holds its template here.
    free: rows('products', ['id', 'product_id', 'function_name', 'created_at', 'updated_at']),
  },
  'GET /api/v1/get-all-products | All products': {
    get: () =>
      inNewWorld(async (world) => {
        for (const product_id of [world.ownKey, world.plain]) await post(world, 'delete-product', { product_id })
        const own = "Test product that has it's own private key"
        const product_id = await makeProduct(world, { name: 'Test Product', description: own })
        const pairs = [
          ['test-key', 'test value x'],
          ['test-key-2', 'test value x2'],
        ]
        await withMeta(world, 'product', { product_id }, pairs)
        await makeProduct(world, {
          name: 'Deski Support',
          description: 'WordPress HelpDesk & Support Ticketing Plugin',
        })
        await makeProduct(world, { name: 'Example Product', description: 'Inactive product example' })
        const last = { name: 'Nanosoft Doors', description: 'Desktop operation system', require_non_expired: 1 }
        await makeProduct(world, last)
        return world.ask('GET /api/v1/get-all-products')
      }),
    // The page's second product begins with a blank; ours are trimmed.
    free: rows('products', ['id', 'name', 'description', 'created_at', 'updated_at']),
  },
  "GET /api/v1/get-available-license-keys-count | Product doesn't exist": {
    get: (world) => world.ask('GET /api/v1/get-available-license-keys-count', { product_id: '999999' }),
  },
  'GET /api/v1/get-available-license-keys-count | Available license keys count': {
    get: (world) => world.ask('GET /api/v1/get-available-license-keys-count', { product_id: String(world.ownKey) }),
    free: ['count'],
  },
  'POST /api/v1/get-license-key-details | No activation found for this license key/identifier combination': {
    get: async (world) => post(world, 'get-license-key-details', { license_key: await license(world), identifier }),
  },
  'POST /api/v1/get-license-key-details | Active license key found': {
    get: async (world) => {
      const own = "Test product that has it's own private key"
      const product_id = await makeProduct(world, { name: 'Test Product', description: own })
      await world.cli('key', 'generate', '--yes', '--product', String(product_id), '--bits', '2048')
      await withMeta(world, 'product', { product_id }, [
        ['test-key', 'test value x'],
        ['test-key-2', 'test value x2'],
      ])
      const dates = { validity: 0, assigned_at: '2024-02-27 03:05:31' }
      const license_key = await activated(world, { product_id, activation_limit: 0, ...owner, ...dates })
      const subject = { license_key, identifier }
      await withMeta(world, 'license-key', subject, [
        ['test-key', 'test value y'],
        ['test-key-2', 'test value y2'],
      ])
      return post(world, 'get-license-key-details', subject)
    },
    free: ['licenseKey.id', 'licenseKey.license_key', 'product.id'],
  },
  'GET /api/v1/get-license-keys | License keys': {
    get: () =>
      inNewWorld(async (world) => {
        await post(world, 'delete-license-key', { license_key: world.license })
        for (let i = 0; i < 10; i++) {
          const license_keys = [crypto.randomUUID()]
          await makeLicense(world, { product_id: world.plain, license_keys, activation_limit: 1, status: 'available' })
        }
        return world.ask('GET /api/v1/get-license-keys')
      }),
    free: rows('license_keys', ['id', 'product_id', 'license_key', 'created_at', 'updated_at']),
  },
  'GET /api/v1/get-telemetry-data | Get Telemetry Data Example': {
    get: () =>
      inNewWorld(async (world) => {
        const sent = {
          data_type: 'numeric-single-value',
          numeric_data_single_value: '50',
          product_id: '100',
          user_identifier: '554dddsqfqs4dqd5qsd74q',
          license_key: '755aed85-409d-490b-a170-e40988c12f5c',
          activation_identifier: '12135644',
          product_version: '5.2.5',
          data_group: 'test_group',
        }
        await post(world, 'send-telemetry-data', sent)
        await post(world, 'send-telemetry-data', sent)
        return world.ask('GET /api/v1/get-telemetry-data', { has_red_flags: '1' })
      }),
    free: rows('data', ['id', 'created_at', 'updated_at']),
  },
  'POST /api/v1/random-assign-license-keys-queued | Request Queued': {
    get: (world) => {
      const order = { product_id: String(world.plain), ...owner, quantity: '7', generate: '1', identifier: '31' }
      return post(world, 'random-assign-license-keys-queued', {
        ...order,
        webhook_url: 'https://shop.invalid/?key=demo',
      })
    },
    anyKey: true,
  },
  'POST /api/v1/random-assign-license-keys | License keys generated': {
    get: async (world) => {
      const product_id = String(await makeProduct(world))
      const options = ['--product', product_id, '--method', 'uuid', '--activation-limit', '1', '--validity', '365']
      await world.cli('generator', 'create', ...options, '--json')
      return post(world, 'random-assign-license-keys', { product_id, ...owner, quantity: '7', generate: '1' })
    },
    free: rows('license_keys', rowDates),
    anyKey: true,
  },
  'POST /api/v1/random-assign-license-keys | Product not found': {
    get: (world) => post(world, 'random-assign-license-keys', { product_id: '999999', ...owner, quantity: '7' }),
    anyKey: true,
  },
  'POST /api/v1/random-assign-license-keys | Generator not found': {
    get: async (world) =>
      post(world, 'random-assign-license-keys', {
        product_id: String(await makeProduct(world)),
        quantity: '7',
        generate: '1',
      }),
    anyKey: true,
  },
  'POST /api/v1/random-assign-license-keys | Insufficient license keys': {
    get: async (world) => {
      const product_id = await makeProduct(world)
      for (let i = 0; i < 5; i++) await makeLicense(world, { product_id, status: 'available' })
      return post(world, 'random-assign-license-keys', { product_id: String(product_id), quantity: '7', generate: '0' })
    },
    anyKey: true,
  },
  'POST /api/v1/send-telemetry-data | Incorrect format data saved - With Errors': {
    get: (world) => post(world, 'send-telemetry-data', {}),
  },
  'POST /api/v1/send-telemetry-data | Correct format data saved': {
    get: (world) =>
      post(world, 'send-telemetry-data', {
        data_type: 'numeric-single-value',
        numeric_data_single_value: '50',
        product_id: String(world.plain),
        user_identifier: '554dddsqfqs4dqd5qsd74q',
        license_key: world.license,
        activation_identifier: '12135644',
        product_version: '1.0.1',
        data_group: 'test_group',
      }),
  },
  'POST /api/v1/update-contract | Incorrect data found': {
    get: async (world) => {
      const { response } = await post(world, 'create-contract', contractFields(world))
      const empty = Object.fromEntries(Object.keys(contractFields(world)).map((name) => [name, '']))
      return post(world, 'update-contract', { contract_id: String(response.contract.id), ...empty })
    },
    anyKey: true,
  },
  'POST /api/v1/update-contract | Contract updated': {
    get: async (world) => {
      const { response } = await post(world, 'create-contract', contractFields(world))
      return post(world, 'update-contract', { contract_id: String(response.contract.id), ...contractFields(world) })
    },
    free: [...contractDates, 'contract.product_id'],
    anyKey: true,
  },
  'POST /api/v1/update-license-key-meta | Metadata updated': {
    get: async (world) => {
      const subject = { license_key: await activated(world), identifier }
      await withMeta(world, 'license-key', subject, [['test', 'x']])
      return post(world, 'update-license-key-meta', { ...subject, key: 'test', value: 'test value' })
    },
    free: ['meta_id'],
  },
  "POST /api/v1/update-license-key-meta | Meta key doesn't exist": {
    get: async (world) =>
      post(world, 'update-license-key-meta', {
        license_key: await activated(world),
        identifier,
        key: 'no',
        value: 'v',
      }),
  },
  'POST /api/v1/update-license-key | License keys updated': {
    get: async (world) =>
      post(world, 'update-license-key', {
        license_key: await license(world),
        product_id: String(world.ownKey),
        ...owner,
        activation_limit: '0',
        validity: '0',
        status: 'assigned',
        assigned_at: '2024-01-08 21:17:32',
      }),
  },
  "POST /api/v1/update-product-meta | Meta key doesn't exists": {
    get: (world) => post(world, 'update-product-meta', { product_id: String(world.ownKey), key: 'no', value: 'v' }),
  },
  'POST /api/v1/update-product-meta | Product meta updated': {
    get: async (world) => {
      await withMeta(world, 'product', { product_id: world.ownKey }, [['to-update', 'x']])
      return post(world, 'update-product-meta', { product_id: String(world.ownKey), key: 'to-update', value: 'y' })
    },
  },
  "POST /api/v1/update-product | Product Id doesn't exist": {
    get: (world) => post(world, 'update-product', { ...productFields, product_id: '999999' }),
  },
  'POST /api/v1/update-product | Product updated': {
    get: async (world) =>
      post(world, 'update-product', { ...productFields, product_id: String(await makeProduct(world)) }),
  },
  'POST /api/v1/verify | Invalid license key': {
    get: (world) => post(world, 'verify', { license_key: 'no such key', identifier }),
  },
  'POST /api/v1/verify | This license key is not assigned': {
    get: async (world) => post(world, 'verify', { license_key: await inStock(world), identifier }),
  },
  'POST /api/v1/verify | Blocked IP or identifier - Access denied': {
    get: async (world) => {
      await world.cli('blocklist', 'add', '--identifier', 'stolen-laptop')
      return post(world, 'verify', { license_key: world.license, identifier: 'stolen-laptop' })
    },
  },
  'POST /api/v1/verify | Invalid API Key': {
    get: (world) => post(world, 'verify', { license_key: world.license, identifier }, { key: 'no such key' }),
  },
  'POST /api/v1/verify | Accessed From The Wrong IP': {
    get: async (world) => {
      const key = await keyFor(world, '--preset', 'client', '--allow-ip', '203.0.113.0/24')
      return post(world, 'verify', { license_key: world.license, identifier }, { key })
    },
  },
  'POST /api/v1/verify | Inactive API Key': {
    get: async (world) => {
      const { json } = await world.cli('api-key', 'create', '--name', 'story', '--preset', 'client', '--json')
      await world.cli('api-key', 'revoke', String(json.id), '--yes')
      return post(world, 'verify', { license_key: world.license, identifier }, { key: json.api_key })
    },
  },
  'POST /api/v1/verify | Permission  Required': {
    get: async (world) => {
      const key = await keyFor(world, '--can', 'activate')
      return post(world, 'verify', { license_key: world.license, identifier }, { key })
    },
  },
}

/** Pages that show another endpoint's answer. */
const misplaced = ["GET /api/v1/get-all-contracts | Product doesn't exist"]

async function makeWorld(): Promise<World> {
  const installation = await startInstallation()
  const [ownKey, plain] = [await makeProduct(installation), await makeProduct(installation)]
  await installation.cli('key', 'generate', '--yes', '--product', String(ownKey), '--bits', '2048')
  const license = await makeLicense(installation, { product_id: plain })
  return { ...installation, ownKey, plain, license }
}

let world: World
beforeAll(async () => {
  world = await makeWorld()
})
afterAll(() => world.close())

const nameOf = ({ method, path, case: page }: (typeof examples)[number]) => `${method} ${path} | ${page}`

describe('the documented answer', () => {
  for (const example of examples) {
    const name = nameOf(example)
    if (misplaced.includes(name)) continue
    test(name, async () => {
      const story = stories[name]!
      const answer = await story.get(world)
      expect(answer.status).toBe(example.status)
      expect(differences(example.body.response, answer.response, ['timestamp', ...(story.free ?? [])])).toEqual([])
      if (!story.anyKey) expect(answer.signedWith).toBe(example.body.private_key_used as 'product' | 'global')
    })
  }

  test('of every page has its story', () => {
    const pages = examples.map(nameOf).filter((name) => !misplaced.includes(name))
    expect(Object.keys(stories).sort()).toEqual([...new Set(pages)].sort())
  })
})

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { readConfig } from '../../src/config'
import type { Deps } from '../../src/deps'
import { buildApp } from '../../src/http/app'
import { subjects } from '../../src/operations/subjects'
import { startInstallation, type TestInstallation } from '../support/installation'
import { receive } from '../support/receiver'
import { makeActiveLicense, makeFile, makeLicense, makeProduct, makeRelease } from '../support/stock'
import { until } from '../support/wait'
import { deliveries, subscribe } from '../support/webhooks'

setDefaultTimeout(60_000)

let installation: TestInstallation
let product_id = 0
let generator_id = 0
let receiver: ReturnType<typeof receive>
beforeAll(async () => {
  installation = await startInstallation({ allow_private_webhooks: 'on' })
  receiver = receive()
  product_id = await makeProduct(installation)
  const generator = ['--method', 'uuid', '--activation-limit', '1', '--validity', '0']
  generator_id = (await say('generator', 'create', '--product', String(product_id), ...generator)).id
})
afterAll(async () => {
  await installation.close()
  await receiver.close()
})

const identifier = 'pc'
const say = async (...args: string[]) => {
  const spoken = await installation.cli(...args, '--json')
  if (spoken.exitCode !== 0) throw new Error(spoken.err)
  return spoken.json
}
const newest = async () => (await say('audit', 'list', '--limit', '1')).entries[0].id as number
const since = async (id: number) =>
  (await say('audit', 'list', '--limit', '100')).entries.filter((entry: { id: number }) => entry.id > id)
const verbs = (entries: { verb: string }[]) => entries.map(({ verb }) => verb)

const license = (fields = {}) => makeLicense(installation, { product_id, ...fields })
let customers = 0
async function customer() {
  const owner_email = `customer-${++customers}@example.com`
  await license({ owner_email })
  return owner_email
}
const seated = async () => ({
  license_key: await makeActiveLicense(installation, { product_id }, identifier),
  identifier,
})

/** An order for the one key of a product's stock. */
async function order() {
  const stocked = await makeProduct(installation)
  await makeLicense(installation, { product_id: stocked, status: 'available' })
  return { product_id: stocked, quantity: 1, owner_name: 'Ada', owner_email: 'ada@example.com' }
}

async function withMeta() {
  const fields = { ...(await seated()), key: 'k', value: 'v' }
  await installation.ask('POST /api/v1/create-license-key-meta', fields)
  return fields
}

let metas = 0
const meta = () => ({ product_id, key: `key-${++metas}`, value: 'v' })
async function productMeta() {
  const fields = meta()
  await installation.ask('POST /api/v1/create-product-meta', fields)
  return fields
}

let contracts = 0
const contractFields = () => ({
  contract_key: `contract-${++contracts}`,
  contract_name: 'c',
  contract_information: 'i',
  product_id,
  license_keys_quantity: 5,
  status: 'active',
  can_get_info: 1,
  can_generate: 1,
  can_destroy: 1,
  can_destroy_all: 1,
})
async function contract() {
  const { response } = await installation.ask('POST /api/v1/create-contract', contractFields())
  return response.contract as { contract_key: string; id: number }
}
async function drawn() {
  const { contract_key } = await contract()
  const { response } = await installation.ask('POST /api/v1/contracts/generate', { contract_key, quantity: 1 })
  return { contract_key, license_key: response.license_keys[0] }
}

/** What an endpoint is asked with so that it changes something, and what the log says of it then. */
const endpoints: Record<string, [fields: () => object | Promise<object>, verb: string]> = {
  'create-product': [
    () => ({ source: 'internal', name: 'x', description: 'x', require_non_expired: 0, status: 'active' }),
    'product.created',
  ],
  'update-product': [async () => ({ product_id: await makeProduct(installation), name: 'new' }), 'product.updated'],
  'delete-product': [async () => ({ product_id: await makeProduct(installation) }), 'product.deleted'],
  'create-license-keys': [
    () => ({ product_id, license_keys: ['A-1'], activation_limit: 1, validity: 0, status: 'assigned' }),
    'license.created',
  ],
  'update-license-key': [async () => ({ license_key: await license(), status: 'blocked' }), 'license.updated'],
  'delete-license-key': [async () => ({ license_key: await license() }), 'license.deleted'],
  generate: [() => ({ generator_id, quantity: 1 }), 'license.created'],
  activate: [async () => ({ license_key: await license(), identifier }), 'license.activated'],
  deactivate: [seated, 'license.deactivated'],
  'assign-license-key': [
    async () => ({ license_key: await license({ status: 'available' }), owner_name: 'Ada', owner_email: 'a@b.test' }),
    'license.assigned',
  ],
  'assign-and-activate-license-key': [
    async () => ({
      license_key: await license({ status: 'available' }),
      owner_name: 'Ada',
      owner_email: 'a@b.test',
      identifier,
    }),
    'license.assigned',
  ],
  'random-assign-license-keys': [order, 'license.assigned'],
  'random-assign-license-keys-queued': [
    async () => ({ ...(await order()), identifier: 'order 1', webhook_url: receiver.url }),
    'license.assigned',
  ],
  'create-contract': [contractFields, 'contract.created'],
  'update-contract': [
    async () => ({ ...contractFields(), contract_id: (await contract()).id, contract_name: 'new' }),
    'contract.updated',
  ],
  'delete-contract': [async () => ({ contract_id: (await contract()).id }), 'contract.deleted'],
  'contracts/generate': [
    async () => ({ contract_key: (await contract()).contract_key, quantity: 1 }),
    'license.created',
  ],
  'contracts/destroy': [drawn, 'license.deleted'],
  'contracts/destroy-all': [drawn, 'license.deleted'],
  'create-license-key-meta': [async () => ({ ...(await seated()), key: 'k', value: 'v' }), 'license.meta-created'],
  'update-license-key-meta': [async () => ({ ...(await withMeta()), value: 'w' }), 'license.meta-updated'],
  'delete-license-key-meta': [withMeta, 'license.meta-deleted'],
  'create-product-meta': [meta, 'product.meta-created'],
  'update-product-meta': [async () => ({ ...(await productMeta()), value: 'w' }), 'product.meta-updated'],
  'delete-product-meta': [productMeta, 'product.meta-deleted'],
}

/** Endpoints that change nothing an operator answers for: they look, or take a record that tells itself who sent it. */
const silent = [
  'verify',
  'get-license-key-details',
  'access-downloadables',
  'get-license-file',
  'licenses/:license_key/offline-file',
  'send-telemetry-data',
  'send-telemetry',
]

const posts = buildApp({ config: readConfig({}, {}) } as Deps)
  .routes.filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/v1/'))
  .map(({ path }) => path.slice('/api/v1/'.length))

describe('an endpoint that changes something leaves a row in the audit log', () => {
  test.each(posts.filter((path) => !silent.includes(path)))('%s', async (path) => {
    const row = endpoints[path]
    if (!row) throw new Error(`say in this test what "${path}" changes, or that it changes nothing`)
    const [fieldsOf, verb] = row
    const fields = await fieldsOf()
    const before = await newest()
    const { message } = await installation.ask(`POST /api/v1/${path}`, fields as Record<string, unknown>)
    const entries = await until(`a row after "${message}"`, async () => {
      const some = await since(before)
      return verbs(some).includes(verb) && some
    })
    const { actor, request_id } = entries.find((entry: { verb: string }) => entry.verb === verb)
    expect(actor).toMatch(path.endsWith('-queued') ? /^job \d+ / : /^api-key \d+$/)
    if (!path.endsWith('-queued')) expect(request_id).toEqual(expect.any(String))
  })
})

const rsa = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const apiKey = async () => String((await say('api-key', 'create', '--name', 'x', '--preset', 'all')).id)
const release = async () =>
  String(
    (
      await makeRelease(installation, {
        product: product_id,
        number: ++numbers,
        file: makeFile(installation, `${numbers}`),
      })
    ).id,
  )
let numbers = 100
const webhook = async () => String((await subscribe(installation, receiver.url, 'contract.suspended')).id)
const deadLater = 'http://127.0.0.1:1/'

/** A job that waits: the next attempt at a delivery that failed. */
async function waitingJob() {
  const { id } = await subscribe(installation, deadLater, 'contract.suspended')
  await say('webhook', 'test', String(id))
  const job = await until('a job that waits', async () => {
    const { jobs } = await say('job', 'list', '--state', 'queued', '--kind', 'deliver')
    return jobs.find(({ attempts, lane }: { attempts: number; lane: string }) => attempts && lane === `webhook ${id}`)
  })
  return String(job.id)
}

async function delivery() {
  const id = await webhook()
  await say('webhook', 'test', id)
  return String((await deliveries(installation, id))[0]!.id)
}

async function telemetry() {
  await installation.ask('POST /api/v1/send-telemetry-data', { product_id, data_type: 'text' })
  return []
}

const product = async () => String(await makeProduct(installation))
const generator = async () => String((await say('generator', 'create', '--product', String(product_id))).id)

let people = 0
async function user() {
  const name = `user-${++people}`
  await say('user', 'create', '--name', name, '--role', 'viewer')
  return name
}

/** What follows a command's words so that it changes something, and what the log says of it then. */
const commands: Record<string, [args: () => string[] | Promise<string[]>, verb: string]> = {
  'api-key create': [() => ['--name', 'x', '--preset', 'all'], 'api-key.created'],
  'api-key edit': [async () => [await apiKey(), '--name', 'new'], 'api-key.updated'],
  'api-key enable': [
    async () => {
      const id = await apiKey()
      await say('api-key', 'disable', id)
      return [id]
    },
    'api-key.enabled',
  ],
  'api-key disable': [async () => [await apiKey()], 'api-key.disabled'],
  'api-key revoke': [async () => [await apiKey(), '--yes'], 'api-key.revoked'],
  'api-key rotate': [async () => [await apiKey(), '--overlap', '7d'], 'api-key.rotated'],
  'key generate': [
    async () => ['--yes', '--product', String(await makeProduct(installation)), '--bits', '2048'],
    'signing-key.put',
  ],
  'key import': [() => [makeFile(installation, rsa(), 'key.pem'), '--yes'], 'signing-key.put'],
  'key rotate': [() => ['--bits', '2048', '--overlap', '30d', '--yes'], 'signing-key.put'],
  'release add': [
    () => [
      ...['--product', String(product_id), '--version', '9', '--numeric-version', '900'],
      ...['--file', makeFile(installation, 'x')],
    ],
    'release.added',
  ],
  'release publish': [async () => [await release()], 'release.published'],
  'release withdraw': [async () => [await release()], 'release.withdrawn'],
  'release edit': [async () => [await release(), '--summary', 'new'], 'release.updated'],
  'release delete': [async () => [await release(), '--yes'], 'release.deleted'],
  'webhook add': [() => ['--name', 'x', '--url', receiver.url, '--events', 'contract.suspended'], 'webhook.added'],
  'webhook edit': [async () => [await webhook(), '--name', 'new'], 'webhook.updated'],
  'webhook disable': [async () => [await webhook()], 'webhook.disabled'],
  'webhook enable': [async () => [await webhook()], 'webhook.enabled'],
  'webhook rotate-secret': [async () => [await webhook(), '--yes'], 'webhook.secret-rotated'],
  'webhook delete': [async () => [await webhook(), '--yes'], 'webhook.deleted'],
  'webhook test': [async () => [await webhook()], 'webhook.pinged'],
  'webhook replay': [async () => [await delivery()], 'delivery.replayed'],
  'job retry': [async () => [await waitingJob()], 'job.retried'],
  'job delete': [async () => [await waitingJob(), '--yes'], 'job.deleted'],
  'telemetry purge': [
    async () => {
      await telemetry()
      return ['--before', '2100-01-01', '--yes']
    },
    'telemetry.purged',
  ],
  'key retire': [
    async () => {
      const product = String(await makeProduct(installation))
      const { key_id } = await say('key', 'generate', '--yes', '--product', product, '--bits', '2048')
      await say('key', 'rotate', '--yes', '--product', product, '--bits', '2048', '--overlap', '1d')
      return [key_id, '--yes']
    },
    'signing-key.retired',
  ],
  'setting set': [() => ['telemetry_per_minute', '1000'], 'setting.set'],
  'setting unset': [
    async () => {
      await say('setting', 'set', 'telemetry_per_minute', '1001')
      return ['telemetry_per_minute']
    },
    'setting.unset',
  ],
  'user create': [() => ['--name', `user-${++people}`, '--role', 'viewer'], 'user.created'],
  'user invite': [() => [`user-${++people}`, '--role', 'viewer'], 'user.invited'],
  'user reset-link': [async () => [await user()], 'user.reset-link-created'],
  'user set': [async () => [await user(), '--role', 'operator'], 'user.updated'],
  'user passwd': [async () => [await user()], 'user.password-changed'],
  'user disable': [async () => [await user()], 'user.disabled'],
  'user enable': [
    async () => {
      const name = await user()
      await say('user', 'disable', name)
      return [name]
    },
    'user.enabled',
  ],
  'user sso': [
    async () => {
      await say('setting', 'set', 'oidc_issuer', 'http://localhost:1')
      await say('setting', 'set', 'oidc_client_id', 'latchkey')
      return [await user()]
    },
    'user.updated',
  ],
  'user reset-second-factor': [async () => [await user(), '--yes'], 'user.second-factor-reset'],
  'user totp begin': [async () => [await user()], 'user.totp-begun'],
  'user totp remove': [
    async () => {
      const name = await user()
      await say('user', 'totp', 'begin', name)
      return [name]
    },
    'user.totp-removed',
  ],
  'user delete': [async () => [await user(), '--yes'], 'user.deleted'],
  'user tokens create': [async () => [await user(), '--name', 'x'], 'user-token.created'],
  'user tokens revoke': [
    async () => {
      const name = await user()
      return [name, String((await say('user', 'tokens', 'create', name, '--name', 'x')).id)]
    },
    'user-token.revoked',
  ],
  'product create': [() => ['--name', 'x'], 'product.created'],
  'product set': [async () => [await product(), '--name', 'new'], 'product.updated'],
  'product delete': [async () => [await product(), '--yes'], 'product.deleted'],
  'product meta set': [async () => [await product(), 'k', 'v'], 'product.meta-created'],
  'product meta unset': [
    async () => {
      const id = await product()
      await say('product', 'meta', 'set', id, 'k', 'v')
      return [id, 'k']
    },
    'product.meta-deleted',
  ],
  'license create': [async () => ['--product', await product(), '--key', 'B-1'], 'license.created'],
  'license assign': [
    async () => [await license({ status: 'available' }), '--owner-name', 'Ada', '--owner-email', 'a@b.test'],
    'license.assigned',
  ],
  'license block': [async () => [await license()], 'license.updated'],
  'license unblock': [async () => [await license({ status: 'blocked' })], 'license.updated'],
  'license revoke': [async () => [await license(), '--yes'], 'license.updated'],
  'license edit': [async () => [await license(), '--activation-limit', '7'], 'license.updated'],
  'license extend': [async () => [await license(), '30d'], 'license.updated'],
  'license replace': [async () => [await license(), '--new-key', 'REPLACED', '--yes'], 'license.replacement'],
  'license undo': [
    async () => {
      const key = await license()
      await say('license', 'edit', key, '--activation-limit', '7')
      return [key, String((await say('license', 'show', key)).history[0].id)]
    },
    'license.updated',
  ],
  'license file': [async () => Object.values(await seated()), 'license.file-issued'],
  'license delete': [async () => [await license(), '--yes'], 'license.deleted'],
  'license note': [async () => [await license(), 'called'], 'license.noted'],
  'license reveal': [async () => [await license(), 'they called'], 'license.key-revealed'],
  'customer reveal': [async () => [await license(), 'they called'], 'license.owner-revealed'],
  'license meta set': [async () => [await license(), 'k', 'v'], 'license.meta-created'],
  'license meta unset': [
    async () => {
      const { license_key } = await withMeta()
      return [license_key, 'k']
    },
    'license.meta-deleted',
  ],
  'activation deactivate': [
    async () => {
      const { license_key } = await seated()
      return [license_key, identifier]
    },
    'license.deactivated',
  ],
  'customer rename': [async () => [await customer(), '--new-name', 'Ada'], 'license.updated'],
  'customer merge': [async () => [await customer(), await customer(), '--yes'], 'license.updated'],
  'customer block': [async () => [await customer(), '--yes'], 'license.updated'],
  'customer unblock': [
    async () => {
      const email = await customer()
      await say('customer', 'block', email, '--yes')
      return [email]
    },
    'license.updated',
  ],
  'customer revoke': [async () => [await customer(), '--yes'], 'license.updated'],
  'customer extend': [async () => [await customer(), '30d'], 'license.updated'],
  'generator create': [async () => ['--product', await product()], 'generator.created'],
  'generator edit': [async () => [await generator(), '--prefix', 'P'], 'generator.updated'],
  'generator disable': [async () => [await generator()], 'generator.disabled'],
  'generator enable': [
    async () => {
      const id = await generator()
      await say('generator', 'disable', id)
      return [id]
    },
    'generator.enabled',
  ],
  'generator delete': [async () => [await generator(), '--yes'], 'generator.deleted'],
  'contract create': [async () => ['--product', await product(), '--name', 'x', '--quantity', '5'], 'contract.created'],
  'contract edit': [async () => [String((await contract()).id), '--name', 'new'], 'contract.updated'],
  'contract delete': [async () => [String((await contract()).id), '--yes'], 'contract.deleted'],
  'imports start': [() => ['--file', makeFile(installation, 'license_key\n', 'licenses.csv')], 'import.ordered'],
  'backups set': [() => ['--keep', '3'], 'setting.set'],
  'bulk start': [async () => ['note', '--note', 'x', '--key', await license()], 'bulk.started'],
  'bulk undo': [
    async () => [String((await say('bulk', 'start', 'block', '--key', await license())).id)],
    'bulk.undone',
  ],
  'blocklist add': [() => ['--ip', '203.0.113.1'], 'blocklist.added'],
  'blocklist remove': [
    async () => [String((await say('blocklist', 'add', '--ip', '203.0.113.2')).id)],
    'blocklist.removed',
  ],
}

/**
 * Erases a person; ends or renames what only a browser begins; needs a code; needs a server that keeps backups; removes
 * what is old; tidies what is kept. Their rows are promised where those are.
 */
const elsewhere = [
  ...['customer erase', 'user sessions revoke', 'backups take', 'imports columns', 'retention run', 'optimize'],
  ...['user totp confirm', 'user recovery-codes create', 'user passkeys rename', 'user passkeys delete'],
]

describe('an operation that changes something leaves a row in the audit log', () => {
  const changing = subjects
    .flatMap(({ operations }) => operations)
    .filter(({ route, command }) => !route.startsWith('GET ') && !elsewhere.includes(command))
    .map(({ command }) => command)

  test.each(changing)('%s', async (command) => {
    const row = commands[command]
    if (!row) throw new Error(`say in this test what "${command}" changes`)
    const [argumentsOf, verb] = row
    const args = await argumentsOf()
    const before = await newest()
    await say(...command.split(' '), ...args)
    const entries = await since(before)
    expect(verbs(entries)).toContain(verb)
    const entry = entries.find((each: { verb: string }) => each.verb === verb)
    expect(entry.actor).toStartWith('command line')
  })
})

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { hostile, hostileWord } from './hostile-text'
import type { TestInstallation } from './installation'
import { logIn, type Operator } from './operator'
import { type Receiver, receive } from './receiver'
import { typedClient } from './typed-client'
import { until } from './wait'

/** What has a page of its own, by the parameter of its route. */
type Ids = Record<string, readonly (number | string)[]>

interface Stocking {
  installation: TestInstallation
  owner: Operator
  ask: ReturnType<typeof typedClient>
  receiver: Receiver
}

const octets = { 'content-type': 'application/octet-stream' }
/** Where no slash fits, as in the name of a file, or no quote, as in a field of CSV. */
const without = (character: string, text: string) => text.replaceAll(character, '')

/** Gives every field that a page shows a hostile text, over HTTP as anybody could; where the pages about them are. */
export async function fillWithHostileTexts(installation: TestInstallation, owner: Operator): Promise<Ids> {
  const receiver = receive(({ url }) =>
    url.includes('broken')
      ? new Response(hostile('answer of a broken receiver'), { status: 500 })
      : new Response(hostile('answer of a receiver'), {
          headers: { 'x-hostile': hostileWord('header of an answer', 400) },
        }),
  )
  const stocking = { installation, owner, receiver, ask: typedClient(owner, () => {}) }
  const { ask } = stocking
  const catalogue = await fillCatalogue(stocking)
  const licenses = await fillLicenses(stocking, catalogue.product)
  const machines = await fillMachines(stocking, catalogue.product, licenses.key)
  await fillInstallation(stocking)
  const work = await fillWork(stocking, catalogue.product, licenses.id)
  await receiver.close()
  /** One of each kind. */
  const distinct = <Row extends { id: number }>(rows: readonly Row[], kind: (row: Row) => string) => [
    ...new Map(rows.map((row) => [kind(row), row.id])).values(),
  ]
  const { deliveries } = await ask('GET /deliveries', { limit: 1000 })
  return {
    ...Object.fromEntries(Object.entries({ ...catalogue, ...machines, ...work }).map(([name, id]) => [name, [id]])),
    id: [licenses.id, licenses.blocked],
    license: [licenses.id],
    entry: distinct((await ask('GET /audit', { limit: 1000 })).entries, ({ verb }) => verb),
    delivery: distinct(deliveries, ({ url, attempts }) => `${attempts.length > 0} ${url}`),
    job: distinct((await ask('GET /jobs', { limit: 1000 })).jobs, ({ kind }) => kind),
    call: (await ask('GET /calls', {})).calls.map(({ id }) => id),
  }
}

async function fillCatalogue({ ask, installation, receiver }: Stocking) {
  // Before what they are told of.
  const address = `${receiver.url}/?${hostileWord('address of a webhook', 1000)}`
  const events = ['license.created', 'license.suspended'] as const
  const webhook = await ask('POST /webhooks', {
    ...{ name: hostile('name of a webhook'), url: address, events: [...events] },
  })
  await ask('POST /webhooks', { name: 'broken', url: `${receiver.url}/broken`, events: ['license.suspended'] })

  const { id } = await ask('POST /products', {
    name: hostile('name of a product', 255),
    description: hostile('description of a product'),
    external_reference: hostile('external reference', 255),
    features: [`plan:string=${hostile('feature of a product')}`],
    slug: 'hostile',
  })
  const product = String(id)
  const metadata = { key: hostile('name of metadata', 255), value: hostile('value of metadata') }
  await ask('PUT /products/:product/meta/:key', { product, ...metadata })

  const drawn = await ask('POST /generators', {
    ...{ product, prefix: hostileWord('prefix', 80), suffix: hostileWord('suffix', 80) },
    charset: `<>"'&;=(){}$ABCDEF`,
  })
  const generator = 'id' in drawn ? drawn.id : 0
  await ask('POST /licenses', { generator, quantity: 1 })

  const contract = await ask('POST /contracts', {
    ...{ product, contract_name: hostile('name of a contract', 255), license_keys_quantity: 5 },
    ...{ contract_information: hostile('information on a contract'), contract_key: hostile('contract key', 255) },
  })
  await installation.ask('POST /api/v1/contracts/generate', { contract_id: contract.id, quantity: 1 })

  const draft = { product, version: hostile('version', 64), numeric_version: 10 }
  const query = { ...draft, numeric_version: '10', file: without('/', hostile('name of a file', 120)) }
  const release = await ask('POST /releases', draft, { body: 'a program', headers: octets, query })
  const said = { update_summary: hostile('summary'), changelog: hostile('changelog') }
  await ask('PATCH /releases/:id', { id: release.id, ...said })
  return { product, generator, contract: contract.id, release: release.id, webhook: webhook.id }
}

async function fillLicenses({ ask, installation, receiver }: Stocking, product: string) {
  const headers = { 'user-agent': hostileWord('user agent', 2000) }
  const { licenses } = await ask('POST /licenses', {
    ...{ product, license_keys: [hostile('licence key', 255), hostile('second key', 255)] },
    ...{ owner_name: hostile('name of an owner', 255), owner_email: hostile('address of an owner', 255) },
    ...{ validity: 5, activation_limit: 2 },
  })
  const [first, second] = [licenses[0]!, licenses[1]!]
  const nameless = { license_keys: ['NAMELESS'], owner_name: hostile('name without an address', 255) }
  await ask('POST /licenses', { product, ...nameless })
  const license_key = `id:${first.id}`
  await ask('POST /licenses/:license_key/notes', { license_key, note: hostile('note', 4096) })
  const metadata = { key: hostile('name of licence metadata', 255), value: hostile('value of licence metadata') }
  await ask('PUT /licenses/:license_key/meta/:key', { license_key, ...metadata })
  await ask('PATCH /licenses/:license_key', { license_key, features: [`plan=${hostile('feature of a licence')}`] })
  const reason = hostile('reason of a block', 1024)
  await ask('POST /licenses/:license_key/block', { license_key: `id:${second.id}`, reason })

  const key = first.license_key
  const [device, freed] = [hostile('device', 1024), hostile('freed device', 255)]
  const post_url = `${receiver.url}/?${hostileWord('address of a callback', 1000)}`
  await installation.ask('POST /api/v1/activate', { license_key: key, identifier: device }, { headers })
  await installation.ask('POST /api/v1/activate', { license_key: key, identifier: freed, post_url }, { headers })
  await ask('POST /licenses/:license_key/deactivate', { license_key, identifier: freed })
  for (const identifier of [device, hostile('refused device', 1024)])
    await installation.ask('POST /api/v1/verify', { license_key: key, identifier }, { headers })
  return { id: first.id, blocked: second.id, key }
}

async function fillMachines({ ask, installation }: Stocking, product: string, license_key: string) {
  const key = await ask('POST /api-keys', { name: hostile('name of an API key'), preset: 'shop' })
  await ask('POST /blocklist', { identifier: hostile('blocked device', 1024), reason: hostile('reason of a device') })
  await ask('POST /blocklist', { ip: '203.0.113.7', reason: hostile('reason of an address') })
  const record = {
    user_identifier: hostile('user identifier'),
    activation_identifier: hostile('activation identifier'),
    data_group: hostile('data group'),
    license_key,
  }
  const text = { data_type: 'text', text_data: hostile('text data'), product_version: hostile('product version') }
  const number = { data_type: 'numeric-single-value', numeric_data_single_value: '7', product_version: '1.0' }
  await installation.ask('POST /api/v1/send-telemetry-data', {
    ...{ ...record, ...text, product_id: hostile('product of telemetry') },
  })
  await installation.ask('POST /api/v1/send-telemetry-data', { ...record, ...number, product_id: product })
  return { key: key.id }
}

async function fillInstallation({ ask, installation, owner }: Stocking) {
  await ask('POST /users', { name: 'u'.repeat(64), role: 'viewer' })
  await ask('POST /users/:user/tokens', {
    ...{ user: owner.name, name: hostile('name of a token', 100), current_password: owner.password },
  })
  await logIn(installation, owner, { 'user-agent': hostileWord('another user agent', 500) })
  const settings = {
    oidc_issuer: 'https://login.example.com',
    oidc_client_id: hostile('client id', 300),
    oidc_name: hostile('name of the provider', 300),
    oidc_user_claim: hostile('claim of the user', 300),
    oidc_role_claim: hostile('claim of the role', 300),
    oidc_roles: `${hostile('role of the provider', 300)}=owner`,
  }
  for (const [name, value] of Object.entries(settings)) await ask('PUT /settings/:name', { name, value })
  const folder = join(installation.folder, '..', without('/', hostile('folder of backups', 100)))
  mkdirSync(folder)
  await ask('PATCH /backups', { to: folder, passphrase: 'wood lamp seven rivers' })
}

/** What takes a while: deliveries, jobs, imports, changes of many licences, a backup. */
async function fillWork({ ask, installation, receiver }: Stocking, product: string, license: number) {
  await ask('POST /backups', {})
  await installation.ask('POST /api/v1/random-assign-license-keys-queued', {
    ...{ product_id: product, owner_name: hostile('buyer', 255), owner_email: hostile('address of a buyer', 255) },
    ...{ identifier: hostile('name of an order', 255), quantity: 1 },
    webhook_url: `${receiver.url}/?${hostileWord('address of an order', 1000)}`,
  })
  const reason = hostile('reason of many', 1024)
  const run = (await ask('POST /licenses/bulk', { action: 'block', ids: [String(license), '999999'], reason })).id!
  const file = `${without('/', hostile('name of an import', 200))}.csv`
  const lines = [
    `license_key,product,activation_limit,validity`,
    `OLD-1,"${without('"', hostile('product of a line', 200))}",1,0`,
    `OLD-2,${product},"${without('"', hostile('number of a line', 600))}",0`,
  ]
  const upload = { body: `${lines.join('\n')}\n`, headers: octets, query: { file, table: 'licenses' } }
  const { id } = await ask('POST /imports', {}, upload)
  await until('the import', async () => (await ask('GET /imports/:id', { id })).finished_at)
  await until('the bulk change', async () => (await ask('GET /bulk/:id', { id: run })).state === 'done')
  await ask('POST /licenses/:license_key/unblock', { license_key: `id:${license}` })
  await until('the backup', async () => (await ask('GET /backups', {})).backups.length)
  await until('the answers of receivers', async () => {
    const attempts = (await ask('GET /deliveries', {})).deliveries.flatMap((delivery) => delivery.attempts)
    return [200, 500].every((status) => attempts.some((attempt) => attempt.status === status))
  })
  await until('the calls', async () => (await ask('GET /calls', { route: ['verify'] })).calls.length === 2)
  return { run, import: id }
}

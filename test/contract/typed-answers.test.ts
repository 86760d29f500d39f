import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { Secret, TOTP } from 'otpauth'
import type { Operations } from '../../src/http/admin/client-types'
import { type Json, openPlaces, openValidator } from '../support/answer-schemas'
import { makeAuthenticator } from '../support/authenticator'
import { openBrowser } from '../support/cookie-jar'
import { speak, startInstallation, type TestInstallation } from '../support/installation'
import { clientId, clientSecret, startProvider } from '../support/openid-provider'
import { type AdminDoor, logIn, makeOperator, type Operator, tell } from '../support/operator'
import { receive } from '../support/receiver'
import { type Route, typedClient } from '../support/typed-client'
import { until } from '../support/wait'

// Some operations are done by processes of their own.
setDefaultTimeout(60_000)

const described: Json = JSON.parse((await speak(['openapi'])).out)
const underAdmin = Object.entries<Json>(described.paths)
  .filter(([path]) => path.startsWith('/admin/api/'))
  .flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path.slice('/admin/api'.length).replace(/\{(\w+)\}/g, ':$1')}`,
      content: operation.responses[200].content as Json,
    })),
  )
const schemas = new Map(
  underAdmin.flatMap(({ route, content }) => {
    const json = content['application/json']
    return json ? [[route, json.schema as Json]] : []
  }),
)

const problemsWith = openValidator(described)
const exercised = new Set<string>()
/** Notes that a route was asked, and holds its answer to its schema. */
function seen(route: Route, answer: unknown) {
  exercised.add(route)
  expect(problemsWith(schemas.get(route)!, answer), route).toEqual([])
}

let installation: TestInstallation
let owner: Operator
let ask: ReturnType<typeof typedClient>
let receiver: ReturnType<typeof receive>
let product = ''
let key = ''
const email = 'ada@example.com'
const identifier = 'laptop'
beforeAll(async () => {
  receiver = receive()
  installation = await startInstallation({ allow_private_webhooks: 'on' })
  const { path } = (await installation.cli('user', 'setup-link', '--json')).json
  const showing = { headers: { 'x-link-token': path.split('#')[1] } }
  seen('GET /setup', (await tell(installation, 'GET /setup', {}, showing)).body)
  const first = { name: 'first', password: 'wood lamp seven rivers' }
  seen('POST /setup/owner', (await tell(installation, 'POST /setup/owner', first, showing)).body)
  owner = await makeOperator(installation, 'owner')
  ask = typedClient(owner, seen)
  product = String((await ask('POST /products', { name: 'App', features: ['seats:number=5', 'pro:boolean=true'] })).id)
  const { licenses } = await ask('POST /licenses', {
    product,
    license_keys: ['FIRST'],
    owner_email: email,
    validity: 30,
  })
  key = licenses[0]!.license_key
  await installation.ask('POST /api/v1/activate', { license_key: key, identifier })
})
afterAll(async () => {
  await installation.close()
  await receiver.close()
})

describe('every answer of the operator’s API', () => {
  test('has a schema with its fields, and says where the fields are not known', () => {
    const open = [
      ...[...schemas].flatMap(([route, schema]) => openPlaces(schema, route)),
      ...Object.entries<Json>(described.components.schemas).flatMap(([name, schema]) => openPlaces(schema, name)),
    ]
    const personal = ['licenses', 'metadata', 'activations', 'calls', 'telemetry']
    const kept = ['deliveries', 'jobs', 'idempotency_keys', 'unanswered_orders']
    expect(open.filter((place) => !place.startsWith('Envelope')).sort()).toEqual(
      [
        ...[
          'PasskeyOptions.options',
          'AuditEntry.before',
          'AuditEntry.after',
          'LicenseChange.before',
          'LicenseChange.after',
          'Job.payload',
        ],
        ...[...personal, ...kept].map((name) => `PersonalData.${name}[]`),
        ...['PersonalData.audit_entries[].before', 'PersonalData.audit_entries[].after'],
      ].sort(),
    )
  })

  test('is JSON of a schema, or a file', () => {
    const files = underAdmin.filter(({ content }) => !content['application/json'])
    expect(files.map(({ route, content }) => [route, Object.keys(content)])).toEqual([
      ['GET /export/:table', ['application/x-ndjson', 'text/csv']],
      ['GET /export', ['application/x-ndjson']],
      ['GET /imports/:id/refused', ['application/octet-stream']],
      ['GET /backups/:file', ['application/octet-stream']],
      ['GET /audit/export', ['application/x-ndjson', 'text/csv']],
      ['GET /releases/:id/file', ['application/octet-stream']],
    ])
  })
})

describe('the answers are as their schemas say', () => {
  test('products and their metadata', async () => {
    await ask('PATCH /products/:product', { product, slug: 'the-app', post_url: receiver.url, changelog: 'off' })
    await ask('PUT /products/:product/meta/:key', { product, key: 'color', value: 'red' })
    await ask('GET /products/:product', { product })
    await ask('GET /clients', {})
    await ask('GET /products/:product/clients/:language', { product, language: 'python' })
    await ask('POST /products/:product/clients/:language', { product, language: 'python' })
    await ask('GET /products', { limit: 1 })
    await ask('DELETE /products/:product/meta/:key', { product, key: 'color' })
    const { id } = await ask('POST /products', { name: 'Gone' })
    await ask('DELETE /products/:product', { product: String(id) })
  })

  test('generators', async () => {
    await ask('POST /generators', { product, dry_run: true })
    await ask('GET /generators/trial', { prefix: 'A-', count: 2 })
    const made = await ask('POST /generators', { product, method: 'custom', function_name: '{A:9}-{9:9}' })
    const id = 'id' in made ? made.id : 0
    await ask('GET /generators', { product })
    await ask('GET /generators/:id/preview', { id, count: 2 })
    await ask('PATCH /generators/:id', { id, prefix: 'P-' })
    await ask('POST /generators/:id/disable', { id })
    await ask('POST /generators/:id/enable', { id })
    await ask('POST /licenses', { generator: id, quantity: 2 })
    await ask('DELETE /generators/:id', { id })
  })

  test('licences in each state', async () => {
    const stock = ['STOCK-1', 'STOCK-2']
    await ask('POST /licenses', { product, license_keys: stock, validity: 0 })
    await ask('POST /licenses/:license_key/assign', { license_key: 'STOCK-1', owner_name: 'Grace' })
    await ask('POST /licenses/:license_key/notes', { license_key: key, note: 'called' })
    await ask('POST /licenses/:license_key/reveal', { license_key: key, reason: 'they called' })
    await ask('POST /licenses/:license_key/owner/reveal', { license_key: key, reason: 'they called' })
    await ask('PUT /licenses/:license_key/meta/:key', { license_key: key, key: 'k', value: 'v' })
    await ask('PATCH /licenses/:license_key', { license_key: key, activation_limit: 3, validity: 60 })
    await ask('POST /licenses/:license_key/extend', { license_key: key, by: '30d' })
    await ask('GET /licenses/:license_key', { license_key: key })
    const { id, history } = await ask('GET /licenses/:license_key', { license_key: key })
    await ask('GET /licenses/:license_key/explain', { license_key: `id:${id}`, identifier })
    await ask('GET /licenses/:license_key/calls', { license_key: `id:${id}`, days: 2 })
    await ask('POST /licenses/:license_key/file', { license_key: `id:${id}`, identifier })
    await ask('POST /licenses/:license_key/undo', { license_key: `id:${id}`, entry: history[0]!.id })
    await ask('DELETE /licenses/:license_key/meta/:key', { license_key: key, key: 'k' })
    await ask('POST /licenses/:license_key/block', { license_key: key, reason: 'chargeback' })
    await ask('GET /licenses/:license_key/explain', { license_key: key })
    await ask('POST /licenses/:license_key/unblock', { license_key: key })
    await ask('POST /licenses/:license_key/replace', { license_key: 'STOCK-1', new_key: 'NEW-1' })
    await ask('GET /licenses/:license_key', { license_key: 'STOCK-1' })
    await ask('POST /licenses/:license_key/revoke', { license_key: 'NEW-1' })
    await ask('GET /licenses', {})
    await ask('GET /licenses', { count: true })
    await ask('GET /search/licenses', { text: 'stock' })
    await ask('GET /search', { text: 'stock' })
    const { licenses } = await ask('POST /licenses', { product, license_keys: ['BULK-1', 'BULK-2'] })
    const ids = licenses.map(({ id }) => String(id))
    await ask('POST /licenses/bulk', { action: 'unblock', ids, dry_run: true })
    const bulk = (await ask('POST /licenses/bulk', { action: 'block', ids: [...ids, '999999'] })).id!
    const isDone = async () => (await ask('GET /bulk/:id', { id: bulk })).state === 'done'
    await until('the bulk change is done', isDone)
    await ask('POST /bulk/:id/undo', { id: bulk })
    await ask('GET /bulk', {})
    await ask('GET /stats', { by: ['day', 'product', 'status'], product, from: '7d' })
    await ask('DELETE /licenses/:license_key', { license_key: 'STOCK-2' })
  })

  test('activations', async () => {
    await ask('GET /activations', {})
    await ask('POST /licenses/:license_key/deactivate', { license_key: key, identifier })
    await ask('GET /licenses/:license_key', { license_key: key })
    await installation.ask('POST /api/v1/activate', { license_key: key, identifier })
    await ask('POST /licenses/:license_key/deactivate', { license_key: key, all: true })
  })

  test('contracts', async () => {
    const { id } = await ask('POST /contracts', { product, contract_name: 'Acme', license_keys_quantity: 5 })
    const contract = String(id)
    const { contract_key } = await ask('PATCH /contracts/:contract', { contract, contract_information: 'shops' })
    await installation.ask('POST /api/v1/contracts/generate', { contract_key, quantity: 1 })
    await ask('GET /contracts/:contract', { contract })
    await ask('GET /contracts/:contract/keys', { contract })
    await ask('GET /contracts', {})
    await ask('DELETE /contracts/:contract', { contract })
  })

  test('API keys', async () => {
    const draft = { name: 'shop', preset: 'shop', expires_at: '2040-01-31', rate_limit_per_minute: 9 } as const
    const id = String((await ask('POST /api-keys', draft)).id)
    await ask('GET /api-keys', {})
    await ask('PATCH /api-keys/:id', { id, allowed_ips: ['203.0.113.7'] })
    await ask('POST /api-keys/:id/disable', { id })
    await ask('GET /api-keys/:id/explanation', { id, from: '192.0.2.1', capability: 'verify' })
    await ask('POST /api-keys/:id/enable', { id })
    await ask('POST /api-keys/:id/rotate', { id, overlap: '7d' })
    await ask('GET /api-keys/:id/explanation', { id, from: '203.0.113.7', capability: 'generate' })
    await ask('GET /api-keys/:id', { id })
    await ask('POST /api-keys/:id/revoke', { id })
  })

  test('signing keys', async () => {
    const { key_id } = await ask('POST /signing-keys', { product, bits: '2048' })
    await ask('POST /signing-keys/rotate', { product, bits: '2048', overlap: '1d' })
    await ask('GET /signing-keys', {})
    await ask('POST /signing-keys/:key_id/retire', { key_id })
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    await ask('POST /signing-keys/import', { private_key, product })
  })

  test('releases', async () => {
    const file = { body: 'a program', headers: { 'content-type': 'application/octet-stream' } }
    const query = { file: 'app.zip', product, version: '1.0', numeric_version: '10' }
    const given = { product, version: '1.0', numeric_version: 10 }
    const { id } = await ask('POST /releases', given, { ...file, query })
    await ask('POST /releases/:id/publish', { id })
    await ask('POST /releases/:id/withdraw', { id })
    await ask('PATCH /releases/:id', { id, changelog: 'better' })
    await ask('GET /releases/:id', { id })
    await ask('GET /releases', {})
    await ask('DELETE /releases/:id', { id })
  })

  test('webhooks, their deliveries and jobs', async () => {
    const refused = 'http://127.0.0.1:1/'
    const made = await ask('POST /webhooks', { name: 'books', url: refused, events: ['contract.suspended'] })
    const id = String(made.id)
    const { delivery_id } = await ask('POST /webhooks/:id/test', { id })
    await until('an attempt', async () => (await ask('GET /deliveries', { webhook_id: id })).deliveries[0]?.attempts[0])
    const [waiting] = (await ask('GET /jobs', { state: ['queued'], kind: ['deliver'] })).jobs
    await ask('GET /jobs/:id', { id: waiting!.id })
    await ask('POST /jobs/retry', { id: waiting!.id })
    await ask('POST /jobs/retry', { kind: 'deliver' })
    await ask('POST /webhooks/:id/disable', { id })
    await ask('POST /webhooks/:id/enable', { id })
    await ask('PATCH /webhooks/:id', { id, url: receiver.url })
    await ask('POST /webhooks/:id/rotate-secret', { id })
    await ask('GET /deliveries/:id', { id: delivery_id })
    await ask('GET /webhook-health', {})
    await ask('GET /webhook-events', { event: 'license.created' })
    await ask('POST /deliveries/replay', { delivery_id })
    await ask('POST /deliveries/replay', {
      webhook: id,
      from: '1d',
      to: '2100-01-01',
      state: ['failed'],
      dry_run: true,
    })
    await ask('POST /deliveries/replay', { webhook: id, from: '1d', to: '2100-01-01' })
    await until('an answer', async () =>
      (await ask('GET /deliveries', { state: ['success'] })).deliveries.some(({ attempts }) => attempts.length),
    )
    await ask('GET /webhooks/:id', { id })
    await ask('GET /webhooks', {})
    const [last] = (await ask('GET /jobs', { sort: '-id', limit: 1 })).jobs
    await ask('DELETE /jobs/:id', { id: last!.id })
    await ask('DELETE /webhooks/:id', { id })
  })

  test('telemetry and calls', async () => {
    await installation.ask('POST /api/v1/send-telemetry-data', { product_id: 'none', data_type: 'text', data: 'x' })
    await ask('GET /telemetry', {})
    await ask('GET /telemetry/stats', { by: ['product', 'version', 'group', 'type', 'red_flags'] })
    await ask('POST /telemetry/purge', { before: '2100-01-01', dry_run: true })
    await ask('POST /telemetry/purge', { before: '2100-01-01' })
    const call = await until('a call', async () => (await ask('GET /calls', {})).calls[0])
    await ask('GET /calls/:id', { id: call.id })
    await ask('GET /calls/stats', { by: ['result', 'endpoint', 'code', 'product', 'api_key'], step: 'hour' })
    await ask('GET /stats/today', {})
  })

  test('the blocklist', async () => {
    const { id } = await ask('POST /blocklist', { ip: '203.0.113.0/24', expires_at: '2040-01-31' })
    await ask('POST /blocklist', { identifier: 'stolen', reason: 'theft' })
    await ask('GET /blocklist', {})
    await ask('DELETE /blocklist/:id', { id })
  })

  test('forms of operations', async () => {
    const { operations } = await ask('GET /operations', {})
    const form = operations.find(({ command }) => command === 'license delete')!
    expect(form).toMatchObject({ route: 'DELETE /licenses/:license_key', is_final: true, role: 'operator' })
    expect(form.fields[0]).toMatchObject({ name: 'license_key', kind: 'text', is_required: true, flag: null })
    const input = JSON.stringify({ license_key: key })
    const { loses } = await ask('POST /operations/preview', { operation: 'license delete', input })
    expect(loses).toContain(`This deletes licence key "${key}" for good`)
    for (const [operation, given, status] of [
      ['license vanish', '{}', 404],
      ['license delete', '{}', 422],
      ['license delete', '[]', 422],
    ] as const) {
      const told = await owner.tell('POST /operations/preview', { operation, input: given })
      expect([operation, given, told.status]).toEqual([operation, given, status])
    }
  })

  test('the audit log', async () => {
    const { entries } = await ask('GET /audit', {})
    await ask('GET /audit/:id', { id: entries[0]!.id })
    await ask('GET /audit/facets', {})
    await ask('GET /audit/head', {})
    await ask('GET /audit/verification', {})
  })

  test('users, tokens and sessions', async () => {
    const { name: user, password } = await ask('POST /users', { name: 'grace', role: 'viewer' })
    await ask('PATCH /users/:user', { user, role: 'operator' })
    const invited = await ask('POST /users/:user/invitation', { user: 'joan', role: 'viewer' })
    const link = { headers: { 'x-link-token': invited.path.split('#')[1]! } }
    seen('GET /link', (await tell(installation, 'GET /link', {}, link)).body)
    const chosen = { password: 'wood lamp seven rivers' }
    seen('PUT /link/password', (await tell(installation, 'PUT /link/password', chosen, link)).body)
    await ask('POST /users/:user/reset-link', { user })
    await ask('PUT /session/preferences', { theme: 'dark', columns: '{"licenses":["state"]}' })
    await ask('GET /session/preferences', {})
    const person = { ...owner, name: user, password: password! }
    await secondFactor(user, password!)
    await singleSignOn()
    const begun = await logIn(installation, person)
    seen('POST /session', begun.body)
    const { session } = begun
    seen('GET /session', (await tell(installation, 'GET /session', {}, { session })).body)
    seen('GET /session/methods', (await tell(installation, 'GET /session/methods')).body)
    await ask('GET /users/:user/sessions', { user })
    const { current_password, ...token } = { current_password: owner.password, name: 'nightly' }
    const { id } = await ask('POST /users/:user/tokens', { user, ...token, current_password })
    await ask('GET /users/:user/tokens', { user })
    await ask('DELETE /users/:user/tokens/:id', { user, id })
    const change = { current_password: password, password: 'wood lamp seven rivers' }
    seen('PUT /session/password', (await tell(installation, 'PUT /session/password', change, { session })).body)
    const other = await logIn(installation, { ...person, password: change.password })
    await logIn(installation, { ...person, password: change.password })
    seen('DELETE /session', (await tell(installation, 'DELETE /session', {}, { session: other.session })).body)
    await ask('DELETE /users/:user/sessions', { user })
    await ask('PUT /users/:user/password', { user })
    await ask('POST /users/:user/disable', { user })
    await ask('POST /users/:user/enable', { user })
    await ask('GET /users', {})
    await ask('DELETE /users/:user', { user })
    seen('GET /session', (await owner.tell('GET /session')).body)
  })

  /** Sets up an app and a passkey, logs in with each, and removes both. */
  async function secondFactor(user: string, password: string) {
    const page = openBrowser(installation)
    const asked = async (route: Route, fields: Record<string, unknown> = {}, id = '') => {
      const { status, body } = await page.tell(route.replace(':user', user).replace(':id', id) as AdminDoor, fields)
      if (status !== 200) throw new Error(`${route}: ${JSON.stringify(body)}`)
      seen(route, body)
      return body
    }
    await asked('POST /session', { name: user, password })
    const { secret } = await asked('POST /users/:user/totp')
    const codeAt = (ms: number) =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: installation.now().getTime() + ms })
    await asked('POST /users/:user/totp/confirm', { code: codeAt(-30_000) })
    await asked('POST /users/:user/recovery-codes')
    const authenticator = makeAuthenticator(page.origin)
    const { options } = await asked('POST /users/:user/passkeys/options')
    const response = authenticator.create(options)
    const { id } = await asked('POST /users/:user/passkeys', { name: 'laptop', response })
    await asked('PATCH /users/:user/passkeys/:id', { name: 'the blue key' }, id)
    await asked('GET /users/:user/second-factor')
    await asked('POST /session', { name: user, password })
    await asked('POST /session/second-factor', { code: codeAt(0) })
    await asked('POST /session/proof', { password })
    const shown = await asked('POST /session/passkey/options')
    await asked('POST /session/passkey', { response: authenticator.get(shown.options) })
    await asked('DELETE /users/:user/passkeys/:id', {}, id)
    await asked('DELETE /users/:user/totp')
    await ask('DELETE /users/:user/second-factor', { user })
  }

  /** Logs somebody in through an OpenID provider. */
  async function singleSignOn() {
    const page = openBrowser(installation)
    const provider = await startProvider(`${page.origin}/console/login`, { sub: { preferred_username: 'hedy' } })
    await ask('POST /users', { name: 'hedy', role: 'viewer' })
    await installation.cli('setting', 'set', 'oidc_issuer', provider.issuer)
    await installation.cli('setting', 'set', 'oidc_client_id', clientId)
    await ask('PUT /settings/:name', { name: 'oidc_client_secret', value: clientSecret })
    await ask('DELETE /users/:user/password', { user: 'hedy' })
    const started = (await page.tell('POST /session/sso/start')).body
    seen('POST /session/sso/start', started)
    const query = await provider.approve(started.url, 'sub')
    seen('POST /session/sso', (await page.tell('POST /session/sso', { query })).body)
    await provider.close()
  }

  test('settings and backups', async () => {
    await ask('GET /settings', {})
    await ask('PUT /settings/:name', { name: 'telemetry_per_minute', value: '1000' })
    await ask('GET /settings/:name', { name: 'telemetry_per_minute' })
    await ask('DELETE /settings/:name', { name: 'telemetry_per_minute' })
    const to = join(installation.folder, '..', 'backups')
    await ask('PATCH /backups', { to, passphrase: 'wood lamp seven rivers', every: '1d' })
    await ask('POST /backups', {})
    await until('a backup', async () => (await ask('GET /backups', {})).backups.length)
  })

  test('the state of the installation', async () => {
    await ask('GET /status', {})
    await ask('GET /doctor', {})
    await ask('POST /optimize', { wipe: true })
    await ask('POST /retention', { dry_run: true })
  })

  test('imports', async () => {
    const body = `license_key,product,activation_limit,validity\nOLD-1,${product},1,0\nOLD-2,${product},x,0\n`
    const file = { body, headers: { 'content-type': 'application/octet-stream' }, query: { file: 'licenses.csv' } }
    await ask('POST /import', {}, file)
    await ask('POST /imports/columns', {}, file)
    const { id } = await ask('POST /imports', {}, file)
    await until('the import', async () => (await ask('GET /imports/:id', { id })).finished_at)
    await ask('GET /imports', {})
  })

  test('customers', async () => {
    await ask('GET /customers', { text: 'ada' })
    await ask('GET /customers/:email', { email })
    await ask('GET /customers/:email/data', { email })
    await ask('POST /licenses', { product, license_keys: ['NAMED-1'], owner_name: 'Named Only' })
    await ask('GET /unaddressed-licenses', { name: 'named' })
    await ask('POST /customers/:email/rename', { email, new_name: 'Ada L.' })
    await ask('POST /licenses', { product, license_keys: ['TWIN-1'], owner_email: 'twin@example.com' })
    await ask('POST /customers/:email/merge', { email: 'twin@example.com', into: email })
    await ask('GET /customers/:email/export', { email })
    await ask('GET /customers/:email/traces', { email })
    await ask('POST /customers/:email/extend', { email, by: '30d', dry_run: true })
    await ask('POST /customers/:email/block', { email, reason: 'chargeback' })
    await ask('POST /customers/:email/unblock', { email })
    await ask('POST /customers/:email/revoke', { email, dry_run: true })
    await ask('POST /customers/:email/erase', { email, dry_run: true })
    await ask('POST /customers/:email/erase', { email })
  })

  test('errors', async () => {
    const schema = { $ref: '#/components/schemas/OperatorError' }
    const wrong: [AdminDoor, Record<string, unknown>, number][] = [
      ['GET /products/9', {}, 404],
      ['POST /products', { name: 7, color: 'red' }, 422],
      ['GET /nothing', {}, 404],
    ]
    for (const [door, fields, status] of wrong) {
      const told = await owner.tell(door, fields)
      expect([told.status, problemsWith(schema, told.body)]).toEqual([status, []])
      expect(told.headers.get('x-request-id')).toBeString()
    }
    expect(problemsWith(schema, (await tell(installation, 'GET /products')).body)).toEqual([])
  })

  test('and no route is left out', () => {
    // It starts the server again: `setup.test.ts` asks it.
    const elsewhere = ['POST /setup/restore']
    expect([...schemas.keys()].filter((route) => !exercised.has(route))).toEqual(elsewhere)
  })
})

test('a client is typed by the declarations', () => {
  type Shown = Operations['GET /licenses/:license_key']
  const given: Shown['input'] = { license_key: 'A' }
  // @ts-expect-error: the field has another name
  const wrong: Shown['input'] = { key: 'A' }
  // @ts-expect-error: there is no such route
  type Missing = Operations['GET /license/:license_key']
  const stateOf = ({ state }: Shown['answer']): 'active' | 'expired' | string => state
  // @ts-expect-error: the state is not a number
  const numberOf = ({ state }: Shown['answer']): number => state
  // @ts-expect-error: the answer has no such field
  const missing = (answer: Shown['answer']) => answer.color
  const nextOf = ({ next }: Operations['GET /licenses']['answer']): string | null => next
  const proven: Operations['POST /api-keys']['input'] = { name: 'x', current_password: 'y' }
  // @ts-expect-error: this route takes no password
  const unproven: Operations['GET /api-keys']['input'] = { current_password: 'y' }
  const all: [unknown, Missing?] = [[given, wrong, stateOf, numberOf, missing, nextOf, proven, unproven]]
  expect(all).toHaveLength(1)
})

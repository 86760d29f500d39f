import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { languages } from '../../src/clients/languages'
import { adminRoutes } from '../../src/http/admin/routes'
import { parametersOf } from '../../src/operations/operation'
import { exportedTables } from '../../src/transfer/tables/table'
import { startInstallation, type TestInstallation } from '../support/installation'
import { logIn, makeOperator, type Operator } from '../support/operator'
import { roleTable } from '../support/role-table'
import { makeActiveLicense, makeProduct } from '../support/stock'

setDefaultTimeout(60_000)

let installation: TestInstallation
let viewer: Operator
let support: Operator
/** What the support role must not see besides. */
const personal: Record<string, string> = {}
let operator: Operator
/** What an answer must not show to a viewer, by what it is. */
const secrets: Record<string, string> = {}
/** Values for the parameters of paths. */
const places: Record<string, string[]> = {}

beforeAll(async () => {
  installation = await startInstallation({ allow_private_webhooks: 'on' })
  viewer = await makeOperator(installation, 'viewer')
  support = await makeOperator(installation, 'support')
  operator = await makeOperator(installation, 'operator')
  const owner = await makeOperator(installation, 'owner')
  const must = async (...asked: Parameters<Operator['tell']>) => {
    const { status, body } = await owner.tell(...asked)
    if (status !== 200) throw new Error(`${asked[0]}: ${JSON.stringify(body)}`)
    return body
  }
  const product = await makeProduct(installation)
  const license = await makeActiveLicense(installation, { product_id: product, owner_email: 'ada@example.com' }, 'd')
  const contract_key = 'SEEDED-contract-key'
  const draft = { product, contract_name: 'c', license_keys_quantity: 3, contract_key }
  const contract = await must('POST /contracts', draft)
  await must('PATCH /contracts/1', { contract_name: 'd' })
  await must('PATCH /contracts/1', { contract_key: 'SEEDED-second-key' })
  const other = await must('POST /contracts', { ...draft, contract_key: 'SEEDED-third-key' })
  await must(`DELETE /contracts/${other.id}`)
  const webhook = await must('POST /webhooks', { name: 'w', url: 'http://127.0.0.1:9/', events: 'all' })
  const rotated = await must(`POST /webhooks/${webhook.id}/rotate-secret`)
  const key = await must('POST /api-keys', { name: 'k', preset: 'all' })
  const replaced = await must(`POST /api-keys/${key.id}/rotate`, { overlap: '1d' })
  const imported = await must('POST /api-keys', {
    name: 'k',
    preset: 'all',
    api_key: 'SEEDED-imported-api-key-of-before',
  })
  await must('PUT /settings/envato_token', { value: 'SEEDED-envato-token' })
  const { session } = await logIn(installation, owner)
  await must(`PATCH /users/${viewer.name}`, { role: 'viewer' })
  await installation.ask('POST /api/v1/verify', { license_key: 'none', identifier: 'd' }, { key: key.api_key })
  Object.assign(secrets, {
    contract_key,
    'a contract key that replaced it': 'SEEDED-second-key',
    'a contract key that is gone': 'SEEDED-third-key',
    'the uuid that opens a contract to its holder': contract.uuid,
    'the uuid of a contract that is gone': other.uuid,
    'a webhook’s secret': webhook.secret,
    'a webhook’s new secret': rotated.secret,
    'an API key': key.api_key,
    'its new value': replaced.api_key,
    'an imported API key': 'SEEDED-imported-api-key-of-before',
    'the rest of an imported API key': 'imported-api-key-of-before',
    'the token of the market': 'SEEDED-envato-token',
    'a token': owner.token,
    'a session': session,
    'a password': owner.password,
    'a private key': 'PRIVATE KEY',
    'an argon2 hash': '$argon2',
  })
  Object.assign(personal, { 'a licence key': license, 'an e-mail address': 'ada@example.com' })
  Object.assign(places, {
    product: [String(product)],
    license_key: [license],
    contract: [String(contract.id)],
    email: ['ada@example.com'],
    user: [viewer.name],
    name: ['envato_token', 'base_url'],
    language: languages.map(({ name }) => name),
    table: exportedTables.filter((table) => table !== 'api_keys' && table !== 'signing_keys'),
    id: ['1', '2', '3', String(imported.id)],
  })
})
afterAll(() => installation.close())

/** The paths of a route with every value that its parameters may have here. */
function pathsOf(route: string): string[] {
  const path = route.replace('GET ', '')
  return parametersOf({ route: route as `GET /${string}` }).reduce(
    (paths, name) =>
      paths.flatMap((each) => places[name]!.map((value) => each.replace(`:${name}`, encodeURIComponent(value)))),
    [path],
  )
}

const isLook = ({ route }: { route: string }) => route.startsWith('GET ') && roleTable[route] !== 'owner'
const fieldsOf: Record<string, string> = {
  'GET /search': '?text=SEEDED',
  'GET /search/licenses': '?text=KEY',
  'GET /api-keys/:id/explanation': '?from=127.0.0.1&capability=verify',
}

test.each(['viewer', 'support'] as const)('no answer that a %s may have shows a secret', async (role) => {
  const hidden = role === 'support' ? { ...secrets, ...personal } : secrets
  const { token } = role === 'support' ? support : viewer
  const said: string[] = []
  let good = 0
  const asked = adminRoutes
    .filter(isLook)
    .flatMap(({ route, files = [] }) =>
      pathsOf(route).flatMap((path) => [
        { path: `${path}${fieldsOf[route] ?? ''}`, accept: 'application/json' },
        ...(files.includes('text/csv') && route !== 'GET /export/:table' ? [{ path, accept: 'text/csv' }] : []),
        ...(route === 'GET /export/:table' ? [{ path: `${path}?format=csv`, accept: '*/*' }] : []),
      ]),
    )
  for (const { path, accept } of asked) {
    // Masked by the one exit as all others, and slow.
    if (role === 'support' && /^.(doctor|audit.verification)|traces/.test(path)) continue
    const headers = { authorization: `Bearer ${token}`, accept }
    const answer = await fetch(`${installation.url}/admin/api${path}`, { headers })
    const text = await answer.text()
    if (answer.ok) good += 1
    for (const [what, secret] of Object.entries(hidden)) {
      if (text.includes(secret)) said.push(`${path} shows ${what}`)
    }
  }
  expect(said).toEqual([])
  expect(good).toBeGreaterThan(role === 'support' ? 40 : 60)
})

test('nor does the audit log, to an operator', async () => {
  const { body } = await operator.tell('GET /audit', { limit: 1000 })
  const text = JSON.stringify(body)
  expect(text).toContain('contract.created')
  for (const secret of Object.values(secrets)) expect(text).not.toContain(secret)
})

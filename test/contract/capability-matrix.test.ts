import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { capabilities } from '../../src/access/capabilities'
import { speak, startInstallation, type TestInstallation } from '../support/installation'
import { auditRows } from '../support/operator'
import { makeActiveLicense, makeFile, makeProduct, makeRelease } from '../support/stock'

setDefaultTimeout(60_000)

/** What a route takes a thing by; `unknown` is its answer to a reference that means nothing. */
interface Line {
  capability: string
  by?: 'licence' | 'contract'
  unknown?: number | string
}
const licence = (capability: string, unknown: number | string): Line => ({ capability, by: 'licence', unknown })
const contract = (capability: string, unknown: number): Line => ({ capability, by: 'contract', unknown })

/** Every route that takes an API key, written by hand: it is compared with what the server does and describes. */
const table: Record<string, Line> = {
  'POST /verify': licence('verify', 210),
  'POST /activate': licence('activate', 210),
  'POST /deactivate': licence('deactivate', 210),
  'POST /get-license-key-details': licence('get-license-key-details', 210),
  'POST /get-license-file': licence('get-license-file', 501),
  'POST /licenses/{license_key}/offline-file': licence('get-license-file', 210),
  'GET /licenses/{license_key}/features/{feature}': licence('get-license-feature', 210),
  'POST /access-downloadables': licence('access-downloadables', 210),
  'GET /access-downloadables': licence('access-downloadables', 210),
  'POST /create-license-key-meta': licence('create-license-key-meta', 210),
  'POST /update-license-key-meta': licence('update-license-key-meta', 210),
  'POST /delete-license-key-meta': licence('delete-license-key-meta', 210),
  'POST /assign-license-key': licence('assign-license-key', 801),
  'POST /assign-and-activate-license-key': licence('assign-and-activate-license-key', 801),
  'POST /update-license-key': licence('update-license-key', 952),
  'POST /delete-license-key': licence('delete-license-key', 851),
  'POST /contracts/destroy': licence('contracts.destroy', 1401),
  'GET /contracts/get-info': contract('contracts.get-info', 1200),
  'POST /contracts/generate': contract('contracts.generate', 1200),
  'POST /contracts/destroy-all': contract('contracts.destroy-all', 1200),
  'POST /create-contract': { capability: 'create-contract' },
  'POST /update-contract': { capability: 'update-contract' },
  'POST /delete-contract': { capability: 'delete-contract' },
  'GET /get-all-contracts': { capability: 'get-all-contracts' },
  'POST /send-telemetry-data': { capability: 'send-telemetry-data' },
  'POST /send-telemetry': { capability: 'send-telemetry-data' },
  'GET /get-telemetry-data': { capability: 'get-telemetry-data' },
  'GET /get-telemetry': { capability: 'get-telemetry-data' },
  'POST /random-assign-license-keys': { capability: 'random-assign-license-keys' },
  'POST /random-assign-license-keys-queued': { capability: 'random-assign-license-keys-queued' },
  'POST /create-license-keys': { capability: 'create-license-keys' },
  'GET /get-license-keys': { capability: 'get-license-keys' },
  'GET /get-available-license-keys-count': { capability: 'get-available-license-keys-count' },
  'GET /get-all-generators': { capability: 'get-all-generators' },
  'POST /generate': { capability: 'generate' },
  'POST /create-product': { capability: 'create-product' },
  'POST /update-product': { capability: 'update-product' },
  'POST /delete-product': { capability: 'delete-product' },
  'GET /get-all-products': { capability: 'get-all-products' },
  'GET /get-product': { capability: 'get-product' },
  'GET /get-product-meta': { capability: 'get-product' },
  'GET /get-product-changelog': { capability: 'get-product' },
  'GET /get-product-public-key': { capability: 'get-product' },
  'POST /create-product-meta': { capability: 'create-product-meta' },
  'POST /update-product-meta': { capability: 'update-product-meta' },
  'POST /delete-product-meta': { capability: 'delete-product-meta' },
}
const routes = Object.keys(table)

let installation: TestInstallation
let product_id: number
const theirs = { license_key: '', identifier: 'their-device', owner_name: 'Bea', owner_email: 'bea@example.com', id: 0 }
const mine = { license_key: '', identifier: 'my-device' }
const keyFor: Record<string, { only: string; without: string }> = {}
beforeAll(async () => {
  installation = await startInstallation({ guesses_per_minute: '0' })
  product_id = await makeProduct(installation, { name: 'Deski' })
  mine.license_key = await makeActiveLicense(installation, { product_id }, mine.identifier)
  const { owner_name, owner_email, identifier } = theirs
  theirs.license_key = await makeActiveLicense(installation, { product_id, owner_name, owner_email }, identifier)
  const { response } = await installation.ask('GET /api/v1/get-license-keys')
  theirs.id = response.license_keys.find(({ license_key }: typeof theirs) => license_key === theirs.license_key).id
  const make = async (can: readonly string[]) => {
    const { json } = await installation.cli('api-key', 'create', '--name', 'k', '--can', can.join(), '--json')
    return json.api_key as string
  }
  const given = [...new Set(routes.map((route) => table[route]!.capability))]
  for (const capability of given) {
    const rest = capabilities.filter((each) => each !== capability)
    keyFor[capability] = { only: await make([capability]), without: await make(rest) }
  }
})
afterAll(() => installation.close())

/** Asks a route about a thing by that reference, and about the device of whoever it is. */
function ask(route: string, key: string, reference: unknown, { identifier }: { identifier: string } = mine) {
  const text = encodeURIComponent(String(reference))
  const door = route.replace('{license_key}', text).replace('{feature}', 'x').replace(' /', ' /api/v1/') as Parameters<
    TestInstallation['ask']
  >[0]
  const named = table[route]!.by === 'contract' ? { contract_id: reference } : { license_key: reference }
  const said = { identifier, owner_name: 'A', owner_email: 'a@example.com', key: 'k', value: 'v', quantity: 1 }
  return installation.ask(door, route.includes('{') ? { identifier } : { ...said, ...named }, { key })
}

test('every route that takes an API key has its line, and every capability but that of links', async () => {
  const { paths } = JSON.parse((await speak(['openapi'])).out)
  const described = Object.entries<Record<string, { 'x-capability'?: string }>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      path.startsWith('/api/v1/') && operation['x-capability']
        ? [[`${method.toUpperCase()} ${path.replace('/api/v1', '')}`, operation['x-capability']] as const]
        : [],
    ),
  )
  expect(Object.fromEntries(described)).toEqual(
    Object.fromEntries(routes.map((route) => [route, table[route]!.capability])),
  )
  expect([...Object.keys(keyFor), 'download'].sort()).toEqual([...capabilities].sort())
})

test.each(routes)('%s takes its own capability and no other', async (route) => {
  const { only, without } = keyFor[table[route]!.capability]!
  expect((await ask(route, without, 'none')).code).toBe(102)
  expect((await ask(route, only, 'none')).code).not.toBe(102)
})

describe('a licence of somebody else', () => {
  const guesses = (): unknown[] => [
    ...[theirs.id, String(theirs.id), `0${theirs.id}`, ` ${theirs.id}`, `${theirs.id}.0`],
    ...[theirs.owner_email, theirs.owner_name, theirs.identifier, 'Deski', String(product_id)],
    ...['%', '*', '_'.repeat(theirs.license_key.length), theirs.license_key.slice(0, -1), `${theirs.license_key}%`],
  ]

  test.each(routes.filter((route) => table[route]!.by === 'licence'))('%s knows it by its key alone', async (route) => {
    const { capability, unknown } = table[route]!
    const before = auditRows(installation).length
    for (const guess of guesses()) {
      const { code } = await ask(route, keyFor[capability]!.only, guess, theirs)
      expect([guess, String(code)]).toEqual([guess, String(unknown)])
    }
    expect(auditRows(installation)).toHaveLength(before)
  })

  test.each(routes.filter((route) => table[route]!.by === 'contract'))('%s is not opened by it', async (route) => {
    const { capability, unknown } = table[route]!
    for (const guess of [...guesses(), theirs.license_key]) {
      expect([guess, (await ask(route, keyFor[capability]!.only, guess)).code]).toEqual([guess, unknown!])
    }
  })

  test('gives nothing to a device that holds a seat on another', async () => {
    for (const route of ['POST /verify', 'POST /get-license-key-details', 'POST /access-downloadables']) {
      const { only } = keyFor[table[route]!.capability]!
      expect([route, (await ask(route, only, theirs.license_key, mine)).code]).toEqual([route, 202])
    }
  })

  test('is not reached by a link that was made for one’s own', async () => {
    const file = makeFile(installation, 'the program')
    await makeRelease(installation, { product: product_id, number: 100, file })
    const listed = await installation.ask('POST /api/v1/access-downloadables', mine)
    const url: string = listed.response.downloadables[0].url
    expect((await fetch(url)).status).toBe(200)
    const device = Buffer.from(theirs.identifier).toString('base64url')
    const parts = new URL(url).pathname.split('/')
    const [version, own, license, token] = parts.toReversed()
    expect([own, license]).toContain(mine.license_key)
    for (const path of [
      `/${token}/${theirs.license_key}/${own}/${version}`,
      `/${token}/${theirs.license_key}/${device}/${version}`,
      `/${token}/${mine.license_key}/${device}/${version}`,
    ]) {
      const answer = await fetch(`${installation.url}/api/v1/download${path}`)
      expect([path, (await installation.receive(answer)).code]).toEqual([path, 701])
    }
  })
})

test('an answer that was kept for an Idempotency-Key is given to no other API key', async () => {
  const door = 'POST /api/v1/deactivate'
  const headers = { 'idempotency-key': 'the-same-key-of-two' }
  const [first, second] = [keyFor.deactivate!.only, keyFor.activate!.without]
  const asked = { license_key: theirs.license_key, identifier: theirs.identifier }
  expect((await installation.ask(door, asked, { key: first, headers })).code).toBe('400')
  expect((await installation.ask(door, asked, { key: second, headers })).code).toBe(401)
  expect((await installation.ask(door, asked, { key: first, headers })).code).toBe('400')
})

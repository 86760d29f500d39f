import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { binary, spawnBinary, speak, startInstallation, type TestInstallation } from '../support/installation'
import { makeLicense, makeProduct } from '../support/stock'

// biome-ignore lint/suspicious/noExplicitAny: an OpenAPI document is open by nature
type Json = any

const described: Json = JSON.parse((await (binary ? spawnBinary(['openapi']) : speak(['openapi']))).out)

interface Endpoint {
  method: 'GET' | 'POST'
  path: string
  fields: string[]
  /** Names of its path's parameters. */
  inPath: string[]
  codes: Set<string>
}

const resolved = (response: Json) =>
  response.$ref ? described.components.responses[response.$ref.split('/').at(-1)] : response

const endpoints: Endpoint[] = Object.entries<Json>(described.paths)
  .filter(([path]) => path.startsWith('/api/v1/'))
  .flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, operation]) => {
      const parameters: Json[] = operation.parameters ?? []
      const body = operation.requestBody?.content['application/json'].schema.properties ?? {}
      const responses: Json[] = Object.values(operation.responses).map(resolved)
      const examples = responses.flatMap(({ content }) =>
        Object.values<Json>(content?.['application/json']?.examples ?? {}),
      )
      return {
        method: method.toUpperCase() as 'GET' | 'POST',
        path,
        fields: [...Object.keys(body), ...parameters.filter((p) => p.in === 'query').map((p) => p.name)],
        inPath: parameters.filter((p) => p.in === 'path').map((p) => p.name),
        codes: new Set(examples.map(({ value }) => String(value.response.code))),
      }
    }),
  )

let installation: TestInstallation
let sane: Record<string, unknown>
beforeAll(async () => {
  installation = await startInstallation({ allow_private_webhooks: 'off' })
  const product_id = await makeProduct(installation)
  const license_key = await makeLicense(installation, { product_id })
  await installation.ask('POST /api/v1/activate', { license_key, identifier: 'device' })
  sane = {
    product_id,
    license_key,
    identifier: 'device',
    slug: 'none',
    feature: 'none',
    token: 'none',
    numeric_version: '1',
  }
})
afterAll(() => installation.close())

const bad: Record<string, unknown> = {
  missing: undefined,
  empty: '',
  null: null,
  blank: '   ',
  negative: -1,
  zero: 0,
  huge: 9e15,
  fraction: 1.5,
  true: true,
  words: 'no such thing',
  'a list': ['x'],
  'an object': { x: 1 },
  'a list of objects': [{ x: [{}] }],
  'too long': 'x'.repeat(70_000),
  'a long key': 'x'.repeat(300),
  NUL: 'a\0b',
  emoji: '🔑🗝️',
  'half a character': 'a\ud800b',
  SQL: "'; drop table licenses; --",
  'a pattern': '%_*?[',
}

/** Asks with one field as given; what is wrong with the answer, if anything. */
async function flawOf({ method, path, inPath, codes }: Endpoint, field: string, value: unknown) {
  const fields: Record<string, unknown> = { ...sane, [field]: value }
  const filled = inPath.reduce(
    (made, name) => made.replace(`{${name}}`, encodeURIComponent(String(fields[name] ?? '').toWellFormed())),
    path,
  )
  const given = Object.fromEntries(
    Object.entries(fields).filter(([name, each]) => each !== undefined && !inPath.includes(name)),
  )
  // A query carries text alone, and a server takes an address of some length only.
  if (method === 'GET' && String(JSON.stringify(value)).length > 8000) return undefined
  const { status, code } = await installation.ask(`${method} ${filled}` as 'GET /', given)
  const isKnown = codes.has(String(code)) || (inPath.includes(field) && code === 9404)
  return status < 500 && isKnown ? undefined : `${field} ${JSON.stringify(value)?.slice(0, 40)}: ${status} ${code}`
}

describe('whatever a field holds, the answer is one that is documented', () => {
  // Files and raw offline files answer without an envelope when all is well: they have their own tests.
  const enveloped = endpoints.filter(({ path }) => !path.endsWith('/offline-file'))
  test.each(enveloped.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
    '%s',
    async (_, endpoint) => {
      const flaws: (string | undefined)[] = []
      for (const field of [...endpoint.fields, ...endpoint.inPath]) {
        for (const value of Object.values(bad)) flaws.push(await flawOf(endpoint, field, value))
      }
      expect(flaws.filter(Boolean)).toEqual([])
    },
  )

  test('and the server is as well as before', async () => {
    const { license_key, identifier } = sane
    const product_id = await makeProduct(installation)
    const fresh = await makeLicense(installation, { product_id })
    expect(await installation.ask('POST /api/v1/activate', { license_key: fresh, identifier })).toMatchObject({
      code: 300,
    })
    expect((await fetch(`${installation.url}/readyz`)).status).toBe(200)
    expect(license_key).toBeString()
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readConfig } from '../../src/config'
import type { Deps } from '../../src/deps'
import { buildApp } from '../../src/http/app'
import { startInstallation, type TestInstallation } from '../support/installation'

/** Routes of the contract that take no API key, or judge it themselves, as paths below its prefixes. */
const open = [
  // The changelog a vendor publishes (CONTRACT §8).
  'GET /products/:slug/changelog',
  // The public keys that check every answer.
  'GET /keys',
  // A link of the answer 600: it carries its own token, and says 701 whatever is wrong with it (CONTRACT §7).
  'GET /download/:token/:license_key/:identifier/:numeric_version',
]

/** A value for each parameter a path may have. */
const parameters: Record<string, string> = {
  slug: 'product',
  token: 'token',
  license_key: 'KEY',
  identifier: 'cGM=',
  numeric_version: '100',
  feature: 'feature',
}

const prefix = /^(\/api)?(\/api)?\/v1(?=\/)/
const routes = buildApp({ config: readConfig({}, {}) } as Deps)
  .routes.filter(({ path }) => prefix.test(path))
  .map(({ method, path }) => ({ method, path, name: `${method} ${path.replace(prefix, '')}` }))
const guarded = routes.filter(({ name }) => !open.includes(name))

function doorOf({ method, path }: { method: string; path: string }) {
  const way = path.replace(/:(\w+)/g, (_, name: string) => {
    if (!(name in parameters)) throw new Error(`give the parameter "${name}" a value in this test`)
    return parameters[name]!
  })
  return `${method} ${way}` as 'GET /'
}

let installation: TestInstallation
let verifier: string
let activator: string
beforeAll(async () => {
  installation = await startInstallation()
  const makeKey = async (can: string) =>
    (await installation.cli('api-key', 'create', '--name', can, '--can', can, '--json')).json.api_key
  verifier = await makeKey('verify')
  activator = await makeKey('activate')
})
afterAll(() => installation.close())

describe('every route of the contract', () => {
  test('is here, under both prefixes', () => {
    const under = (start: string) => routes.filter(({ path }) => path.startsWith(start)).map(({ name }) => name)
    expect(under('/v1/').sort()).toEqual(under('/api/v1/').sort())
    expect(new Set(under('/v1/')).size).toBe(under('/v1/').length)
    expect(under('/v1/').length).toBeGreaterThan(40)
    expect(open.filter((name) => !under('/v1/').includes(name))).toEqual([])
  })

  test.each(guarded.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s: a stranger gets 100, a key without the capability 102',
    async (_, route) => {
      const door = doorOf(route)
      expect(await installation.ask(door, {}, { key: null })).toMatchObject({ status: 401, code: 100 })
      expect(await installation.ask(door, {}, { key: 'lk_wrong' })).toMatchObject({ status: 401, code: 100 })
      // No route has two capabilities: at least one of these keys lacks what this one asks for.
      const codes = [
        await installation.ask(door, {}, { key: verifier }),
        await installation.ask(door, {}, { key: activator }),
      ]
      const isRefused = codes.filter(({ code, status }) => code === 102 && status === 401)
      const isItsOwn = /\/(verify|activate)$/.test(route.path)
      expect(isRefused).toHaveLength(isItsOwn ? 1 : 2)
    },
  )

  test.each(open)('%s is open, and signs what it says', async (name) => {
    const [method, path] = name.split(' ') as [string, string]
    const answer = await installation.ask(doorOf({ method, path: `/api/v1${path}` }), {}, { key: null })
    expect(answer.status).toBe(200)
    expect([100, 102]).not.toContain(answer.code as number)
  })
})

test('the framework parses no headers or cookies for a route: no hook passes its context on', () => {
  const parsed = buildApp({ config: readConfig({}, {}) } as Deps)
    .routes.filter(({ path }) => prefix.test(path))
    .filter(({ compile }) => /c\.(?:headers|cookie)\b|parseCookie/.test(String((compile as () => unknown)())))
  expect(parsed.map(({ method, path }) => `${method} ${path}`)).toEqual([])
})

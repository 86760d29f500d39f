import { describe, expect, test } from 'bun:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { readConfig } from '../../src/config'
import type { Deps } from '../../src/deps'
import { buildApp } from '../../src/http/app'
import { type Answer, answers } from '../../src/kernel/answers'
import endpoints from '../fixtures/endpoints.json'
import { speak, startInstallation } from '../support/installation'

const printed = await speak(['openapi'])
const described = JSON.parse(printed.out)
// biome-ignore lint/suspicious/noExplicitAny: an OpenAPI document is open by nature
const operations: { route: string; operation: any }[] = Object.entries<object>(described.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
)
const underContract = operations.filter(({ route }) => route.includes(' /api/v1/'))

/** The names a field of an operation is known by. */
// biome-ignore lint/suspicious/noExplicitAny: see above
function namesIn(operation: any): string[] {
  const body = operation.requestBody?.content['application/json'].schema.properties ?? {}
  // biome-ignore lint/suspicious/noExplicitAny: see above
  const inBody = Object.entries<any>(body).flatMap(([name, field]) => [name, ...(field['x-aliases'] ?? [])])
  // biome-ignore lint/suspicious/noExplicitAny: see above
  const inQuery = (operation.parameters ?? []).flatMap((p: any) => [p.name, ...(p.schema['x-aliases'] ?? [])])
  return [...inBody, ...inQuery]
}

describe('the description of the API', () => {
  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    expect(await validator.validate(structuredClone(described))).toMatchObject({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  test('has exactly the routes that the server has', () => {
    const app = buildApp({ config: readConfig({}, {}) } as Deps)
    const routes = app.routes
      .filter(({ path }) => path.startsWith('/api/v1/'))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    expect(underContract.map(({ route }) => route).sort()).toEqual([...new Set(routes)].sort())
  })

  test.each(endpoints.map(({ method, path, params }) => [`${method} ${path}`, params] as const))(
    'has the documented endpoint %s with every parameter',
    (route, params) => {
      const { operation } = operations.find((each) => each.route === route.replace(/:(\w+)/g, '{$1}'))!
      const wanted = params.map(({ name }) => name).filter((name) => name !== 'api_key')
      expect(namesIn(operation)).toEqual(expect.arrayContaining(wanted))
    },
  )

  test('says for each endpoint what it does and what it answers, with an example of each answer and field', () => {
    for (const { route, operation } of underContract) {
      expect(operation.summary, route).toBeString()
      const own = Object.values<{ content?: Record<string, { examples?: object }> }>(operation.responses)
      const examples = own.flatMap(({ content }) => Object.keys(content?.['application/json']?.examples ?? {}))
      if (!operation.responses['206']) expect(examples.length, route).toBeGreaterThan(0)
      const fields = Object.values<{ examples?: unknown[] }>(
        operation.requestBody?.content['application/json'].schema.properties ?? {},
      )
      const parameters = (operation.parameters ?? []).map(({ schema }: { schema: object }) => schema)
      for (const field of [...fields, ...parameters]) expect(field, route).toHaveProperty('examples')
    }
  })

  test('knows where each answer comes from', () => {
    const said = new Set(
      [
        ...Object.values<object>(described.components.responses),
        ...operations.map(({ operation }) => operation.responses),
      ]
        .flatMap((responses) => JSON.stringify(responses).match(/"[a-z_]+":\{"summary":"\d+ /g) ?? [])
        .map((text) => text.split('"')[1]! as Answer),
    )
    // Said where there is no endpoint.
    const elsewhere: Answer[] = ['no_such_endpoint', 'method_not_allowed']
    const missing = (Object.keys(answers) as Answer[]).filter(
      (answer) => !said.has(answer) && !elsewhere.includes(answer),
    )
    expect(missing).toEqual([])
  })

  test('is served, with a viewer that needs no other machine', async () => {
    const installation = await startInstallation()
    const get = async (path: string) => (await fetch(installation.url + path)).text()
    expect(JSON.parse(await get('/openapi.json'))).toEqual(described)
    for (const path of ['/docs/api', '/docs/api/']) {
      const page = await get(path)
      const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(
        ([, link]) => new URL(link!, installation.url + path),
      )
      expect(links.length).toBeGreaterThan(1)
      for (const { origin, pathname } of links) {
        expect(origin).toBe(new URL(installation.url).origin)
        expect((await fetch(installation.url + pathname)).status).toBe(200)
      }
    }
    await installation.close()
  })

  test.each(['/docs/api', '/docs/api/'])('its viewer at %s names nothing by its place on the host', async (path) => {
    const installation = await startInstallation({ base_url: 'https://example.com/license' })
    const get = async (path: string) => (await fetch(installation.url + path)).text()
    const page = await get(path)
    expect(page).not.toMatch(/(?:src|href)="(?:\/|https?:)/)
    const asked: string[] = []
    const viewer = ({ url }: { url: string }) => asked.push(url)
    const location = new URL(`https://example.com/license${path}`)
    const from = new URL(/src="([^"]*start\.js)"/.exec(page)![1]!, location)
    const names = ['SwaggerUIBundle', 'location', 'matchMedia', 'document']
    const start = new Function(...names, await get(from.pathname.replace('/license', '')))
    const element = { classList: { toggle() {} } }
    start(viewer, location, () => ({ matches: true, addEventListener() {} }), { documentElement: element })
    expect(asked).toEqual(['https://example.com/license/openapi.json'])
    expect(new URL(described.servers[0].url, asked[0]).href).toBe('https://example.com/license/')
    await installation.close()
  })

  test('shows what clients ask first, what operators do last', () => {
    const names: string[] = described.tags.map(({ name }: { name: string }) => name)
    expect(names.at(-1)).toBe('Operator')
    expect(names.indexOf('Operations')).toBe(names.length - 2)
    const used = Object.values<object>(described.paths).flatMap((methods) => Object.values(methods))
    expect(new Set(used.flatMap(({ tags }) => tags))).toEqual(new Set(names))
  })

  test('has nonce and key_id as fields of every endpoint that takes an API key, and of no other', () => {
    for (const { route, operation } of underContract) {
      const taken = namesIn(operation).filter((name) => name === 'nonce' || name === 'key_id')
      expect(taken, route).toEqual(operation.security?.length === 0 ? [] : ['nonce', 'key_id'])
    }
  })
})

import { describe, expect, test } from 'bun:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { readConfig } from '../src/config'
import type { Deps } from '../src/deps'
import { buildApp } from '../src/http/app'
import { type Answer, answers } from '../src/kernel/answers'
import endpoints from './fixtures/endpoints.json'
import { speak, startHouse } from './support/house'

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
    const house = await startHouse()
    const get = async (path: string) => (await fetch(house.url + path)).text()
    expect(JSON.parse(await get('/openapi.json'))).toEqual(described)
    const page = await get('/docs')
    const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!)
    expect(links.length).toBeGreaterThan(1)
    for (const link of links) {
      expect(link).toStartWith('/docs/')
      expect((await fetch(house.url + link)).status).toBe(200)
    }
    expect(await get('/docs/start.js')).toContain("'/openapi.json'")
    await house.close()
  })
})

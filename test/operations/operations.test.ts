import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Command } from 'commander'
import { buildProgram } from '../../src/cli/program'
import { adminRoutes } from '../../src/http/admin/routes'
import type { Field } from '../../src/intake/model'
import { parametersOf } from '../../src/operations/operation'
import { subjects } from '../../src/operations/subjects'
import { speak, startInstallation, type TestInstallation } from '../support/installation'
import { type AdminDoor, makeOperator, type Operator, tell } from '../support/operator'
import { roleTable } from '../support/role-table'

// Many commands, each a process of its own where the binary is tested.
setDefaultTimeout(60_000)

/** What concerns this process, this machine or files beside it, and so has no route. */
const processCommands = [
  ...['serve', 'init', 'demo', 'health', 'bench', 'backup', 'restore', 'move'],
  ...['openapi', 'verify-response', 'completion', 'systemd', 'sbom', 'help'],
  ...['user setup-link', 'release copy-files'],
]

/** What a viewer may do that is no GET: to what is their own, and a preview, whose fields may hold keys. */
const ownMatters = [
  'POST /users/:user/tokens',
  'DELETE /users/:user/tokens/:id',
  'DELETE /users/:user/sessions',
  'DELETE /session',
  'PUT /session/password',
  'PUT /session/preferences',
  'POST /operations/preview',
  'POST /session/proof',
  'POST /users/:user/totp',
  'POST /users/:user/totp/confirm',
  'DELETE /users/:user/totp',
  'POST /users/:user/recovery-codes',
  'POST /users/:user/passkeys/options',
  'POST /users/:user/passkeys',
  'PATCH /users/:user/passkeys/:id',
  'DELETE /users/:user/passkeys/:id',
]

const operations = subjects.flatMap((subject) => subject.operations)

function leavesOf(command: Command, words: string[] = []): string[] {
  if (!command.commands.length) return [words.join(' ')]
  return command.commands.flatMap((child) => leavesOf(child, [...words, child.name()]))
}
const leaves = leavesOf(buildProgram({ env: {}, out() {}, err() {} }))

const twice = (names: string[]) => names.filter((name, i) => names.indexOf(name) !== i)
const doorOf = ({ route }: { route: string }) => route.replace(/:\w+/g, '1') as AdminDoor

describe('every operation', () => {
  test('has a command and a route of its own', () => {
    expect(twice(operations.map(({ command }) => command))).toEqual([])
    expect(twice(adminRoutes.map(({ route }) => route.replace(/:\w+/g, ':')))).toEqual([])
    for (const { name, operations } of subjects) {
      for (const { command } of operations) expect(`${command} `).toStartWith(`${name} `)
    }
  })

  test('is a command, and every command is one or concerns this process alone', () => {
    const declared = adminRoutes.flatMap(({ command }) => command ?? [])
    const unknown = leaves.filter((leaf) => !declared.includes(leaf) && !processCommands.includes(leaf))
    expect(unknown).toEqual([])
    expect(declared.filter((command) => !leaves.includes(command) || processCommands.includes(command))).toEqual([])
  })

  test('asks for the parameters of its path, and says of every field what it is', () => {
    for (const { route, input } of adminRoutes) {
      expect(input.required ?? [], route).toEqual(expect.arrayContaining(parametersOf({ route })))
      for (const field of Object.values(input.properties as Record<string, Field>)) {
        expect(field.description, route).toBeString()
      }
    }
  })

  test('that only looks is a GET, and one that changes something is not for viewers', () => {
    const lax = adminRoutes.filter(({ route, role }) => role === 'viewer' && !route.startsWith('GET '))
    expect<string[]>(lax.map(({ route }) => route).sort()).toEqual([...ownMatters].sort())
  })
})

describe('every route under /admin/api', async () => {
  const described = JSON.parse((await speak(['openapi'])).out)
  let installation: TestInstallation
  let viewer: Operator
  let operator: Operator
  beforeAll(async () => {
    installation = await startInstallation()
    viewer = await makeOperator(installation, 'viewer')
    operator = await makeOperator(installation, 'operator')
  })
  afterAll(() => installation.close())

  const all = adminRoutes.map((route) => [route.route, route] as const)
  const guarded = all.filter(([, { role }]) => role !== 'anybody')

  test('needs somebody, but for logging in', () => {
    const open = Object.keys(roleTable).filter((route) => roleTable[route] === 'anybody')
    expect<string[]>(
      all
        .filter((each) => !guarded.includes(each))
        .map(([route]) => route)
        .sort(),
    ).toEqual(open.sort())
  })

  test.each(guarded)('%s: a stranger is 401, a role too small 403', async (_, route) => {
    expect(await tell(installation, doorOf(route))).toMatchObject({ status: 401 })
    expect(await tell(installation, doorOf(route), {}, { session: 'lks_wrong' })).toMatchObject({ status: 401 })
    expect(await tell(installation, doorOf(route), {}, { token: 'lko_wrong' })).toMatchObject({ status: 401 })
    if (route.role !== 'viewer') expect(await viewer.tell(doorOf(route))).toMatchObject({ status: 403 })
    if (route.role === 'owner') expect(await operator.tell(doorOf(route))).toMatchObject({ status: 403 })
  })

  test.each(all)(
    '%s is described: its role, its fields, its refusals',
    (_, { route, role, summary, input, takesFile }) => {
      const [method, path] = route.split(' ') as [string, string]
      const operation = described.paths[`/admin/api${path.replace(/:(\w+)/g, '{$1}')}`][method.toLowerCase()]
      expect(operation).toMatchObject({ tags: ['Operator'], summary, 'x-role': role })
      expect(operation.security).toHaveLength(role === 'anybody' ? 0 : 2)
      const inBody = operation.requestBody?.content['application/json']?.schema.properties ?? {}
      const elsewhere = (operation.parameters ?? []).map(({ name }: { name: string }) => name)
      const named = Object.entries(input.properties as Record<string, Field>).map(
        ([name, { header }]) => header ?? name,
      )
      const isOnce = method !== 'GET' && role !== 'anybody' && !path.startsWith('/session')
      const fields = [...named, ...(takesFile ? ['file'] : []), ...(isOnce ? ['Idempotency-Key'] : [])]
      expect([...Object.keys(inBody), ...elsewhere].sort()).toEqual(fields.sort())
      expect(operation.responses).toHaveProperty('401')
    },
  )

  test('is all that is described there', () => {
    const under = Object.keys(described.paths).filter((path) => path.startsWith('/admin/'))
    const paths = adminRoutes.map(({ route }) => `/admin/api${route.split(' ')[1]!.replace(/:(\w+)/g, '{$1}')}`)
    expect(under.sort()).toEqual([...new Set(paths)].sort())
  })
})

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { endpoints } from '../../src/call-log/endpoints'
import { readConfig } from '../../src/config'
import type { Deps } from '../../src/deps'
import { buildApp } from '../../src/http/app'
import type { Field } from '../../src/intake/model'
import { readInput } from '../../src/intake/operator'
import { jobKinds } from '../../src/operations/jobs'
import { parametersOf } from '../../src/operations/operation'
import { subjects } from '../../src/operations/subjects'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { makeActiveLicense, makeProduct } from '../support/stock'
import { until } from '../support/wait'

// Many commands, each a process of its own where the binary is tested.
setDefaultTimeout(120_000)

let installation: TestInstallation
let viewer: Operator
beforeAll(async () => {
  installation = await startInstallation()
  viewer = await makeOperator(installation, 'viewer')
  const license_key = await makeActiveLicense(installation, { product_id: await makeProduct(installation) }, 'pc')
  await installation.ask('POST /api/v1/verify', { license_key, identifier: 'pc' })
  await installation.ask('POST /api/v1/verify', { license_key: 'UNKNOWN', identifier: 'pc' })
  await until('calls are written', async () => (await list('call')).length === 5)
})
afterAll(() => installation.close())

async function list(subject: string, ...args: string[]) {
  const { json, err } = await installation.cli(subject, 'list', ...args, '--json')
  if (!json) throw new Error(err)
  return Object.values(json)[0] as Record<string, unknown>[]
}

const operations = subjects.flatMap(({ operations }) => operations)
const fields = operations.flatMap((operation) =>
  Object.entries(operation.input.properties as Record<string, Field>).map(
    ([name, field]) => [operation, name, field] as const,
  ),
)

describe('an example in a help', () => {
  const tried = fields.flatMap(([operation, name, { examples = [] }]) =>
    (examples as readonly string[]).map(
      (example) => [`${operation.command} ${name} ${example}`, operation, name, example] as const,
    ),
  )

  test.each(tried)('%s is taken as it stands', (_, { input }, name, example) => {
    expect(readInput(input, { [name]: example }).errors?.[name]).toBeUndefined()
  })

  const ofLists = tried.filter(([, { route }]) => route.startsWith('GET ') && !parametersOf({ route }).length)

  test.each(ofLists)('%s runs', async (_, { command }, name, example) => {
    const { exitCode, err } = await installation.cli(
      ...command.split(' '),
      `--${name.replaceAll('_', '-')}`,
      example,
      '--json',
    )
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  })

  test.each(['verify', '/api/v1/verify', 'POST /api/v1/verify', 'verify,activate'])(
    '--route %s finds the calls of that endpoint',
    async (route) => {
      const found = await list('call', '--route', route)
      expect(found.filter((call) => call.route === '/api/v1/verify')).toHaveLength(2)
    },
  )

  test('is declared with its field: no help shows another', () => {
    const likeAnExample = /: [a-z0-9_.-]+(\.[a-z]+| [A-Z/]\S*|\/\S+)?\.?$|: (GET|POST) \//
    const undeclared = fields.filter(
      ([, , { description = '', examples }]) => !examples && likeAnExample.test(description),
    )
    expect(undeclared.map(([{ command }, name]) => `${command} ${name}`)).toEqual([])
  })
})

test('the endpoints a filter knows are those there are', () => {
  const app = buildApp({ config: readConfig({}, {}) } as Deps)
  const paths = app.routes.map(({ path }) => path).filter((path) => path.startsWith('/api/v1/'))
  expect([...endpoints].sort()).toEqual([...new Set(paths.map((path) => path.slice('/api/v1/'.length)))].sort())
})

describe('a filter that takes several words', () => {
  test.each([
    ['audit', '--verb', 'license.created,PRODUCT.created', ['license.created', 'product.created'], 'verb'],
    ['audit', '--subject', 'license,product', ['license', 'product'], 'subject'],
    ['job', '--kind', 'upkeep,licenses.expiry', ['licenses.expiry', 'upkeep'], 'kind'],
    ['api-key', '--status', 'active,revoked', ['active'], 'status'],
  ])('%s list %s %s', async (subject, option, given, expected, field) => {
    const found = new Set((await list(subject, option, given)).map((row) => String(row[field])))
    expect([...found].sort()).toEqual(expected)
  })

  test.each([
    [['audit', 'list', '--verb', 'license.update'], '"license.update" is not one of api-key.created,'],
    [['audit', 'list', '--subject', 'licence'], '"licence" is not one of api-key,'],
    [['audit', 'list', '--actor', 'ada'], '"ada" did nothing: write "api-key 3", "user ada",'],
    [['job', 'list', '--state', 'failed'], '"failed" is not one of queued, running, done, dead'],
    [['job', 'list', '--kind', 'delivery'], '"delivery" is not one of deliver,'],
    [['webhook', 'deliveries', '--event', 'license.sold'], '"license.sold" is not one of license.created,'],
    [['webhook', 'deliveries', '--state', 'dead'], '"dead" is not one of pending, success, failed'],
    [['webhook', 'deliveries', '7'], 'there is no webhook 7'],
    [['api-key', 'list', '--status', 'off'], '"off" is not one of active, inactive, revoked'],
    [['product', 'list', '--status', 'gone'], '"gone" is not one of active, inactive'],
    [['job', 'list', '--failed', '--state', 'done'], 'leave out one of the two'],
    ...['audit list', 'telemetry list', 'webhook deliveries', 'call list'].map((command): [string[], string] => [
      [...command.split(' '), '--from', 'today', '--to', 'yesterday'],
      'let "from" come before "to"',
    ]),
  ])('%j says what it takes', async (line, reason) => {
    expect(await installation.cli(...line)).toMatchObject({ out: '', err: expect.stringContaining(reason) })
  })
})

test('a day in "to" includes itself, and today is one', async () => {
  const today = installation.now().toISOString().slice(0, 10)
  const entries = await list('audit')
  for (const range of [
    ['--from', today, '--to', today],
    ['--from', 'today', '--to', 'today'],
    ['--from', '7d'],
    ['--from', 'yesterday'],
  ]) {
    expect(await list('audit', ...range)).toHaveLength(entries.length)
  }
  expect(await list('audit', '--to', 'yesterday')).toEqual([])
})

test('over HTTP the same filters find the same, and refuse the same', async () => {
  const found = await viewer.tell('GET /calls', { route: 'POST /api/v1/verify', code: '200,210', to: 'today' })
  expect(found.body.calls).toHaveLength(2)
  expect((await viewer.tell('GET /calls', { failed: 'yes' })).body.calls).toMatchObject([
    { code: '210', message: 'Invalid license key' },
  ])
  expect(await viewer.tell('GET /calls', { code: 'abc' })).toMatchObject({
    status: 422,
    body: { error: { fields: { code: [expect.stringContaining('"abc" is not one of 100,')] } } },
  })
  expect(await viewer.tell('GET /jobs', { state: 'failed' })).toMatchObject({ status: 422 })
})

test('the kinds of jobs a filter knows are those a server does', async () => {
  const kinds = new Set((await list('job')).map(({ kind }) => String(kind)))
  expect([...kinds].filter((kind) => !jobKinds.includes(kind))).toEqual([])
})

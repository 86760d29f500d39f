import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { adminRoutes } from '../../src/http/admin/routes'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { makeProduct } from '../support/stock'

setDefaultTimeout(60_000)

let installation: TestInstallation
let viewer: Operator
let product: number
beforeAll(async () => {
  installation = await startInstallation()
  viewer = await makeOperator(installation, 'viewer')
  product = await makeProduct(installation)
  const keys = Array.from({ length: 1203 }, (_, i) => `KEY-${i}`)
  const terms = { product_id: product, activation_limit: 1, validity: 365, status: 'assigned' }
  await installation.ask('POST /api/v1/create-license-keys', { ...terms, license_keys: keys })
  const owner_name = '=HYPERLINK("http://evil.example")'
  await installation.ask('POST /api/v1/create-license-keys', { ...terms, license_keys: ['EVIL'], owner_name })
})
afterAll(() => installation.close())

const download = (path: string, accept = '*/*') =>
  fetch(`${installation.url}/admin/api${path}`, { headers: { authorization: `Bearer ${viewer.token}`, accept } })

test('every list has CSV', () => {
  const lists = adminRoutes.filter(({ input }) => 'after' in input.properties)
  expect(lists.length).toBeGreaterThan(15)
  expect(lists.filter(({ files = [] }) => !files.includes('text/csv'))).toEqual([])
})

test.each([
  ['format=csv', '/licenses?key=KEY-&format=csv', '*/*'],
  ['Accept: text/csv', '/licenses?key=KEY-', 'text/csv'],
])('%s gives the whole filtered list under one header', async (_, path, accept) => {
  const answer = await download(path, accept)
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="licenses.csv"')
  const lines = (await answer.text()).trimEnd().split('\n')
  expect(lines).toHaveLength(1204)
  expect(lines[0]).toStartWith('id,license_key,')
  expect(lines.filter((line) => line.startsWith('id,'))).toHaveLength(1)
})

test('a limit gives that many rows', async () => {
  const text = await (await download('/licenses?format=csv&limit=2&sort=-id&fields=license_key')).text()
  expect(text).toBe('license_key\nEVIL\nKEY-1202\n')
})

test('format=json wins over what a browser accepts', async () => {
  const answer = await download('/licenses?format=json&limit=1', 'text/csv')
  expect(answer.headers.get('content-type')).toBe('application/json')
})

test('a spreadsheet takes no text for a formula', async () => {
  const text = await (await download('/licenses?key=EVIL&format=csv&fields=owner_name')).text()
  expect(text).toBe('owner_name\n"\'=HYPERLINK(""http://evil.example"")"\n')
})

test('fields are the only ones shown, in their order, at both doors', async () => {
  const { body } = await viewer.tell('GET /licenses', { fields: 'state,license_key', key: 'EVIL' })
  expect(body).toEqual({ licenses: [{ state: 'assigned', license_key: 'EVIL' }], next: null })
  expect(JSON.stringify(body)).toStartWith('{"licenses":[{"state"')
  const list = ['license', 'list', '--key', 'EVIL', '--fields', 'state,license_key']
  expect((await installation.cli(...list, '--csv')).out).toBe('state,license_key\nassigned,EVIL\n')
  expect((await installation.cli(...list)).out).toMatch(/state +license_key\n.+\nassigned +EVIL/)
})

test('an unknown field is refused with those there are', async () => {
  const { status, body } = await viewer.tell('GET /licenses', { fields: 'secret' })
  expect(status).toBe(422)
  expect(body.error.fields.fields[0]).toStartWith('"secret" is not one of id, license_key')
})

test('an invalid filter is refused, not answered with half a file', async () => {
  const answer = await download('/licenses?format=csv&product=none')
  expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/json'])
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let viewer: Operator
let product: number
let key: string
beforeAll(async () => {
  installation = await startInstallation()
  viewer = await makeOperator(installation, 'viewer')
  product = await makeProduct(installation, { name: 'Editor' })
  key = await makeLicense(installation, { product_id: product })
  await installation.cli('license', 'block', key, '--yes')
  await installation.cli('blocklist', 'add', '--identifier', 'stolen-laptop')
  await installation.cli('webhook', 'add', '--name', 'Shop', '--url', 'https://shop.example.com/hook', '--event', '*')
})
afterAll(() => installation.close())

interface Entry {
  id: number
  verb: string
  subject_id: string
  subject_name: string | null
}

async function entries(...options: string[]): Promise<Entry[]> {
  return (await installation.cli('audit', 'list', ...options, '--json')).json.entries
}

test.each([
  ['license.updated', () => key],
  ['product.created', () => 'Editor'],
  ['api-key.created', () => 'everything'],
  ['user.created', () => viewer.name],
])('an entry of %s names what was changed', async (verb, name) => {
  const [entry] = await entries('--verb', verb)
  expect(entry).toMatchObject({ verb, subject_name: name() })
  const shown = await viewer.tell(`GET /audit/${entry!.id}`)
  expect(shown.body).toMatchObject({ verb, subject_id: entry!.subject_id, subject_name: name() })
  const listed = await viewer.tell('GET /audit', { verb })
  expect(listed.body.entries[0]).toMatchObject({ subject_name: name() })
  const { out } = await installation.cli('audit', 'list', '--verb', verb)
  expect(out).toContain(`${name()} (${entry!.subject_id})`)
})

test('a page of many kinds of things names all of them', async () => {
  const names = (await entries()).map(({ subject_name }) => subject_name)
  expect(names).toEqual(expect.arrayContaining([key, 'Editor', viewer.name, 'stolen-laptop']))
})

test('what was deleted keeps its id', async () => {
  const gone = await makeLicense(installation, { product_id: product })
  await installation.cli('license', 'delete', gone, '--yes')
  const [deleted] = await entries('--verb', 'license.deleted')
  expect(deleted).toMatchObject({ subject_id: expect.stringMatching(/^\d+$/), subject_name: null })
  const { out } = await installation.cli('audit', 'list', '--verb', 'license.deleted')
  expect(out).toMatch(new RegExp(` ${deleted!.subject_id}  `))
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startHouse, type TestHouse } from '../support/house'
import { makeOperator, type Operator } from '../support/operator'
import { makeLicense, makeProduct } from '../support/stock'

let house: TestHouse
let viewer: Operator
let product: number
let key: string
beforeAll(async () => {
  house = await startHouse()
  viewer = await makeOperator(house, 'viewer')
  product = await makeProduct(house, { name: 'Editor' })
  key = await makeLicense(house, { product_id: product })
  await house.cli('license', 'block', key, '--yes')
  await house.cli('blocklist', 'add', '--identifier', 'stolen-laptop')
  await house.cli('webhook', 'add', '--name', 'Shop', '--url', 'https://shop.example.com/hook', '--event', '*')
})
afterAll(() => house.close())

interface Entry {
  id: number
  verb: string
  subject_id: string
  subject_name: string | null
}

async function entries(...options: string[]): Promise<Entry[]> {
  return (await house.cli('audit', 'list', ...options, '--json')).json.entries
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
  const { out } = await house.cli('audit', 'list', '--verb', verb)
  expect(out).toContain(`${name()} (${entry!.subject_id})`)
})

test('a page of many kinds of things names all of them', async () => {
  const names = (await entries()).map(({ subject_name }) => subject_name)
  expect(names).toEqual(expect.arrayContaining([key, 'Editor', viewer.name, 'stolen-laptop']))
})

test('what was deleted keeps its id', async () => {
  const gone = await makeLicense(house, { product_id: product })
  await house.cli('license', 'delete', gone, '--yes')
  const [deleted] = await entries('--verb', 'license.deleted')
  expect(deleted).toMatchObject({ subject_id: expect.stringMatching(/^\d+$/), subject_name: null })
  const { out } = await house.cli('audit', 'list', '--verb', 'license.deleted')
  expect(out).toMatch(new RegExp(` ${deleted!.subject_id}  `))
})

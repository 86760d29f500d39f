import { afterAll, expect, setDefaultTimeout } from 'bun:test'
import { readFile } from 'node:fs/promises'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { makeOperator } from '../support/operator'

setDefaultTimeout(180_000)

let console_: ConsoleUnderTest
beforeStories(async () => {
  console_ = await openConsole()
})
afterAll(() => console_?.close())

story('a product is made, watched, given a feature, and deleted with the server’s sentence', async () => {
  const { page, check } = await console_.visit('/products')
  await page.getByText('There is no product yet.').waitFor()
  await page.getByRole('button', { name: 'Create a product' }).first().click()
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Editor')
  await page.getByLabel('Description (optional)').fill('To write')
  await page.getByRole('dialog').getByRole('button', { name: 'Create a product' }).click()
  await page.getByRole('heading', { name: 'Editor' }).waitFor()
  await check()
  await page.getByRole('button', { name: 'Edit' }).click()
  // What somebody else changes while the form is open stays.
  expect((await console_.owner.tell('PATCH /products/1', { require_non_expired: '1' })).status).toBe(200)
  await page.getByLabel('Low stock (optional)').fill('5')
  await page.getByLabel('Description (optional)').fill('')
  await page.getByRole('dialog').getByRole('button', { name: 'Edit' }).click()
  await page.getByText('5 keys for sale').waitFor()
  const { body } = await console_.owner.tell('GET /products', { name: 'editor' })
  expect(body.products[0]).toMatchObject({ low_stock: 5, description: '', is_low: true, require_non_expired: 1 })
  await page.getByRole('button', { name: 'Add or change a feature' }).click()
  await page.getByLabel('Features (optional)').fill('pro:boolean=true')
  await page.getByRole('dialog').getByRole('button', { name: 'Add or change a feature' }).click()
  await page.getByRole('cell', { name: 'pro' }).waitFor()
  await page.getByRole('button', { name: 'Delete this product' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete this product' }).click()
  await page.getByText('This deletes product 1 "Editor" for good').waitFor()
  await check()
})

story('a product gives its licence check in a language, with a new API key on request', async () => {
  const { body: product } = await console_.owner.tell('POST /products', { name: 'Painter' })
  const { page, check } = await console_.visit(`/products/${product.id}`)
  await page.getByRole('button', { name: 'Client code' }).click()
  await page.getByLabel('Language').selectOption('python')
  await page.getByText('It holds no API key yet').waitFor()
  await page.getByText('from licensing import Licensing').waitFor()
  await check()
  await page.getByRole('button', { name: 'Put a new API key in' }).click()
  await page.getByText('Painter, printed client').waitFor()
  await check()
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save' }).first().click()
  const file = await saved
  expect(file.suggestedFilename()).toBe('licensing.py')
  const source = await readFile(await file.path(), 'utf8')
  const [, key] = /^API_KEY = "(\S+)"$/m.exec(source)!
  const asked = await fetch(`${console_.installation.url}/api/v1/verify`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ license_key: 'NONE', identifier: 'a device' }),
  })
  expect(await asked.json()).toMatchObject({ response: { code: 210 } })
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})

story('a generator shows its keys and their randomness while it is typed, and is refused if guessable', async () => {
  await console_.owner.tell('POST /products', { name: 'Player' })
  const { page, check } = await console_.visit('/generators/new')
  await page.getByText('strong').waitFor()
  await check()
  await page.getByLabel('Product').selectOption({ label: 'Player' })
  await page.getByLabel('Method').selectOption('custom')
  await page.getByLabel('Template').fill('PLAY-{9:4}')
  await page.getByText('guessable').waitFor()
  await page.getByText('13.3 bits').waitFor()
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('alert').getByText('needs at least 1,000,000,000,000').waitFor()
  await check()
  await page.getByLabel('Template').fill('PLAY-{X:9}-{X:9}')
  await page.getByText('strong').waitFor()
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('link', { name: 'PLAY-{X:9}-{X:9}' }).waitFor()
  await check()
  await page.getByRole('button', { name: 'Disable' }).click()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('active', { exact: true }).last().waitFor()
  await page.getByRole('link', { name: 'PLAY-{X:9}-{X:9}' }).click()
  await page.getByLabel('Text before each key').fill('A-')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The generator is changed.').waitFor()
  const { body } = await console_.owner.tell('GET /generators')
  expect(body.generators).toMatchObject([{ prefix: 'A-', function_name: 'PLAY-{X:9}-{X:9}', status: 1 }])
})

story('a contract shows its quota and its keys, and gives them as CSV; a viewer sees no secret', async () => {
  const product = (await console_.owner.tell('POST /products', { name: 'Reader' })).body.id
  await console_.owner.tell('POST /generators', { product: String(product) })
  const { page, check } = await console_.visit(`/contracts?product=${product}`)
  await page.getByText('No contract matches.').waitFor()
  await page.getByRole('button', { name: 'Create a contract' }).first().click()
  await page.getByRole('textbox', { name: 'Product' }).fill(String(product))
  await page.getByLabel('Contract name').fill('Acme')
  await page.getByLabel('License keys quantity').fill('4')
  await page.getByRole('dialog').getByRole('button', { name: 'Create a contract' }).click()
  await page.getByRole('heading', { name: 'Acme' }).waitFor()
  const { body } = await console_.owner.tell('GET /contracts')
  const { contract_key, id } = body.contracts[0]
  const answer = await console_.installation.ask('POST /api/v1/contracts/generate', { contract_key, quantity: 3 })
  expect(answer.status).toBe(200)
  await page.reload()
  await page.getByText('3 of 4 used').waitFor()
  await check()
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'As CSV' }).click()
  expect((await Bun.file(await (await saved).path()).text()).trim().split('\n')).toHaveLength(4)

  const viewer = await makeOperator(console_.installation, 'viewer')
  const options = { user: viewer, width: 320, colorScheme: 'dark', locale: 'de-DE' } as const
  const other = await console_.visit(`/contracts/${id}`, options)
  await other.page.getByText('3 von 4 verbraucht').waitFor()
  expect(await other.page.getByText(contract_key).count()).toBe(0)
  await other.check()
})

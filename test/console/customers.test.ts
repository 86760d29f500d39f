import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { makeOperator } from '../support/operator'
import { makeLicense, makeProduct } from '../support/stock'

setDefaultTimeout(180_000)
// An erasure starts processes of its own.
const aWhile = 50_000

let console_: ConsoleUnderTest
let keys: string[]
beforeStories(async () => {
  console_ = await openConsole()
  const { installation } = console_
  const product_id = await makeProduct(installation, { name: 'Editor' })
  const own = (owner_email: string, owner_name: string) =>
    makeLicense(installation, { product_id, owner_email, owner_name, activation_limit: 2 })
  keys = [await own('ada@example.com', 'Ada Lovelace'), await own('ADA@example.com', 'Ada Lovelace')]
  await own('ada.l@example.org', 'A. Lovelace')
  await own('zoe@example.com', '<img src=x onerror=alert(1)> Zoe')
  await makeLicense(installation, { product_id, owner_name: 'Xaver Ohne' })
  await installation.ask('POST /api/v1/activate', { license_key: keys[0], identifier: 'new laptop' })
})
afterAll(() => console_?.close())

describe('the customers', () => {
  story('are found by a part of the surname, and sorted by their licences', async () => {
    const { page, check } = await console_.visit('/customers')
    await page.getByRole('link', { name: 'ada@example.com' }).waitFor()
    await check()
    await page.getByRole('button', { name: 'Licences', exact: true }).click()
    await page.getByRole('button', { name: 'Licences', exact: true }).click()
    await page.waitForURL(/sort=-licenses/)
    await page.getByRole('row').nth(1).getByRole('link', { name: 'ada@example.com' }).waitFor()
    await page.getByLabel('Address or name').fill('velac')
    await page.keyboard.press('Enter')
    await page.waitForURL(/text=velac/)
    await page.getByRole('link', { name: 'zoe@example.com' }).waitFor({ state: 'detached' })
    expect(await page.getByRole('row').count()).toBe(3)
    await page.getByLabel('Address or name').fill('nobody at all')
    await page.keyboard.press('Enter')
    await page.getByText('No customer matches.').waitFor()
    await check()
    await page.goBack()
    await page.getByRole('link', { name: 'ada@example.com' }).click()
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor()
    expect(page.url()).not.toContain('ada@')
    await page.getByText('1 of 4 taken').waitFor()
    await page.getByText('new laptop').waitFor()
    await check()
  })

  story('are blocked in one step, shown first, and back with Undo', async () => {
    const { page, check } = await console_.visit('/customers?text=ada@example.com')
    await page.getByRole('link', { name: 'ada@example.com' }).click()
    await page.getByRole('button', { name: 'Block all', exact: true }).click()
    await page.getByLabel('Reason').fill('chargeback')
    await page.getByRole('button', { name: 'Show what would change' }).click()
    await page.getByRole('cell', { name: 'active → blocked' }).waitFor()
    await check()
    await page.getByRole('dialog').getByRole('button', { name: 'Block all' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('blocked').first().waitFor({ state: 'detached' })
    const shown = await console_.owner.tell('GET /customers/ada%40example.com')
    expect(shown.body.license_list.map(({ state }: { state: string }) => state)).toEqual(['assigned', 'active'])
  })

  story('become one, after a look at what changes; a refusal stands in the dialog', async () => {
    const { page, check } = await console_.visit('/customers?text=ada.l')
    await page.getByRole('link', { name: 'ada.l@example.org' }).click()
    await page.getByRole('button', { name: 'Merge into another' }).click()
    await page.getByRole('textbox', { name: 'Into' }).fill('nobody@example.com')
    await page.getByRole('button', { name: 'Show what would change' }).click()
    await page.getByRole('alert').getByText('no licence belongs to "nobody@example.com"').waitFor()
    await check()
    await page.getByRole('textbox', { name: 'Into' }).fill('ada@example.com')
    await page.getByRole('button', { name: 'Show what would change' }).click()
    await page.getByText('ada.l@example.org → ').waitFor()
    await page.getByText('This gives 1 licence of ada.l@example.org').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Merge into another' }).click()
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor()
    await page.getByText('1 of 6 taken').waitFor()
  })

  story('hand over their data and are erased', async () => {
    const { page, check } = await console_.visit('/customers?text=zoe')
    await page.getByRole('link', { name: 'zoe@example.com' }).click()
    await page.getByRole('heading', { name: '<img src=x onerror=alert(1)> Zoe' }).waitFor()
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export everything' }).click()
    const data = await Bun.file(await (await saved).path()).json()
    expect(data).toMatchObject({ email: 'zoe@example.com', licenses: [{ owner_email: 'zoe@example.com' }] })
    await page.getByRole('button', { name: 'Erase this person' }).click()
    await page.getByRole('button', { name: 'Show what would change' }).click()
    await page.getByText('This erases all that is kept of zoe@example.com for good.').waitFor({ timeout: aWhile })
    await check()
    await page.getByRole('dialog').getByRole('button', { name: 'Erase this person' }).click()
    await page.getByRole('heading', { name: 'Customers' }).waitFor({ timeout: aWhile })
    expect((await console_.owner.tell('GET /customers/zoe%40example.com')).status).toBe(404)
  })

  story('are masked for support, on a phone and in German, with those without an address aside', async () => {
    const support = await makeOperator(console_.installation, 'support')
    const options = { user: support, width: 320, colorScheme: 'dark', locale: 'de-DE' } as const
    const { page, check } = await console_.visit('/customers', options)
    await page.getByRole('link', { name: 'a…@e….com' }).click()
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor()
    expect(await page.getByRole('button', { name: 'Alle sperren' }).count()).toBe(0)
    await check()
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(overflow).toBeLessThanOrEqual(0)
    await page.goBack()
    await page.getByRole('link', { name: 'Inhaber ohne E-Mail-Adresse' }).click()
    await page.getByText('Xaver Ohne').waitFor()
    await check()
  })
})

import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { makeOperator } from '../support/operator'
import { makeProduct } from '../support/stock'
import { until } from '../support/wait'

setDefaultTimeout(180_000)

let opened: ConsoleUnderTest
beforeStories(async () => {
  opened = await openConsole()
  const product = await makeProduct(opened.installation, { name: '<img src=x onerror=alert(1)>' })
  await opened.owner.tell(`PATCH /products/${product}`, { description: 'After', slug: 'after' })
})
afterAll(() => opened?.close())

describe('the audit log', () => {
  story('tells who changed what, before and after, by filters that stand in the address', async () => {
    const { page, check } = await opened.visit('/audit')
    await page.getByText(/Chain verified: \d+ entries/).waitFor()
    await check()
    await page.getByLabel('Action').selectOption('product.updated')
    await page.getByRole('row').getByText('slug: "after"').or(page.getByText('slug: after')).first().waitFor()
    expect(new URL(page.url()).searchParams.get('verb')).toBe('product.updated')
    await until('the filtered rows', async () => (await page.getByRole('row').count()) === 2)
    await page.getByRole('row').nth(1).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: /^Entry \d+$/ }).waitFor()
    await page.getByRole('cell', { name: 'slug' }).waitFor()
    await check()
    await page.goBack()
    await page.getByLabel('Action').waitFor()
    expect(await page.getByLabel('Action').inputValue()).toBe('product.updated')
    await page.getByRole('link', { name: 'Open entry' }).or(page.getByRole('row').getByRole('link')).first().click()
    await page.getByTitle('Everything they did').click()
    await page.getByRole('heading', { name: 'Audit log' }).waitFor()
    expect(new URL(page.url()).searchParams.get('actor')).toBe(`user ${opened.owner.name}`)
  })

  story('leads from an entry to what it is about', async () => {
    const { page } = await opened.visit('/audit?verb=api-key.created')
    await page.getByRole('row').getByRole('link').first().click()
    await page.getByRole('link', { name: 'Open what it is about' }).click()
    await page.getByRole('heading', { name: 'API key everything' }).waitFor()
  })

  story('is exported as it is filtered', async () => {
    const { page } = await opened.visit('/audit?verb=product.updated')
    await page.getByRole('link', { name: 'Export CSV' }).waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export CSV' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('audit.csv')
    const lines = (await Bun.file(await download.path()).text()).trimEnd().split('\n')
    expect([lines.length, lines[1]?.includes('product.updated')]).toEqual([2, true])
  })

  story('shows an operator in German at 320 pixels what nobody changed', async () => {
    const user = await makeOperator(opened.installation, 'viewer')
    const { page, check } = await opened.visit('/audit?from=2100-01-01', {
      user,
      width: 320,
      colorScheme: 'dark',
      locale: 'de-DE',
    })
    await page.getByText('Kein Eintrag passt zu diesen Filtern.').waitFor()
    await check()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    await page.getByRole('button', { name: 'Filter löschen' }).click()
    await page.getByRole('row').nth(1).waitFor()
    await check()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  })
})

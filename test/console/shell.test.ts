import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { subjects } from '../../src/operations/subjects'
import { axeFindings, beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { until } from '../support/wait'

setDefaultTimeout(180_000)

let console_: ConsoleUnderTest
beforeStories(async () => {
  console_ = await openConsole()
})
afterAll(() => console_?.close())

describe('the console', () => {
  story(
    'leads a browser from the address of the server to the log-in, and after it to the page asked for',
    async () => {
      const { page, check } = await console_.visit('/commands/product.create', { user: null })
      await page.getByRole('heading', { name: 'Log in' }).waitFor()
      await check()
      await page.getByLabel('User name').fill(console_.owner.name)
      await page.getByLabel('Password').fill('wrong')
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.getByRole('alert').getByText('the name or the password is wrong').waitFor()
      await page.getByLabel('Password').fill(console_.owner.password)
      await page.getByRole('button', { name: 'Log in' }).click()
      await page.getByRole('heading', { name: 'product create' }).waitFor()
      await check()
    },
  )

  story('runs any operation from a form made of its fields, and shows a refusal beside its field', async () => {
    const { page, check } = await console_.visit('/commands/product.create')
    await page.getByLabel('Name', { exact: true }).fill('Editor')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByRole('heading', { name: 'Result' }).waitFor()
    await check()
    await page.getByText('On the command line · As a request').click()
    expect(await page.getByRole('region', { name: 'On the command line' }).innerText()).toContain(
      'latchkey product create --name Editor',
    )
  })

  story('finds a page or a command with Ctrl+K and the keyboard alone', async () => {
    const { page, check } = await console_.visit('/commands')
    await page.getByRole('heading', { name: 'All commands' }).waitFor()
    await check()
    await page.keyboard.press('Control+k')
    await page.getByLabel('Search pages and commands').fill('blocklist add')
    await check()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'blocklist add' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/console/commands/blocklist.add')
  })

  story('shows every operation of the API on the page of commands', async () => {
    const { page } = await console_.visit('/commands')
    await page.getByRole('link', { name: 'license explain' }).waitFor()
    const links = await page.getByRole('main').getByRole('link').allInnerTexts()
    expect(links.sort()).toEqual(subjects.flatMap(({ operations }) => operations.map(({ command }) => command)).sort())
  })

  story('asks for the password in a dialog when the session has ended, and keeps the form', async () => {
    const { page, check } = await console_.visit('/commands/product.create')
    await page.getByLabel('Name', { exact: true }).fill('Kept')
    await console_.installation.cli('user', 'sessions', 'revoke', console_.owner.name)
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByRole('dialog').getByText('Your session has ended').waitFor()
    await check()
    await page.getByLabel('User name').fill(console_.owner.name)
    await page.getByLabel('Password').fill(console_.owner.password)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('heading', { name: 'Result' }).waitFor()
    await page.getByRole('status').getByText('Kept').first().waitFor()
  })

  story('fits 320 pixels, in German and in dark colours', async () => {
    const { page, check } = await console_.visit('/commands', { width: 320, colorScheme: 'dark', locale: 'de-DE' })
    await page.getByRole('heading', { name: 'Alle Befehle' }).waitFor()
    await check()
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(overflow).toBeLessThanOrEqual(0)
    await page.getByRole('button', { name: 'Menü' }).click()
    await page.getByRole('dialog').getByRole('link', { name: 'Alle Befehle' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  story('is checked by rules that find faults', async () => {
    const { page, faults } = await console_.visit('/commands')
    await page.getByRole('heading', { name: 'All commands' }).waitFor()
    await page.evaluate(() => {
      document.body.append(document.createElement('button'))
      const style = document.createElement('style')
      style.textContent = 'p { color: red }'
      document.head.append(style)
      fetch('http://127.0.0.1:9/elsewhere').catch(() => {})
    })
    expect(await axeFindings(page)).toEqual([expect.stringContaining('button-name')])
    for (const policy of ['style-src', 'connect-src']) {
      await until(`a fault of ${policy}`, () => faults.errors.join().includes(`content policy: ${policy}`))
    }
  })
})

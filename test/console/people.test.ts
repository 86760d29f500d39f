import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { makeOperator } from '../support/operator'

setDefaultTimeout(180_000)

const password = 'wood lamp seven rivers'

let console_: ConsoleUnderTest
beforeStories(async () => {
  console_ = await openConsole()
})
afterAll(() => console_?.close())

describe('an owner', () => {
  story('invites a colleague, who chooses a password by the link and logs in', async () => {
    const { page, check } = await console_.visit('/users')
    await page.getByRole('cell', { name: console_.owner.name }).waitFor()
    await check()
    await page.getByRole('button', { name: 'Invite a user' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('User', { exact: true }).fill('grace')
    await dialog.getByLabel('Role').selectOption('support')
    await dialog.getByRole('button', { name: 'Invite a user' }).click()
    const link = (await page.getByRole('dialog').locator('code').innerText()).trim()
    await check()
    expect(link).toStartWith(`${console_.installation.url}/console/invitation#lkl_`)

    const invited = await console_.visit(link.slice(link.indexOf('/invitation')), { user: null })
    await invited.page.getByText('You are invited as support. Your user name is grace.').waitFor()
    await invited.check()
    await invited.page.getByLabel('Password', { exact: true }).fill('short')
    await invited.page.getByRole('button', { name: 'Save the password' }).click()
    await invited.page.getByRole('alert').getByText('15 to 256 characters').waitFor()
    await invited.page.getByLabel('Password', { exact: true }).fill(password)
    await invited.page.getByRole('button', { name: 'Save the password' }).click()
    await invited.page.getByRole('link', { name: 'Log in' }).click()
    await invited.page.getByLabel('User name').fill('grace')
    await invited.page.getByLabel('Password').fill(password)
    await invited.page.getByRole('button', { name: 'Log in' }).click()
    await invited.page.getByRole('button', { name: 'Account grace' }).waitFor()
    expect(await invited.page.getByRole('link', { name: 'Users' }).count()).toBe(0)
  })

  story('disables somebody, takes it back, and filters by an address to share', async () => {
    const ada = await makeOperator(console_.installation, 'operator')
    const { page, check } = await console_.visit('/users?role=operator')
    const row = page.getByRole('row').filter({ hasText: ada.name })
    await row.getByRole('button', { name: 'Disable' }).click()
    await row.getByText('disabled').waitFor()
    await check()
    await page.getByRole('button', { name: 'Undo' }).click()
    const dialog = page.getByRole('dialog', { name: 'Enable' })
    await dialog.getByRole('button', { name: 'Enable' }).click()
    await row.getByText('active').waitFor()
    await page.getByLabel('State').selectOption('disabled')
    await page.getByText('Nothing matches').waitFor()
    expect(new URL(page.url()).search).toBe('?role=operator&status=disabled')
  })

  story('deletes a user after reading what is lost, on 320 pixels', async () => {
    const gone = await makeOperator(console_.installation, 'viewer')
    const { page, check } = await console_.visit('/users', { width: 320, colorScheme: 'dark' })
    const row = page.getByRole('row').filter({ hasText: gone.name })
    await row.getByRole('button', { name: 'Delete' }).click()
    await check()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await dialog.getByText(`This removes the user "${gone.name}" with all sessions and tokens.`).waitFor()
    await dialog.getByRole('alertdialog').getByRole('button').first().click()
    await row.waitFor({ state: 'detached' })
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  })
})

describe('anybody', () => {
  story('keeps language and colours with the account, in every browser', async () => {
    const viewer = await makeOperator(console_.installation, 'viewer')
    const { page, check } = await console_.visit('/preferences', { user: viewer })
    await page.getByLabel('Colours').selectOption('dark')
    await page.getByLabel('Language').selectOption('de')
    await page.getByRole('heading', { name: 'Einstellungen der Konsole' }).first().waitFor()
    await check()
    const elsewhere = await console_.visit('/users', { user: viewer })
    await elsewhere.page.getByText('Ihre Rolle erlaubt das nicht.').waitFor()
    expect(await elsewhere.page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
  })
})

import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { join } from 'node:path'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { forgetProofs } from '../support/operator'

setDefaultTimeout(180_000)

let console_: ConsoleUnderTest
beforeStories(async () => {
  console_ = await openConsole()
})
afterAll(() => console_?.close())

describe('the pages of upkeep', () => {
  story('change a setting where it stands, show a refusal beside it, and undo the change', async () => {
    const { page, check } = await console_.visit('/settings?text=keep_calls')
    await page.getByRole('button', { name: 'Change keep_calls' }).click()
    await page.getByLabel('New value of keep_calls').fill('7')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('keep_calls is changed').waitFor()
    await check()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('keep_calls is as it was').waitFor()
    expect(await page.getByRole('button', { name: 'Unset keep_calls' }).count()).toBe(0)
    await page.getByLabel('Find a setting').fill('webhook')
    await page.getByRole('link', { name: 'Send a test message' }).waitFor()
    await page.getByLabel('Find a setting').fill('base_url')
    await page.getByRole('button', { name: 'Change base_url' }).click()
    await page.getByLabel('New value of base_url').fill('nonsense')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').getByText('the beginning of a URL').waitFor()
    await check()
  })

  story('say where backups go, take one with progress, and download it for a password', async () => {
    const { page, check } = await console_.visit('/backups')
    await page.getByRole('button', { name: 'Change settings' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('To (optional)').fill(join(console_.installation.folder, '..', 'backups'))
    await dialog.getByLabel('Passphrase (optional)').fill('correct horse battery staple')
    await check()
    await dialog.getByRole('button', { name: 'Change settings' }).click()
    await page.getByText('stored, sealed; it is never shown').waitFor()
    await page.getByRole('button', { name: 'Take one now' }).click()
    const download = page.getByRole('button', { name: /^Download latchkey-/ })
    await download.waitFor({ timeout: 50_000 })
    await check()
    forgetProofs(console_.installation)
    await download.click()
    const proof = page.getByRole('dialog', { name: 'Is it you?' })
    await proof.getByLabel('Password').fill(console_.owner.password)
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      proof.getByRole('button', { name: 'Go on' }).click(),
    ])
    expect(file.suggestedFilename()).toMatch(/^latchkey-.*\.tar\.gz$/)
  })

  story('map the columns of a file, try it, import it, and fetch what was refused', async () => {
    await console_.installation.cli('product', 'create', '--name', 'App', '--slug', 'app')
    const { page, check } = await console_.visit('/transfer')
    const csv = 'Key;Max devices;Days\nOLD-1;2;0\nOLD-2;x;0\n'
    await page.getByLabel('Drop a CSV or JSON file here, or choose one').setInputFiles({
      ...{ name: 'old keys.csv', mimeType: 'text/csv' },
      buffer: Buffer.from(csv),
    })
    await page.getByLabel('Field of the column Max devices').selectOption('activation_limit')
    await page.getByLabel('Field of the column Key').selectOption('license_key')
    await page.getByLabel('Field of the column Days').selectOption('validity')
    await page.getByLabel('Product of lines that name none').fill('app')
    await check()
    await page.getByRole('button', { name: 'Try it: change nothing' }).click()
    await page.getByText('Nothing was changed. An import would do this:').waitFor()
    await page.getByRole('table', { name: 'Refused lines' }).getByText('activation_limit').waitFor()
    await check()
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await page.getByRole('heading', { name: 'Import of old keys.csv' }).waitFor()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Fetch the refused lines as a file' }).click(),
    ])
    expect(file.suggestedFilename()).toBe('old keys.refused.csv')
    expect(new URL(page.url()).searchParams.get('import')).toMatch(/\d+/)
  })

  story('show the keys, how far a rotation is, and fit a phone in German', async () => {
    await console_.installation.cli('key', 'rotate', '--bits', '2048', '--overlap', '30d', '--yes')
    const { page, check } = await console_.visit('/signing-keys', {
      ...{ width: 320, colorScheme: 'dark', locale: 'de-DE' },
    })
    await page.getByText('In sieben Tagen hat kein Client diesen Schlüssel genannt.').waitFor()
    await check()
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(overflow).toBeLessThanOrEqual(0)
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Als .pem speichern' }).first().click(),
    ])
    expect(file.suggestedFilename()).toEndWith('.pem')
  })
})

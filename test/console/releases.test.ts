import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { makeOperator } from '../support/operator'
import { makeProduct } from '../support/stock'

setDefaultTimeout(180_000)

let opened: ConsoleUnderTest
beforeStories(async () => {
  opened = await openConsole()
  await makeProduct(opened.installation, { name: 'Editor' })
})
afterAll(() => opened?.close())

const content = 'the program, as bytes'

describe('the page of releases', () => {
  story('takes a file, publishes it, takes that back, and gives the file back', async () => {
    const { page, check } = await opened.visit('/releases')
    await page.getByText('There is no release yet.').waitFor()
    await check()
    await page.getByRole('link', { name: 'Add a release' }).first().click()
    await page
      .getByLabel('Drop the file here, or choose it')
      .setInputFiles({ name: 'editor-1.0.2.zip', mimeType: 'application/zip', buffer: Buffer.from(content) })
    await page.getByText('editor-1.0.2.zip, 21 byte').waitFor()
    await page.getByLabel('Version').fill('1.0.2')
    await page.getByLabel('Number').fill('102')
    await page.getByLabel('What is new, in full').fill('# 1.0.2\n<b>Faster</b>')
    await check()
    await page.getByRole('button', { name: 'Upload' }).click()
    await page.getByRole('heading', { name: 'Release 1.0.2 of Editor' }).waitFor()
    await page.getByText('<b>Faster</b>').waitFor()
    await check()
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByRole('button', { name: 'Withdraw' }).waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Publish' }).waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download the file' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('editor-1.0.2.zip')
    expect(await Bun.file(await download.path()).text()).toBe(content)
  })

  story('says beside its field why a release is refused', async () => {
    const { page } = await opened.visit('/releases/new')
    await page
      .getByLabel('Drop the file here, or choose it')
      .setInputFiles({ name: 'again.zip', mimeType: 'application/zip', buffer: Buffer.from('x') })
    await page.getByLabel('Version').fill('1.0.2')
    await page.getByLabel('Number').fill('102')
    await page.getByRole('button', { name: 'Upload' }).click()
    await page.getByRole('alert').getByText('102 already').waitFor()
    await page
      .getByRole('alert')
      .getByText(/^Request /)
      .waitFor()
  })

  story('lets a viewer only look, and fits 320 pixels', async () => {
    const user = await makeOperator(opened.installation, 'viewer')
    const { page, check } = await opened.visit('/releases', { user, width: 320, colorScheme: 'dark', locale: 'de-DE' })
    await page.getByRole('link', { name: '1.0.2' }).waitFor()
    expect(await page.getByRole('link', { name: 'Version hinzufügen' }).count()).toBe(0)
    await check()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    await page.goto(`${opened.installation.url}/console/releases/new`)
    await page.getByText('Ihre Rolle darf Versionen ansehen, aber keine hinzufügen.').waitFor()
  })
})

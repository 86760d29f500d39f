import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { beforeStories, type ConsoleUnderTest, copiedText, openConsole, story } from '../support/browser'
import { forgetProofs, makeOperator } from '../support/operator'
import { until } from '../support/wait'

setDefaultTimeout(180_000)

let opened: ConsoleUnderTest
beforeStories(async () => {
  opened = await openConsole()
})
afterAll(() => opened?.close())

describe('the page of API keys', () => {
  story('makes a key and shows it once, explains it, gives it another value, and revokes it', async () => {
    const { page, check } = await opened.visit('/api-keys')
    await page.getByRole('link', { name: 'everything' }).waitFor()
    await check()
    await page.getByRole('button', { name: 'Create an API key' }).click()
    // The list has a field of that name too, and the dialog comes after it.
    const form = page.getByRole('dialog')
    await form.getByLabel('Name', { exact: true }).fill('web shop')
    await form.getByLabel('Preset').selectOption('shop')
    await form.getByRole('button', { name: 'Create an API key' }).click()
    const line = await page.getByText(/^LATCHKEY_API_KEY=lk_/).innerText()
    await check()
    await page.getByRole('button', { name: 'Copy as a line for .env' }).click()
    await until('the line is copied', async () => (await copiedText(page)) === line)
    await page.getByRole('button', { name: 'Close' }).first().click()
    const key = line.split('=')[1]!
    await opened.installation.ask('POST /api/v1/verify', { license_key: 'none', identifier: 'd' }, { key })

    await page.getByRole('link', { name: 'web shop' }).click()
    await page.getByRole('heading', { name: 'API key web shop' }).waitFor()
    await page.getByLabel('Address it comes from').fill('203.0.113.7')
    await page.getByLabel('Capability', { exact: true }).selectOption('verify')
    await page.getByRole('button', { name: 'Explain' }).click()
    await page.getByText(/^The answer is /).waitFor()
    await check()

    await page.getByRole('button', { name: 'New value' }).click()
    forgetProofs(opened.installation)
    await page.getByRole('dialog').getByRole('button', { name: 'New value' }).click()
    const proof = page.getByRole('dialog', { name: 'Is it you?' })
    await proof.getByLabel('Password').fill('wrong')
    await proof.getByRole('button', { name: 'Go on' }).click()
    await proof
      .getByRole('alert')
      .getByText(/password/)
      .waitFor()
    await proof.getByLabel('Password').fill(opened.owner.password)
    await proof.getByRole('button', { name: 'Go on' }).click()
    await page.getByText(/^LATCHKEY_API_KEY=lk_/).waitFor()
    await page.getByRole('button', { name: 'Close' }).first().click()
    await page.getByText('The value before works until').waitFor()

    await page.getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('is refused, for good').waitFor()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('revoked').first().waitFor()
  })

  story('counts the calls of each key', async () => {
    await until('the count', async () => {
      const { body } = await opened.owner.tell('GET /calls/stats', { api_key: '2', from: '7d' })
      return body.totals.calls > 0
    })
    const { page, check } = await opened.visit('/api-keys/2')
    await page
      .getByRole('cell', { name: /^[\d ]+[A-Za-z].*/ })
      .first()
      .waitFor()
    await check()
  })

  story('lets a viewer only look, and fits 320 pixels', async () => {
    const user = await makeOperator(opened.installation, 'viewer')
    const { page, check } = await opened.visit('/api-keys', { user, width: 320, colorScheme: 'dark', locale: 'de-DE' })
    await page.getByRole('link', { name: 'everything' }).waitFor()
    expect(await page.getByRole('button', { name: 'API-Schlüssel anlegen' }).count()).toBe(0)
    await check()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  })
})

import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { makeOperator } from '../support/operator'
import { type Receiver, receive } from '../support/receiver'
import { until } from '../support/wait'

setDefaultTimeout(180_000)

let opened: ConsoleUnderTest
let receiver: Receiver
beforeStories(async () => {
  receiver = receive(() => new Response('<script>alert(1)</script>', { headers: { 'x-trace': 'abc' } }))
  opened = await openConsole({ allow_private_webhooks: 'on' })
})
afterAll(async () => {
  await opened?.close()
  await receiver?.close()
})

describe('the page of webhooks', () => {
  story('adds one, shows its secret once, tests it, and shows what was sent and answered', async () => {
    const { page, check } = await opened.visit('/webhooks')
    await page.getByText('There is no webhook yet.').waitFor()
    await check()
    await page.getByRole('button', { name: 'Add a webhook' }).first().click()
    await page.getByLabel('Name').fill('my shop')
    await page.getByLabel('Url').fill(receiver.url)
    await page.getByLabel('contract.suspended').check()
    await check()
    await page.getByRole('dialog').getByRole('button', { name: 'Add a webhook' }).click()
    await page.getByText(/^LATCHKEY_WEBHOOK_SECRET=whsec_/).waitFor()
    await check()
    await page.getByRole('button', { name: 'Close' }).first().click()
    await page.getByRole('link', { name: 'my shop' }).click()
    await page.getByRole('heading', { name: 'Webhook my shop' }).waitFor()
    await page.getByText('unused').waitFor()
    await page.getByRole('button', { name: 'Send a test message' }).click()
    await until('the ping', () => receiver.messages.length === 1)
    await page.getByText('healthy').waitFor()
    await page.getByRole('cell', { name: 'delivered' }).waitFor()
    await check()
    await page.getByRole('row').getByRole('link').first().click()
    await page.getByRole('heading', { name: 'Delivery 1' }).waitFor()
    await page.getByText('x-trace: abc').waitFor()
    await page.getByText('<script>alert(1)</script>').waitFor()
    await page.getByText('x-webhook-signature: •••').waitFor()
    await check()
    await page.getByRole('button', { name: 'Send again' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click()
    await page.getByRole('heading', { name: 'Delivery 2' }).waitFor()
    await until('the replay', () => receiver.messages.length === 2)
  })

  story('counts what a period would send again, before it does', async () => {
    const { page } = await opened.visit('/webhooks/1')
    await page.getByRole('button', { name: 'Send a period again' }).click()
    await page.getByRole('dialog').getByLabel('From').fill('1d')
    await page.getByLabel('Dry run').check()
    await page.getByText('On the command line · As a request').click()
    expect(await page.getByRole('region', { name: 'On the command line' }).innerText()).toBe(
      'latchkey webhook replay --webhook 1 --from 1d --to today --dry-run',
    )
    await page.getByRole('dialog').getByRole('button', { name: 'Send a period again' }).click()
    await page.getByText('Messages that would be sent again: 1').waitFor()
  })

  story('disables one at once, and takes that back', async () => {
    const { page } = await opened.visit('/webhooks/1')
    await page.getByRole('button', { name: 'Disable' }).click()
    await page.getByRole('button', { name: 'Enable' }).waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('button', { name: 'Disable' }).waitFor()
  })

  story('has an example of every event, and lets a viewer only look, in German and narrow', async () => {
    const user = await makeOperator(opened.installation, 'viewer')
    const { page, check } = await opened.visit('/webhook-events?event=license.created', {
      user,
      width: 320,
      colorScheme: 'dark',
      locale: 'de-DE',
    })
    await page.getByText('"license_key": "AAAA-1111-BBBB-2222"').first().waitFor()
    await check()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    await page.getByRole('link', { name: 'Alle Webhooks' }).click()
    await page.getByRole('link', { name: 'my shop' }).waitFor()
    expect(await page.getByRole('button', { name: 'Webhook anlegen' }).count()).toBe(0)
    await check()
  })
})

import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { makeOperator } from '../support/operator'
import { closedPort } from '../support/receiver'
import { until } from '../support/wait'
import { subscribe } from '../support/webhooks'

setDefaultTimeout(180_000)

let opened: ConsoleUnderTest
beforeStories(async () => {
  opened = await openConsole({ allow_private_webhooks: 'on' })
  const { id } = await subscribe(opened.installation, `http://127.0.0.1:${await closedPort()}/`, 'contract.suspended')
  await opened.owner.tell(`POST /webhooks/${id}/test`)
  await until('a failed attempt', async () => {
    const { body } = await opened.owner.tell('GET /jobs', { kind: 'deliver' })
    return body.jobs[0]?.last_error
  })
})
afterAll(() => opened?.close())

describe('the page of jobs', () => {
  story('shows why one waits, runs it now, and deletes it after saying what that loses', async () => {
    const { page, check } = await opened.visit('/jobs?kind=deliver')
    await page.getByRole('link', { name: /^Job \d+$/ }).waitFor()
    await check()
    await page.getByRole('button', { name: 'Run now' }).click()
    await page.getByText('It is due now.').waitFor()
    await page.getByRole('link', { name: /^Job \d+$/ }).click()
    await page.getByRole('heading', { name: /^Job \d+$/ }).waitFor()
    await page.getByText('"deliveryId": 1').waitFor()
    await check()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText(/is not done any more then/).waitFor()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('heading', { name: 'Jobs' }).waitFor()
    const { body } = await opened.owner.tell('GET /jobs', { kind: 'deliver' })
    expect(body.jobs).toEqual([])
  })

  story('lets a viewer only look, and fits 320 pixels', async () => {
    const user = await makeOperator(opened.installation, 'viewer')
    const { page, check } = await opened.visit('/jobs', { user, width: 320, colorScheme: 'dark', locale: 'de-DE' })
    await page
      .getByRole('link', { name: /^Auftrag \d+$/ })
      .first()
      .waitFor()
    expect(await page.getByRole('button', { name: 'Löschen' }).count()).toBe(0)
    await check()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  })
})

import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { forbidPointer, requireNoSideways, requireVisibleFocus, tabTo } from './keyboard-steps'

setDefaultTimeout(180_000)

const key = 'ACME-7F3K-99QX-0001'
const laptop = 'old-laptop-of-the-office-in-the-second-floor.example.com'
const narrow = { width: 320, height: 640 }

let console_: ConsoleUnderTest
beforeStories(async () => {
  console_ = await openConsole()
  const { owner, installation } = console_
  const must = async (...asked: Parameters<typeof owner.tell>) => {
    const { status, body } = await owner.tell(...asked)
    if (status !== 200) throw new Error(JSON.stringify(body))
    return body
  }
  const { id } = await must('POST /products', { name: 'Editor' })
  const sold = { owner_name: 'Augusta Lovelace-King', owner_email: 'augusta.lovelace-king@analytical-engines.example' }
  await must('POST /licenses', { product: String(id), license_keys: [key], activation_limit: 1, ...sold })
  await must('POST /generators', { product: String(id) })
  await must('POST /webhooks', {
    name: 'shop',
    events: ['license.assigned'],
    url: 'https://hooks.example.com/a/rather/long/path/of/a/receiver',
  })
  await installation.ask('POST /api/v1/activate', { license_key: key, identifier: laptop })
  await installation.ask('POST /api/v1/activate', { license_key: key, identifier: 'new-laptop' })
})
afterAll(() => console_?.close())

describe('at 320 pixels', () => {
  story('a support case is done by keyboard alone, with the focus always in view', async () => {
    const { page, check } = await console_.visit('/today', { user: null, ...narrow })
    await forbidPointer(page)
    await page.reload()
    await tabTo(page, page.getByLabel('User name'))
    await page.keyboard.type(console_.owner.name)
    await tabTo(page, page.getByLabel('Password'))
    await page.keyboard.type(console_.owner.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Today' }).waitFor()
    await requireVisibleFocus(page)

    await page.keyboard.press('Control+k')
    await page.getByLabel('Search pages and commands').waitFor()
    await page.keyboard.type('lovelace')
    await page
      .getByRole('option', { name: key })
      .waitFor()
      .catch(async () => {
        console.log(
          await page.locator('[data-modal]').innerText(),
          await page.evaluate(() => document.activeElement!.outerHTML),
        )
      })
    await requireNoSideways(page)
    await check()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByText('1 of 1 seat taken').first().waitFor()
    await requireVisibleFocus(page)

    await tabTo(page, page.getByLabel('Device, site or user'))
    await page.keyboard.press('Control+a')
    await page.keyboard.type('new-laptop')
    await page.keyboard.press('Enter')
    await page.getByText('No: this device is refused.').waitFor()
    await requireVisibleFocus(page)
    await requireNoSideways(page)
    const rules = page.getByRole('listitem').filter({ hasText: 'The device holds a seat, or one is free.' })
    const free = rules.getByRole('button', { name: `Free the seat of ${laptop}` })
    await tabTo(page, free)
    await page.keyboard.press('Enter')
    await page.getByText('No device has taken a seat.').waitFor()
    await free.waitFor({ state: 'detached' })
    await page.getByText('is free', { exact: false }).first().waitFor()
    await requireVisibleFocus(page)
    await check()

    await page.keyboard.press('F6')
    await tabTo(page, page.getByRole('button', { name: 'Undo', exact: true }))
    await page.keyboard.press('Enter')
    await page.getByText('It is as it was before.').waitFor()
    await free.waitFor()
    await requireVisibleFocus(page)

    await page.keyboard.press('e')
    await page.getByLabel('Owner').waitFor()
    await requireVisibleFocus(page)
    expect(await page.getByLabel('Owner').evaluate((field) => field === document.activeElement)).toBe(true)
    await page.keyboard.press('Escape')
    await page.getByLabel('Owner').waitFor({ state: 'detached' })
    await requireVisibleFocus(page)

    await tabTo(page, page.getByRole('button', { name: /^Account/ }), 'Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Log out' }).waitFor()
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
    await requireVisibleFocus(page)
    await check()
  })

  story('no page of the menu scrolls sideways', async () => {
    const { page } = await console_.visit('/today', { locale: 'de-DE', ...narrow })
    await page.getByRole('button', { name: 'Menü' }).click()
    const links = page.getByRole('dialog').getByRole('link')
    await links.first().waitFor()
    const all = await links.evaluateAll((found) => found.map((link) => (link as HTMLAnchorElement).pathname))
    const paths = all.filter((path) => path.startsWith('/console'))
    expect(paths.length).toBeGreaterThan(20)
    for (const path of paths) {
      await page.evaluate((next) => history.pushState(null, '', next), path)
      await page.evaluate(() => dispatchEvent(new PopStateEvent('popstate')))
      await page.waitForURL(`**${path}`)
      await page.waitForFunction(() => !/Wird geladen/.test(document.body.innerText) && document.querySelector('h1'))
      await requireNoSideways(page)
    }
  })
})

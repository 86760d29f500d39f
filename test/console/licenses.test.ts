import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { beforeStories, type ConsoleUnderTest, copiedText, openConsole, story } from '../support/browser'
import { makeOperator } from '../support/operator'
import { until } from '../support/wait'

setDefaultTimeout(180_000)

let console_: ConsoleUnderTest
beforeStories(async () => {
  console_ = await openConsole()
  const { owner } = console_
  const must = async (...asked: Parameters<typeof owner.tell>) => {
    const { status, body } = await owner.tell(...asked)
    if (status !== 200) throw new Error(JSON.stringify(body))
    return body
  }
  const { id } = await must('POST /products', { name: 'Editor' })
  await must('POST /generators', { product: String(id) })
  const keys = Array.from({ length: 60 }, (_, i) => `KEY-${String(i).padStart(2, '0')}`)
  await must('POST /licenses', { product: String(id), license_keys: keys, status: 'assigned', validity: 5 })
  await must('POST /licenses', { product: String(id), license_keys: ['PETRA-1'], owner_name: 'Petra Lindner' })
  await must('POST /licenses/KEY-03/block', {})
})
afterAll(() => console_?.close())

describe('the list of licences', () => {
  story('finds by a preset and by a text, keeps the text out of the address, and goes back', async () => {
    const { page, check } = await console_.visit('/licenses')
    await page.getByRole('link', { name: 'PETRA-1' }).waitFor()
    await page.getByRole('status').getByText('61 licences').waitFor()
    await check()
    await page.getByRole('button', { name: 'Expiring in 14 days' }).click()
    await page.getByText('59 match').waitFor()
    expect(new URL(page.url()).searchParams.get('expires_to')).toBe('+14d')
    await page.getByText('Filters', { exact: true }).click()
    await check()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByText('61 licences').waitFor()
    await page.getByLabel('Key, owner, note or metadata').fill('lindner')
    await page.getByRole('button', { name: 'Filter', exact: true }).click()
    await page.getByText('1 match', { exact: true }).waitFor()
    expect(page.url()).not.toContain('lindner')
    await page.reload()
    await page.getByText('1 match', { exact: true }).waitFor()
    await page.goBack()
    await page.getByText('61 licences').waitFor()
  })

  story('blocks all that match after a dry run, says what stayed as it was, and undoes it', async () => {
    const { page, check } = await console_.visit('/licenses?never_activated=1')
    await page.getByRole('button', { name: 'Choose all that match' }).click()
    await page.getByRole('button', { name: 'Do something with them …' }).click()
    await page.getByLabel('Reason').fill('recalled')
    await check()
    await page.getByRole('button', { name: 'Check what would happen' }).click()
    await page.getByText('60 of 60 licences would change.').waitFor()
    await check()
    await page.getByRole('button', { name: 'Go on: block 60' }).click()
    await page.getByText('60 changed').waitFor()
    await check()
    await console_.owner.tell('POST /licenses/KEY-07/unblock')
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('59 changed').waitFor()
    await page.getByText('licence key "KEY-07" was changed since, so it stays as it is').waitFor()
    await check()
  })

  story('chooses rows with the keyboard alone, and keeps the chosen columns', async () => {
    const { page, check } = await console_.visit('/licenses?sort=license_key')
    const rows = page.getByRole('row')
    await rows.nth(1).focus()
    await page.keyboard.press('x')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('X')
    await page.getByText('3 chosen').waitFor()
    await check()
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByLabel('Last verified').check()
    await page.keyboard.press('Escape')
    await page.getByRole('columnheader', { name: 'Last verified' }).waitFor()
    await page.reload()
    await page.getByRole('columnheader', { name: 'Last verified' }).waitFor()
  })

  story('extends and blocks the row in focus, or the chosen ones, with e and b', async () => {
    const { page, check } = await console_.visit('/licenses?sort=license_key')
    const dialog = page.locator('[data-modal]')
    const row = page.getByRole('row').filter({ hasText: 'KEY-11' })
    await row.focus()
    await page.keyboard.press('b')
    expect(await dialog.getByLabel('What to do').inputValue()).toBe('block')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await row.evaluate((element) => element.matches(':focus'))).toBe(true)
    await page.keyboard.press('x')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.getByText('2 chosen').waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('e')
    expect(await dialog.getByLabel('What to do').inputValue()).toBe('extend')
    await dialog.getByLabel('Extend by').fill('30d')
    await page.keyboard.press('Enter')
    await dialog.getByText('2 of 2 licences would change.').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.keyboard.press('?')
    await dialog.getByText('in the list: extend, block the chosen ones or the row').waitFor()
    await check()
  })

  story('issues many keys with progress', async () => {
    const { page, check } = await console_.visit('/licenses/new')
    await page.getByLabel('How many to draw').fill('120')
    await check()
    await page.getByRole('button', { name: 'Issue licences' }).click()
    await page.getByRole('heading', { name: '120 issued' }).waitFor()
    await check()
    await page.getByRole('button', { name: 'Copy the keys' }).click()
    await until('120 keys are copied', async () => (await copiedText(page)).split('\n').length === 120)
  })

  story('shows a viewer nothing to change, and fits 320 pixels in German and dark', async () => {
    const viewer = await makeOperator(console_.installation, 'viewer')
    const options = { user: viewer, width: 320, colorScheme: 'dark', locale: 'de-DE' } as const
    const { page, check } = await console_.visit('/licenses?sort=id', options)
    await page.getByRole('link', { name: 'KEY-00' }).waitFor()
    expect(await page.getByRole('link', { name: 'Lizenzen ausstellen' }).count()).toBe(0)
    expect(await page.getByRole('checkbox').count()).toBe(0)
    await check()
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(overflow).toBeLessThanOrEqual(0)
  })

  story('leads to the setting, the call or the change that was found', async () => {
    const { owner, installation } = console_
    const { page, check } = await console_.visit('/licenses')
    await page.getByRole('heading', { name: 'Licences' }).waitFor()
    const find = async (text: string, option: RegExp) => {
      await page.keyboard.press('Control+k')
      await page.getByLabel('Search pages and commands').fill(text)
      await page.getByRole('option', { name: option }).waitFor()
      await page.keyboard.press('Enter')
      await page.getByLabel('Search pages and commands').waitFor({ state: 'detached' })
    }
    await find('keep_calls', /^keep_calls/)
    const setting = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'keep_calls' }) })
    await setting.waitFor()
    await page.waitForFunction(() => document.activeElement?.id === 'keep_calls')
    await check()
    const headers = { 'x-request-id': 'from-the-shop-77' }
    await installation.ask('POST /api/v1/verify', { license_key: 'KEY-20', identifier: 'shop' }, { headers })
    await until('the call', async () => {
      const { body } = await owner.tell('GET /calls', { request_id: 'from-the-shop-77' })
      return body.calls.length
    })
    await find('from-the-shop-77', /^from-the-shop-77/)
    await page.getByRole('dialog').getByText('from-the-shop-77').waitFor()
    await page.keyboard.press('Escape')
    await owner.tell('POST /licenses/KEY-21/block', {}, { headers: { 'x-request-id': 'from-the-desk-78' } })
    await find('from-the-desk-78', /^from-the-desk-78/)
    await page.waitForURL(/\/console\/audit\?request_id=from-the-desk-78/)
    await page.getByRole('row').filter({ hasText: 'license.updated' }).waitFor()
  })

  story('says that there may be more when the time was over, in German too', async () => {
    const { page, check } = await console_.visit('/licenses', { locale: 'de-DE' })
    await page.route('**/admin/api/search?**', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: { ...(await response.json()), is_complete: false } })
    })
    await page.getByRole('heading', { name: 'Lizenzen' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByLabel('Seiten und Befehle suchen').fill('indner')
    await page.getByRole('option', { name: 'PETRA-1' }).waitFor()
    await page.getByText('Vielleicht gibt es mehr').waitFor()
    await check()
  })
})

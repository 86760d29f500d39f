import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { makeOperator } from '../support/operator'

setDefaultTimeout(120_000)

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

  story('issues many keys with progress', async () => {
    const { page, check } = await console_.visit('/licenses/new')
    await page.getByLabel('How many to draw').fill('120')
    await check()
    await page.getByRole('button', { name: 'Issue licences' }).click()
    await page.getByRole('heading', { name: '120 issued' }).waitFor()
    await check()
    await page.getByRole('button', { name: 'Copy the keys' }).click()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied.split('\n')).toHaveLength(120)
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
})

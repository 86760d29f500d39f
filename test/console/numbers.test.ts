import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { makeOperator } from '../support/operator'
import { openRaw } from '../support/raw'
import { makeActiveLicense, makeLicense, makeProduct } from '../support/stock'
import { until } from '../support/wait'

setDefaultTimeout(180_000)

const hourMs = 3_600_000

let opened: ConsoleUnderTest
let key: string
beforeStories(async () => {
  opened = await openConsole()
  const { installation } = opened
  const product_id = await makeProduct(installation, { name: 'Editor' })
  key = await makeActiveLicense(installation, { product_id, activation_limit: 1 }, 'laptop')
  await makeLicense(installation, { product_id, validity: 3, owner_name: 'Ada' })
  await installation.ask('POST /api/v1/verify', { license_key: key, identifier: 'laptop' })
  await installation.ask('POST /api/v1/activate', { license_key: key, identifier: 'other' })
  for (const [product_version, value] of [
    ['2.0', '10'],
    ['2.0', '20'],
    ['1.9', '4'],
  ]) {
    await installation.ask('POST /api/v1/send-telemetry-data', {
      ...{ product_id, product_version, user_identifier: 'u', activation_identifier: `pc-${value}`, license_key: key },
      ...{ data_type: 'numeric-single-value', data_group: 'seconds', numeric_data_single_value: value },
    })
  }
  const database = openRaw(installation.folder)
  const hour = Math.floor(installation.now().getTime() / hourMs) * hourMs
  for (const [hours, code, calls] of [
    [2, '200', 90],
    [2, '205', 30],
    [7 * 24, '200', 60],
  ] as const) {
    database
      .query('insert into call_counts values (?, ?, ?, ?, ?, ?)')
      .run(...([hour - hours * hourMs, 'verify', code, product_id, 1, calls] as const))
  }
  database.close()
  await until('the calls are recorded', async () => {
    const { json } = await installation.cli('call', 'list', '--route', 'activate', '--json')
    return json.calls.length === 2
  })
})
afterAll(() => opened?.close())

describe('the numbers of today', () => {
  story('stand beside those of a week ago, and lead to the calls behind them', async () => {
    const { page, check } = await opened.visit('/')
    await page.getByRole('heading', { name: 'Today', exact: true }).waitFor()
    for (const name of ['Active licences', 'Activations today', 'Verifications in 24 hours', 'Refused verifications'])
      await page
        .getByRole('region', { name })
        .getByText(/week ago|same weekday/)
        .waitFor()
    await page.getByRole('region', { name: 'Verifications in 24 hours' }).getByText('121', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Mostly 205 License key expired' }).waitFor()
    await page
      .getByRole('img', { name: /Calls in the last seven days/ })
      .locator('canvas')
      .waitFor()
    await page.getByRole('region', { name: 'Refused most in seven days' }).getByText('Editor').first().waitFor()
    await page.getByRole('region', { name: 'Expiring in 14 days' }).getByText('Ada').waitFor()
    await check()
    await page.getByText('As a table').click()
    const hours = page.getByRole('region', { name: 'Calls in the last seven days, by the hour' })
    await hours.getByRole('row', { name: /30 90/ }).getByRole('link').click()
    await page.getByRole('heading', { name: 'Calls', exact: true }).waitFor()
    expect(new URL(page.url()).searchParams.get('from')).toMatch(/T\d\d:00:00\.000Z/)
    await page.getByText('No call matches these filters.').waitFor()
    await check()
  })
})

describe('the calls', () => {
  story(
    'are filtered by the address of the page, found with their licence, and filtered again from there',
    async () => {
      const { page, check } = await opened.visit('/calls?failed=true')
      await page.getByRole('button', { name: 'Remove the filter Refused only' }).waitFor()
      const refused = page.getByRole('region', { name: 'Calls' }).getByRole('row', { name: /activate 302/ })
      await refused.waitFor()
      await check()
      await refused.getByRole('link').click()
      const details = page.getByRole('dialog')
      await details.getByText('License key reached activation limit').waitFor()
      expect(await details.getByRole('link', { name: 'Open the licence' }).getAttribute('href')).toBe(
        '/console/licenses/1?device=other',
      )
      await check()
      await details.getByRole('link', { name: 'Calls about this licence' }).click()
      await page.getByRole('button', { name: 'Remove the filter Licence: id:1' }).click()
      await refused.getByRole('link').click()
      await details.getByRole('link', { name: 'Calls of this device' }).click()
      await page.getByRole('button', { name: 'Remove the filter Device: other' }).waitFor()
      await details.waitFor({ state: 'detached' })
      await page.getByRole('button', { name: 'Filters', exact: true }).click()
      await page.getByLabel('Codes of answers').fill('abc')
      await page.getByRole('button', { name: 'Filter', exact: true }).click()
      await page.getByText('"abc" is not one of').first().waitFor()
      await check()
    },
  )

  story('appear by themselves while the page is live, and block a device, which is taken back', async () => {
    const { page, check } = await opened.visit('/calls?live=true')
    await page.getByText('New calls appear by themselves.').waitFor()
    await opened.installation.ask('POST /api/v1/verify', { license_key: key, identifier: 'newcomer' })
    const row = page.getByRole('row', { name: /newcomer/ })
    await row.waitFor()
    await row.getByRole('button', { name: 'Block newcomer' }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('tried too often')
    await check()
    await page.getByRole('dialog').getByRole('button', { name: 'Block newcomer' }).click()
    await page.getByText('newcomer is blocked.').waitFor()
    const blocks = async () => (await opened.owner.tell('GET /blocklist')).body.blocklist
    expect(await blocks()).toMatchObject([{ kind: 'identifier', value: 'newcomer', reason: 'tried too often' }])
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('newcomer is no longer blocked.').waitFor()
    expect(await blocks()).toEqual([])
  })

  story('fit 320 pixels in dark colours, with the keyboard alone, for a viewer who may not block', async () => {
    const viewer = await makeOperator(opened.installation, 'viewer')
    const { page, check } = await opened.visit('/calls', {
      ...{ user: viewer, width: 320, colorScheme: 'dark', locale: 'de-DE' },
    })
    const rows = page.getByRole('region', { name: 'Anfragen' }).getByRole('row')
    await rows.getByText('License key reached activation limit').first().waitFor()
    expect(await page.getByRole('button', { name: /sperren/ }).count()).toBe(0)
    await check()
    await rows.nth(1).focus()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByText('Anfragenummer', { exact: true }).waitFor()
    await check()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    await page.keyboard.press('Escape')
    expect(new URL(page.url()).searchParams.get('call')).toBeNull()
  })
})

describe('telemetry', () => {
  story('is charted by version with the means of its numbers, and purged after it was counted', async () => {
    const { page, check } = await opened.visit('/telemetry')
    await page
      .getByRole('img', { name: /Records: seconds 3/ })
      .locator('canvas')
      .waitFor()
    await page.getByLabel('By', { exact: true }).selectOption('product,version')
    await page.getByRole('button', { name: 'Show' }).click()
    await page
      .getByRole('img', { name: /Means of single numbers: Editor · 2.0, Editor · 1.9/ })
      .locator('canvas')
      .waitFor()
    const versions = page.getByRole('region', { name: 'Versions in use' })
    await versions.getByRole('row', { name: /Editor 2.0 2 2/ }).waitFor()
    await page.getByRole('region', { name: 'Red flags' }).getByText('unknown version').first().waitFor()
    await check()
    await page.getByRole('button', { name: 'Delete old records' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Records from before').fill('soon')
    await dialog.getByRole('button', { name: 'Count them' }).click()
    await dialog
      .getByText(/soon|moment|date/i)
      .first()
      .waitFor()
    await dialog.getByLabel('Records from before').fill('2100-01-01')
    await dialog.getByRole('button', { name: 'Count them' }).click()
    await dialog.getByText('3 records would be deleted, for good.').waitFor()
    await check()
    await dialog.getByRole('button', { name: 'Delete 3 records' }).click()
    await page.getByText('3 records are deleted.').waitFor()
    await page.getByText('No software has sent telemetry in this time.').first().waitFor()
  })
})

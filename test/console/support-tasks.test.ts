import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import type { Page } from 'playwright-core'
import { beforeStories, type ConsoleUnderTest, copiedText, openConsole, story, type Visit } from '../support/browser'
import { makeOperator, type Operator } from '../support/operator'
import { makeProduct } from '../support/stock'
import { until } from '../support/wait'
import { type Effort, effortOf } from './effort'

setDefaultTimeout(180_000)

/** More than these, and a page has hidden something. */
const [pressesMax, entriesMax] = [5, 2]

let console_: ConsoleUnderTest
let support: Visit
let operator: Operator
let product_id: number
const efforts: Record<string, Effort> = {}
beforeStories(async () => {
  console_ = await openConsole()
  const { installation } = console_
  product_id = await makeProduct(installation, { name: 'Editor' })
  operator = await makeOperator(installation, 'operator')
  support = await console_.visit('/', { user: await makeOperator(installation, 'support') })
})
afterAll(async () => {
  console.table(efforts)
  await console_?.close()
})

let count = 0
/** A licence with one seat, which `old-laptop` has taken. */
async function sold(owner_name: string) {
  const key = `TASK-${++count}-${crypto.randomUUID()}`
  const owner_email = `${owner_name.split(' ')[0]!.toLowerCase()}@example.com`
  const terms = { activation_limit: 1, validity: 90, status: 'assigned' }
  const { installation } = console_
  await installation.ask('POST /api/v1/create-license-keys', {
    ...{ product_id, license_keys: [key], owner_name, owner_email, ...terms },
  })
  const client = (endpoint: string, identifier = 'old-laptop') =>
    installation.ask(`POST /api/v1/${endpoint}`, { license_key: key, identifier })
  await client('activate')
  return { key, client, shown: async () => (await console_.owner.tell(`GET /licenses/${key}`)).body }
}

/** Waits until the server has recorded that this device was refused. */
const refusalRecorded = (device: string) =>
  until('the call is recorded', async () => {
    const { body } = await console_.owner.tell('GET /calls', { failed: true })
    return body.calls.some(({ identifier }: { identifier: string | null }) => identifier === device)
  })

/** Does a task from Today on, and keeps what it took of the person. */
async function task(name: string, does: (page: Page) => Promise<unknown>, { page, faults }: Visit = support) {
  await page.goto(`${console_.installation.url}/console/today`)
  await page.getByRole('heading', { name: 'Today', exact: true }).waitFor()
  await page.getByRole('region', { name: 'Latest changes' }).getByRole('link').first().waitFor()
  const effort = await effortOf(page, async () => void (await does(page)))
  efforts[name] = effort
  expect(effort.presses).toBeGreaterThan(0)
  expect(effort.presses).toBeLessThanOrEqual(pressesMax)
  expect(effort.entries).toBeLessThanOrEqual(entriesMax)
  expect(faults).toEqual({ foreign: [], errors: [] })
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true })
const inDialog = (page: Page) => page.locator('[data-modal]')

/** Searches for a text and opens what was found: the licence, or another kind. */
async function open(page: Page, text: string, kind = 'licence') {
  await button(page, /^Search/).click()
  await page.getByLabel('Search pages and commands').pressSequentially(text)
  await page
    .getByRole('option')
    .filter({ hasText: `${kind} ·` })
    .first()
    .click()
}

describe('support, from the first page on,', () => {
  story('finds a customer by a part of the surname', async () => {
    const { key } = await sold('Ada Lovelace')
    await task('find', async (page) => {
      await open(page, 'ovela', 'customer')
      await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor()
      await page.getByRole('cell', { name: '1 of 1 taken' }).waitFor()
    })
    expect(await support.page.locator('main').innerText()).not.toContain(key)
  })

  story('explains why the new laptop is refused, and frees the seat', async () => {
    const { client } = await sold('Grace Hopper')
    expect((await client('activate', 'new-laptop')).code).toBe(302)
    await refusalRecorded('new-laptop')
    await task('explain', async (page) => {
      await open(page, 'opper')
      await button(page, 'Why is new-laptop refused?').click()
      await page.getByText('No: this device is refused.').waitFor()
      await button(page, 'Free the seat of old-laptop').first().waitFor()
    })
    await support.check()
    await task('free', async (page) => {
      await open(page, 'opper')
      await button(page, 'Free the seat of old-laptop').click()
      await page.getByText('No device has taken a seat.').waitFor()
    })
    expect((await client('activate', 'new-laptop')).code).toBe(300)
    expect((await client('verify', 'new-laptop')).code).toBe(200)
  })

  story('sends the key again', async () => {
    const { key } = await sold('Katherine Johnson')
    await task('resend the key', async (page) => {
      await open(page, 'ohnson')
      await button(page, 'Show the key …').click()
      await page.getByLabel('Reason').pressSequentially('lost her mail')
      await page.keyboard.press('Enter')
      await button(inDialog(page) as never, 'Copy').click()
      await until('the key is copied', async () => (await copiedText(page)) === key)
    })
  })

  story('extends a licence by 30 days', async () => {
    const { shown } = await sold('Hedy Lamarr')
    await task('extend', async (page) => {
      await open(page, 'amarr')
      await button(page, 'Extend').click()
      await inDialog(page).getByRole('button', { name: 'Extend' }).click()
      await page.getByText('The licence is extended.').waitFor()
    })
    expect((await shown()).validity).toBe(120)
  })

  story('blocks a licence', async () => {
    const { client } = await sold('Rosalind Franklin')
    await task('block', async (page) => {
      await open(page, 'ranklin')
      await button(page, 'Block').click()
      await page.getByLabel('Reason').pressSequentially('chargeback')
      await inDialog(page).getByRole('button', { name: 'Block' }).click()
      await page.getByText('Blocked (“chargeback”)').waitFor()
    })
    expect((await client('verify')).code).toBe(204)
  })

  story('says how many licences were sold last month, and takes them as a file', async () => {
    const now = console_.installation.now()
    const at = (month: number, day: number, time = 'T12:00:00Z') =>
      `${new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + month, day)).toISOString().slice(0, 10)}${time}`
    // The second and third are the last moment of last month and the first of this one.
    const moments = [at(-1, 15), at(0, 0, 'T23:59:59Z'), at(0, 1, 'T00:00:00Z'), at(-2, 15)]
    for (const [place, assigned_at] of moments.entries()) {
      await console_.installation.ask('POST /api/v1/create-license-keys', {
        ...{ product_id, license_keys: [`SOLD-${place}`], activation_limit: 1, validity: 365, status: 'assigned' },
        assigned_at,
      })
    }
    let file = ''
    await task('sold last month', async (page) => {
      await page.getByRole('link', { name: 'Licences', exact: true }).click()
      await button(page, 'Sold last month').click()
      await page.getByRole('status').getByText('2 match', { exact: true }).waitFor()
      const [saved] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Export as CSV' }).click(),
      ])
      file = await Bun.file(await saved.path()).text()
    })
    expect(file.trimEnd().split('\n')).toHaveLength(3)
  })

  story('sees who was refused today, and comes from there to the licence and the reason', async () => {
    const { client } = await sold('Mary Jackson')
    expect((await client('verify', 'other-tablet')).code).toBe(202)
    await refusalRecorded('other-tablet')
    await task('failures of today', async (page) => {
      await page.getByRole('link', { name: 'See who was refused' }).click()
      await page.getByRole('row', { name: /verify 202 .*other-tablet/ }).waitFor()
    })
    const { page } = support
    await page
      .getByRole('row', { name: /other-tablet/ })
      .getByRole('link')
      .click()
    await page.getByRole('link', { name: 'Open the licence' }).click()
    await page.getByText('No: this device is refused.').waitFor()
    await page.getByText('Assigned to Mary Jackson').waitFor()
  })

  story('takes back what a colleague did, and says who it was', async () => {
    const { key, client } = await sold('Dorothy Vaughan')
    await operator.tell(`POST /licenses/${key}/block`, { reason: 'the wrong one' })
    await task('who did it', async (page) => {
      await open(page, 'aughan')
      const change = page.getByRole('region', { name: 'History' }).getByRole('row', { name: /the wrong one/ })
      await change.getByText(`user ${operator.name}`).waitFor()
    })
    await task('undo', async (page) => {
      const latest = page.getByRole('region', { name: 'Latest changes' }).first()
      await latest.getByRole('row', { name: operator.name }).first().getByRole('link').last().click()
      await button(page, /^Undo: changed/).click()
      await page.getByText('The change is undone.').waitFor()
    })
    expect((await client('verify')).code).toBe(200)
  })
})

describe('an operator, from the first page on,', () => {
  story('makes the file of a device without a network, and ends what was refunded', async () => {
    const visit = await console_.visit('/', { user: operator })
    const { client, shown } = await sold('Radia Perlman')
    let file = ''
    await task(
      'resend the file',
      async (page) => {
        await open(page, 'erlman')
        const [saved] = await Promise.all([page.waitForEvent('download'), button(page, 'Offline file (.lic)').click()])
        file = await Bun.file(await saved.path()).text()
      },
      visit,
    )
    expect(file.length).toBeGreaterThan(100)
    await task(
      'refund',
      async (page) => {
        await open(page, 'erlman')
        await button(page, 'Revoke').click()
        await page.getByLabel('Reason').pressSequentially('refunded')
        await inDialog(page).getByRole('button', { name: 'Revoke' }).click()
        await inDialog(page).getByText('1 device that uses it will be refused').waitFor()
        await button(page, 'Go on').click()
        await page.getByText('Revoked for good').first().waitFor()
      },
      visit,
    )
    expect((await client('verify')).code).toBe(204)
    expect(await shown()).toMatchObject({ state: 'revoked', block_reason: 'refunded' })
  })
})

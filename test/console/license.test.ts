import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import type { Page } from 'playwright-core'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { makeOperator } from '../support/operator'
import { makeProduct } from '../support/stock'

setDefaultTimeout(180_000)

let console_: ConsoleUnderTest
let product: string
beforeStories(async () => {
  console_ = await openConsole()
  product = String(await makeProduct(console_.installation))
})
afterAll(() => console_?.close())

const cli = async (...args: string[]) => {
  const spoken = await console_.installation.cli(...args, '--json')
  if (spoken.exitCode !== 0) throw new Error(spoken.err)
  return spoken.json
}
const show = (key: string) => cli('license', 'show', key)

let count = 0
/** A licence of Ada's for 90 days with one seat, taken by `old-laptop`. */
async function sold() {
  const key = `CONSOLE-${++count}`
  const owner = ['--owner-name', 'Ada Lovelace', '--owner-email', 'ada@example.com']
  const terms = ['--activation-limit', '1', '--validity', '90']
  const { licenses } = await cli('license', 'create', '--product', product, '--key', key, ...owner, ...terms)
  await console_.installation.ask('POST /api/v1/activate', { license_key: key, identifier: 'old-laptop' })
  return { key, path: `/licenses/${licenses[0].id}` }
}

/** The open dialog; a message at the edge of the page has that role too. */
const dialogOf = (page: Page) => page.locator('[data-modal]')

describe('the page of a licence', () => {
  story('explains a device that is typed, keeps the key out of the address, and gives a seat back', async () => {
    const { key, path } = await sold()
    const { page, check } = await console_.visit(path)
    await page.getByText('Assigned to Ada Lovelace, 1 of 1 seat taken').waitFor()
    await page.getByText('Yes: this device may use it.').waitFor()
    await page.getByLabel('Device, site or user').fill('new-laptop')
    await page.getByRole('button', { name: 'Check', exact: true }).first().click()
    await page.getByText('No: this device is refused.').waitFor()
    expect(page.url()).toEndWith('?device=new-laptop')
    expect(page.url()).not.toContain(key)
    await check()
    const rules = page.getByRole('listitem').filter({ hasText: 'The device holds a seat, or one is free.' })
    await rules.getByRole('button', { name: 'Free the seat of old-laptop' }).click()
    await page.getByText('No device has taken a seat.').waitFor()
    await page.getByRole('button', { name: 'Undo', exact: true }).click()
    await page.getByText('It is as it was before.').waitFor()
    expect((await show(key)).seats_taken).toBe(1)
    await page.getByRole('region', { name: 'Devices on seats' }).getByRole('button', { name: 'Free the seat' }).click()
    await page.getByText('The seat of old-laptop is free.').first().waitFor()
    expect((await show(key)).seats_taken).toBe(0)
    const days = page.locator('section[tabindex="0"][aria-label="Calls of 30 days"]')
    expect(await days.evaluate((area) => area.scrollWidth - area.clientWidth - area.scrollLeft)).toBeLessThan(1)
    await page.getByRole('link', { name: 'All calls' }).click()
    await page.getByRole('button', { name: `Licence: ${path.replace('/licenses/', 'id:')}` }).waitFor()
  })

  story('extends a licence, and takes it back in the history', async () => {
    const { key, path } = await sold()
    const { page, check } = await console_.visit(path)
    await page.getByRole('button', { name: 'Extend', exact: true }).click()
    await page.getByLabel('Days', { exact: true }).fill('0')
    await dialogOf(page).getByRole('button', { name: 'Extend' }).click()
    await dialogOf(page).getByText('0 is not a whole number from 1').first().waitFor()
    await check()
    await page.getByLabel('Days', { exact: true }).fill('30')
    await dialogOf(page).getByRole('button', { name: 'Extend' }).click()
    await dialogOf(page).waitFor({ state: 'detached' })
    expect((await show(key)).validity).toBe(120)
    await page.getByRole('button', { name: /^Undo: changed/ }).click()
    await page.getByText('The change is undone.').waitFor()
    expect((await show(key)).validity).toBe(90)
    await page
      .getByRole('dialog')
      .filter({ hasText: 'The change is undone.' })
      .getByRole('button', { name: 'Undo' })
      .click()
    await page.getByText('It is as it was before.').waitFor()
    expect((await show(key)).validity).toBe(120)
  })

  story('edits with e and blocks with b, and shows a refusal beside its field', async () => {
    const { key, path } = await sold()
    const { page } = await console_.visit(path)
    await page.getByRole('button', { name: 'Edit', exact: true }).waitFor()
    await page.keyboard.press('e')
    const dialog = dialogOf(page)
    await dialog.getByLabel('Seats').fill('-5')
    await dialog.getByRole('button', { name: 'Edit' }).click()
    await dialog.getByText('-5 is not a whole number from -1').first().waitFor()
    expect(await dialog.getByLabel('Seats').getAttribute('aria-invalid')).toBe('true')
    await dialog.getByLabel('Seats').fill('3')
    await dialog.getByRole('button', { name: 'Edit' }).click()
    await page.getByText('1 of 3 seats taken').first().waitFor()
    await dialog.waitFor({ state: 'detached' })
    await page.keyboard.press('b')
    await dialog.getByLabel('Reason (optional)').fill('chargeback')
    await dialog.getByRole('button', { name: 'Block' }).click()
    await page.getByText('Blocked (“chargeback”), owned by Ada Lovelace').waitFor()
    expect((await show(key)).state).toBe('blocked')
    await dialog.waitFor({ state: 'detached' })
    await page.keyboard.press('b')
    await page.getByText('Assigned to Ada Lovelace').first().waitFor()
    expect((await show(key)).state).toBe('active')
  })

  story('tells each of two operators what the other one did, and loses neither’s change', async () => {
    const { key, path } = await sold()
    const [one, other] = [await makeOperator(console_.installation, 'operator'), console_.owner]
    const [first, second] = await Promise.all([one, other].map((user) => console_.visit(path, { user })))
    const { page } = first!
    const dialog = dialogOf(page)
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await dialog.getByLabel('Seats').fill('3')
    await second!.page.getByRole('button', { name: 'Edit', exact: true }).click()
    await dialogOf(second!.page).getByLabel('Seats').fill('5')
    await dialogOf(second!.page).getByLabel('Owner', { exact: true }).fill('Ada King')
    await dialogOf(second!.page).getByRole('button', { name: 'Edit' }).click()
    await second!.page.getByText('1 of 5 seats taken').first().waitFor()
    await dialog.getByRole('button', { name: 'Edit' }).click()
    await dialog.getByText(`user ${other.name}: changed`).waitFor()
    await dialog.getByText('Seats: 1 → 5').waitFor()
    await first!.check()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect(await dialog.getByLabel('Seats').inputValue()).toBe('3')
    expect((await show(key)).activation_limit).toBe(5)
    await dialog.getByRole('button', { name: 'Edit' }).click()
    await dialog.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('1 of 3 seats taken').first().waitFor()
    expect(await show(key)).toMatchObject({ activation_limit: 3, owner_name: 'Ada King' })

    // The other page still shows a licence that is not blocked.
    await page.keyboard.press('b')
    await dialog.getByLabel('Reason (optional)').fill('chargeback')
    await second!.page.keyboard.press('b')
    await dialogOf(second!.page).getByRole('button', { name: 'Block' }).click()
    await dialogOf(second!.page).getByText(`user ${one.name}: changed (Seats: 5 → 3)`).waitFor()
    await dialogOf(second!.page).getByRole('button', { name: 'Go on' }).click()
    await second!.page.getByText('Blocked, owned by Ada King').waitFor()
    await dialog.getByRole('button', { name: 'Block' }).click()
    await dialog.getByText('State: assigned → blocked').waitFor()
    await dialog.getByRole('button', { name: 'Go on' }).click()
    await dialog.getByText('is blocked already').waitFor()
    expect(await dialog.getByLabel('Reason (optional)').inputValue()).toBe('chargeback')
    await page.keyboard.press('Escape')
    await page.getByText('Blocked, owned by Ada King').waitFor()

    await page.clock.install()
    await page.reload()
    await page.getByText('Blocked, owned by Ada King').waitFor()
    await second!.page.getByRole('button', { name: 'Unblock' }).first().click()
    await second!.page.getByText('Assigned to Ada King').waitFor()
    await page.clock.fastForward(15_000)
    await page.getByText('Assigned to Ada King').waitFor()
  })

  story('replaces a key with its seats, and leads to the new licence and back', async () => {
    const { key, path } = await sold()
    const { page } = await console_.visit(`${path}?do=replace`)
    const dialog = dialogOf(page)
    await dialog.getByLabel('Take the seats along').check()
    await dialog.getByLabel('New key (optional)').fill(`${key}-NEW`)
    await dialog.getByRole('button', { name: 'Replace the key' }).click()
    await dialog.getByText('1 seat moves to the new key').waitFor()
    await dialog.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('heading', { name: `${key}-NEW` }).waitFor()
    await page.getByRole('link', { name: key, exact: true }).click()
    await page.getByText('Revoked for good').first().waitFor()
    await page.getByRole('link', { name: `${key}-NEW` }).waitFor()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await dialog.getByText(`This deletes licence key "${key}" for good`).waitFor()
    await dialog.getByRole('button', { name: 'Go on' }).click()
    await page.waitForURL('**/console/licenses')
    expect((await console_.installation.cli('license', 'show', path.replace('/licenses/', 'id:'))).exitCode).toBe(1)
  })

  story('shows notes, metadata and devices as text, whatever they hold', async () => {
    const { key, path } = await sold()
    const hostile = '<img src=x onerror="document.title=1"><script>alert(1)</script>'
    await cli('license', 'note', key, hostile)
    await cli('license', 'meta', 'set', key, 'bad', hostile)
    await cli('license', 'edit', key, '--owner-name', hostile, '--activation-limit', '2')
    await console_.installation.ask('POST /api/v1/activate', { license_key: key, identifier: hostile })
    const { page, check } = await console_.visit(path)
    await page.getByText(hostile, { exact: true }).and(page.locator('p')).waitFor()
    await page.getByLabel('New note').fill('called back')
    await page.getByRole('button', { name: 'Add the note' }).click()
    await page.getByText('The note is added.').waitFor()
    expect((await show(key)).notes[0].note).toBe('called back')
    await check()
  })

  story('shows no button to a role that would be refused, and masks the key for support', async () => {
    const { key, path } = await sold()
    const viewer = await makeOperator(console_.installation, 'viewer')
    const { page, check } = await console_.visit(path, { user: viewer })
    await page.getByText('Yes: this device may use it.').waitFor()
    await check()
    const buttons = await page.getByRole('main').getByRole('button').allInnerTexts()
    expect(buttons).toEqual(['Print', 'Check', 'Check', 'Copy the key'])
    const support = await makeOperator(console_.installation, 'support')
    const other = await console_.visit(path, { user: support })
    await other.page.getByRole('button', { name: 'Show the key …' }).click()
    expect(await other.page.locator('main').innerText()).not.toContain(key)
    await other.page.getByLabel('Reason').fill('to read it out')
    await dialogOf(other.page).getByRole('button', { name: 'Show the key …' }).click()
    await dialogOf(other.page).getByText(key).waitFor()
  })

  story('fits 320 pixels, in German and dark, and prints one clean page', async () => {
    const { key, path } = await sold()
    await cli('license', 'note', key, 'not for the customer')
    const options = { width: 320, colorScheme: 'dark', locale: 'de-DE' } as const
    const { page, check } = await console_.visit(path, options)
    await page.getByText('Vergeben an Ada Lovelace, 1 von 1 Platz belegt').waitFor()
    await page.getByText('Ja: Dieses Gerät darf sie verwenden.').waitFor()
    await check()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    await page.emulateMedia({ media: 'print' })
    for (const shown of [key, 'ada@example.com', 'old-laptop']) {
      expect(await page.getByText(shown).filter({ visible: true }).count()).toBeGreaterThan(0)
    }
    for (const hidden of ['not for the customer', 'Lässt sie sich verwenden?', 'Verlauf']) {
      expect(await page.getByText(hidden).filter({ visible: true }).count()).toBe(0)
    }
    expect(await page.getByRole('button').filter({ visible: true }).count()).toBe(0)
  })
})

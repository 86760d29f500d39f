import { afterAll, expect, setDefaultTimeout } from 'bun:test'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { makeOperator } from '../support/operator'

setDefaultTimeout(180_000)

let console_: ConsoleUnderTest
beforeStories(async () => {
  console_ = await openConsole()
})
afterAll(() => console_?.close())

const blocked = async () =>
  (await console_.owner.tell('GET /blocklist')).body.blocklist.map(({ value }: { value: string }) => value)

story('an address is blocked from a link, removed, and back with Undo', async () => {
  const { page, check } = await console_.visit('/blocklist?ip=203.0.113.7&reason=abuse')
  await page.getByRole('dialog').waitFor()
  expect(await page.getByLabel('Ip').inputValue()).toBe('203.0.113.7')
  await check()
  await page.getByRole('dialog').getByRole('button', { name: 'Block an address or a device' }).click()
  await page.getByRole('cell', { name: '203.0.113.7', exact: true }).waitFor()
  expect(new URL(page.url()).search).toBe('')
  await page.getByRole('button', { name: 'Remove 203.0.113.7' }).click()
  await page.getByText('Nobody is turned away.').waitFor()
  expect(await blocked()).toEqual([])
  await check()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('cell', { name: 'abuse' }).waitFor()
  expect(await blocked()).toEqual(['203.0.113.7'])
  await page.getByRole('button', { name: 'Block an address or a device' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Block an address or a device' }).click()
  await page.getByRole('alert').getByText('say whom to turn away').waitFor()
})

story('a viewer sees the list, and nothing to change it', async () => {
  const viewer = await makeOperator(console_.installation, 'viewer')
  const { page, check } = await console_.visit('/blocklist?ip=203.0.113.9', { user: viewer, width: 320 })
  await page.getByText('203.0.113.7').waitFor()
  expect(await page.getByRole('button', { name: /Block|Remove/ }).count()).toBe(0)
  expect(await page.getByRole('dialog').count()).toBe(0)
  await check()
})

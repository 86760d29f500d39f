import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { beforeStories, type ConsoleUnderTest, openConsole, story } from '../support/browser'
import { startInstallation, type TestInstallation } from '../support/installation'

setDefaultTimeout(180_000)

const lost = 'No connection to the server'

let console_: ConsoleUnderTest
let running: TestInstallation
beforeStories(async () => {
  console_ = await openConsole()
  running = console_.installation
})
afterAll(async () => {
  if (running && running !== console_.installation) await running.stop()
  await console_?.close()
})

/** Starts the stopped server again, at the same address. */
async function startAgain() {
  const { url, folder } = running
  running = await startInstallation({ port: new URL(url).port }, folder)
}

const productsNamed = async (name: string) => {
  const { json } = await running.cli('product', 'list', '--name', name, '--json')
  return json.products.length
}

describe('a page whose server goes away', () => {
  story('says so, keeps the form, and makes the change once the server is back', async () => {
    const { page, check } = await console_.visit('/commands/product.create')
    await page.getByLabel('Name', { exact: true }).fill('Waiting')
    await running.stop()
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByRole('status').getByText(lost).waitFor()
    await page.getByRole('button', { name: 'Running' }).waitFor()
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Waiting')
    await check()
    await startAgain()
    await page.getByRole('heading', { name: 'Result' }).waitFor()
    await page.getByText(lost).waitFor({ state: 'detached' })
    expect(await productsNamed('Waiting')).toBe(1)
  })

  story('opens another page and the search once it is back, and reads again what it shows', async () => {
    const { page, check } = await console_.visit('/products')
    await page.getByRole('link', { name: 'Waiting' }).waitFor()
    await page.waitForLoadState('networkidle')
    await running.stop()
    await page.keyboard.press('Control+k')
    await page.getByLabel('Search pages and commands').fill('generators')
    await page.getByRole('option', { name: 'Generators' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByText(lost).waitFor()
    await startAgain()
    await page.getByRole('heading', { name: 'Generators' }).waitFor()
    await page.getByText(lost).waitFor({ state: 'detached' })
    await check()
  })

  story('sends a change whose answer was lost again with the same key: it is made once', async () => {
    const { page, check } = await console_.visit('/commands/product.create')
    const keys: (string | undefined)[] = []
    await page.route('**/admin/api/products', async (route) => {
      keys.push(route.request().headers()['idempotency-key'])
      if (keys.length > 1) return route.continue()
      await route.fetch()
      await running.stop()
      await route.abort('connectionreset')
      await startAgain()
    })
    await page.getByLabel('Name', { exact: true }).fill('Answered late')
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith('/admin/api/products')),
      page.getByRole('button', { name: 'Run' }).click(),
    ])
    expect(answer.headers()['idempotency-replayed']).toBe('true')
    await page.getByRole('heading', { name: 'Result' }).waitFor()
    expect(keys).toEqual([expect.any(String), keys[0]])
    expect(await productsNamed('Answered late')).toBe(1)
    await check()
  })

  story('waits likewise for a proxy that finds no server, and shows what the server itself refuses', async () => {
    const { page } = await console_.visit('/commands/product.create')
    let answers = 0
    await page.route('**/admin/api/products', (route) =>
      ++answers > 1
        ? route.continue()
        : route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad Gateway</h1>' }),
    )
    await page.getByLabel('Name', { exact: true }).fill('Behind a proxy')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByRole('heading', { name: 'Result' }).waitFor()
    expect([answers, await productsNamed('Behind a proxy')]).toEqual([2, 1])
  })
})

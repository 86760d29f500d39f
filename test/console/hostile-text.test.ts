import { afterAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dialogCommands } from '../../src/console/license/dialogs'
import { beforeStories, type ConsoleUnderTest, openConsole, story, type Visit } from '../support/browser'
import { fillWithHostileTexts } from '../support/hostile-stock'
import { hostile, hostileFields, markOf } from '../support/hostile-text'
import { faultsOfText, openHostilePage, textOf } from './hostile-page'

setDefaultTimeout(180_000)

let opened: ConsoleUnderTest
let ids: Awaited<ReturnType<typeof fillWithHostileTexts>>
let visit: Visit
let page: Awaited<ReturnType<typeof openHostilePage>>
beforeStories(async () => {
  opened = await openConsole({ allow_private_webhooks: 'on' })
  ids = { ...(await fillWithHostileTexts(opened.installation, opened.owner)), command: ['license.edit'] }
  visit = await opened.visit('/today')
  page = await openHostilePage(visit.page)
})
afterAll(() => opened?.close())

const root = join(import.meta.dir, '../..')

/** The paths of all pages, as their routes declare them. */
const paths = [...new Bun.Glob('src/console/**/*.{ts,tsx}').scanSync(root)].flatMap((file) => {
  const text = readFileSync(join(root, file), 'utf8')
  const declared = [...text.matchAll(/\bpath: '([^']+)'/g)].map(([, path]) => path!)
  expect([file, declared.length]).toEqual([file, text.split(/\bcreateRoute\(\{/).length - 1])
  return declared.map((path) => `/${path.replace(/^\//, '')}`)
})

/** Where a path leads: to each of what has such a page. */
const addressesOf = (path: string) => {
  const name = /\$(\w+)/.exec(path)?.[1]
  return name ? ids[name]!.map((id) => path.replace(`$${name}`, String(id))) : [path]
}

const seen = new Set<string>()
const faults: Record<string, string[]> = {}

/** Notes what is wrong with the page as it stands, and which texts it shows. */
async function inspect(name: string, { isChecked = false } = {}) {
  const text = await textOf(visit.page)
  for (const field of hostileFields) if (text.includes(markOf(field))) seen.add(field)
  const found = await faultsOfText(visit.page)
  if (isChecked) await visit.check().catch(({ message }) => found.push(message))
  if (found.length) faults[name] = found
}

describe('stored texts', () => {
  story('are texts on every page', async () => {
    for (const path of paths) {
      for (const [nth, address] of addressesOf(path).entries()) {
        await page.go(address)
        // Axe reads each page once: the others differ in nothing but their texts.
        await inspect(address, { isChecked: nth === 0 })
      }
    }
    expect(faults).toEqual({})
  })

  story('are texts in dialogs, results and filters', async () => {
    const [id, contract, call] = [ids.id![0], ids.contract![0], ids.call![0]]
    const text = encodeURIComponent(hostile('device', 255))
    for (const address of [
      ...Object.keys(dialogCommands).map((name) => `/licenses/${id}?do=${name}`),
      ...[`/licenses/${id}?device=${text}`, `/licenses?text=${text}`, `/customers?text=${text}`],
      ...[`/calls?call=${call}`, `/calls?device=${text}&api_key=${text}`, `/transfer?import=${ids.import![0]}`],
      ...['/telemetry?by=product,version', `/audit?id=${text}`],
    ]) {
      await page.go(address)
      await inspect(address)
    }
    for (const [path, button] of [
      [`/products/${ids.product![0]}`, 'Delete'],
      [`/contracts/${contract}`, 'Delete'],
      [`/generators/${ids.generator![0]}`, 'Delete'],
      [`/releases/${ids.release![0]}`, 'Delete'],
      [`/webhooks/${ids.webhook![0]}`, 'Delete'],
      [`/api-keys/${ids.key![0]}`, 'Revoke'],
      ['/commands/telemetry.list', 'Run'],
      ['/commands/activation.list', 'Run'],
      // It stays open when another page opens.
      ['/today', 'Search Ctrl+K'],
    ] as const) {
      await page.go(path)
      await visit.page.getByRole('button', { name: button }).first().click()
      if (path === '/today') await visit.page.getByRole('combobox').fill('name-of')
      await page.settled()
      await inspect(`${path}: ${button}`)
    }
    expect(faults).toEqual({})
    expect([...hostileFields].filter((field) => !seen.has(field))).toEqual([])
  })

  story('are texts for somebody who is not logged in', async () => {
    const told = await opened.owner.tell(`POST /users/${'v'.repeat(64)}/invitation`, { role: 'viewer' })
    await visit.page.context().clearCookies()
    const text = encodeURIComponent(hostile('answer of the provider', 600))
    for (const path of ['/today', told.body.path.replace('/console', ''), `/login?state=${text}&error=${text}`]) {
      await visit.page.goto(`${opened.installation.url}/console${path}`)
      await page.settled()
      await inspect(path, { isChecked: true })
    }
    expect({ faults, dialogs: page.dialogs, ...visit.faults }).toEqual({
      faults: {},
      dialogs: [],
      foreign: [],
      errors: [],
    })
  })

  story('would be found if they were more than texts', async () => {
    await visit.page.evaluate(() => {
      const image = document.createElement('img')
      image.setAttribute('data-hostile', '')
      const link = document.createElement('a')
      link.href = 'javascript:hostile()'
      const wide = document.createElement('p')
      wide.textContent = 'W'.repeat(10_000)
      wide.style.overflowWrap = 'normal'
      document.body.append(image, link, wide)
      ;(globalThis as unknown as { hostile(): void }).hostile()
    })
    expect(await faultsOfText(visit.page)).toEqual([
      'made of a text: <img data-hostile="">',
      'leads to a script: <a href="javascript:hostile()"></a>',
      expect.stringMatching(/^the page is \d+ px wider than the window$/),
      'a text was run',
    ])
  })
})

import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { readConfig } from '../../src/config'
import { openInstallation } from '../../src/installation'
import { todayOf } from '../../src/upkeep/today/service'
import { openConsole } from '../support/browser'
import { root } from '../support/readme'
import { pictureMoment, stockShop } from './picture-stock'

/** Makes the pictures of the documentation. Run by `npm run pictures`. */
const opened = await openConsole({ trusted_proxies: '127.0.0.1' })
const user = await makeUser()
const license = await stockShop(opened.installation, opened.owner)
const today = await numbersOfToday()
for (const colorScheme of ['light', 'dark'] as const) {
  for (const [name, path] of Object.entries({
    today: '/today',
    licenses: '/licenses',
    license: `/licenses/${license}?device=tom-new-laptop`,
    calls: '/calls',
    customers: '/customers',
  })) {
    const file = join(root, `src/docs/images/${name}-${colorScheme}.webp`)
    await Bun.write(file, await pictureOf(path, colorScheme))
  }
}
await opened.close()

/** Somebody with a name. */
async function makeUser() {
  const { json } = await opened.installation.cli('user', 'create', '--name', 'maria', '--role', 'owner', '--json')
  return { name: 'maria', password: json.password as string }
}

/** The numbers of that day, as the server counts them. */
async function numbersOfToday() {
  const config = readConfig({}, { LATCHKEY_DATA_DIR: opened.installation.folder })
  const { db, close } = await openInstallation({ config, clock: () => pictureMoment, keySize: 2048 })
  const numbers = await todayOf(db.read, pictureMoment)
  await close()
  return numbers
}

async function pictureOf(path: string, colorScheme: 'light' | 'dark') {
  const { page } = await opened.visit('/preferences', { colorScheme, user, height: 720 })
  await page.clock.setFixedTime(pictureMoment)
  // The server counts in a process of its own, which has another clock.
  await page.route('**/admin/api/stats/today', (route) => route.fulfill({ json: today }))
  await page.goto(new URL(`/console${path}`, page.url()).href)
  await page.waitForLoadState('networkidle')
  await page.getByText('Loading …').first().waitFor({ state: 'detached' })
  await page.waitForLoadState('networkidle')
  const png = await page.screenshot()
  const webp = await compressed(page, png)
  await page.context().close()
  return webp
}

/** A picture as WebP, which the browser makes; the policy of a page does not hold on an empty one. */
async function compressed(page: Page, png: Buffer) {
  await page.goto('about:blank')
  const address = await page.evaluate(async (base64) => {
    const image = new Image()
    image.src = `data:image/png;base64,${base64}`
    await image.decode()
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height })
    canvas.getContext('2d')!.drawImage(image, 0, 0)
    return canvas.toDataURL('image/webp', 0.5)
  }, png.toString('base64'))
  return Buffer.from(address.slice(address.indexOf(',') + 1), 'base64')
}

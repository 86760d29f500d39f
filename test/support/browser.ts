import { beforeAll, expect, test } from 'bun:test'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { buildConsole } from '../../src/build-console'
import { binary, type Settings, startInstallation, type TestInstallation } from './installation'
import { makeOperator, type Operator } from './operator'

const root = join(import.meta.dir, '../..')
const isLeftOut = process.env.LATCHKEY_TEST_STORIES === 'off'
const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const program = isLeftOut ? undefined : browsers.find(existsSync)

/** A test in a browser; left out where there is no Chromium, or `LATCHKEY_TEST_STORIES` is `off`. */
export const story = program ? test : test.skip
/** Prepares the stories of a file, where there is a browser for them. */
export const beforeStories: typeof beforeAll = program ? beforeAll : () => {}
if (!program && !isLeftOut) console.error('Left out: the stories of the console, because Chromium is not installed.')

/** What a page must not do, as it was seen. */
interface Faults {
  /** Requests to other hosts. */
  foreign: string[]
  errors: string[]
}

/** A page, with what went wrong on it. */
export interface Visit {
  page: Page
  faults: Faults
  /**
   * Requires that the page as it stands has no fault: by axe's rules for WCAG 2.2 AA, the content policy, its console,
   * and the requests it made.
   */
  check(): Promise<void>
}

/** A running installation and a browser in front of it. */
export interface ConsoleUnderTest {
  installation: TestInstallation
  owner: Operator
  /** Opens an address below `/console`, logged in as that user unless `user` is null. */
  visit(path: string, options?: VisitOptions): Promise<Visit>
  close(): Promise<void>
}

interface VisitOptions {
  /** The address of another server. */
  url?: string
  user?: Pick<Operator, 'name' | 'password'> | null
  width?: number
  height?: number
  colorScheme?: 'light' | 'dark'
  locale?: string
}

/** Starts an installation and a browser. Without `hasOwner` there is no user, as before the first set-up. */
export async function openConsole(settings: Settings = {}, { hasOwner = true } = {}): Promise<ConsoleUnderTest> {
  if (!binary) await buildIfStale()
  const installation = await startInstallation(settings)
  const owner = hasOwner ? await makeOperator(installation, 'owner') : (undefined as unknown as Operator)
  const browser = await chromium.launch({ executablePath: program!, args: ['--no-sandbox', '--disable-gpu'] })
  return {
    installation,
    owner,
    visit: (path, options) => visit({ browser, installation }, path, { user: owner, ...options }),
    async close() {
      await browser.close()
      await installation.close()
    },
  }
}

async function visit(
  { browser, installation }: { browser: Browser; installation: TestInstallation },
  path: string,
  { url = installation.url, user, width = 1280, height = 800, colorScheme = 'light', locale = 'en-GB' }: VisitOptions,
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    locale,
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const faults = await watch(context, url)
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  if (user) await logIn(page, url, user)
  await page.goto(`${url}/console${path}`)
  return { page, faults, check: () => check(page, faults) }
}

/** What a page has copied; to be waited for, since a button copies after it was pressed. */
export const copiedText = (page: Page) => page.evaluate(() => navigator.clipboard.readText())

/** Gets the cookie of a session as the log-in page would. */
async function logIn(page: Page, url: string, { name, password }: Pick<Operator, 'name' | 'password'>) {
  const answer = await page.request.post(`${url}/admin/api/session`, {
    data: { name, password },
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  expect(answer.status(), await answer.text()).toBe(200)
}

async function watch(context: BrowserContext, url: string): Promise<Faults> {
  const faults: Faults = { foreign: [], errors: [] }
  context.on('request', (request) => {
    const target = request.url()
    if (!target.startsWith(url) && !/^(data|blob|about):/.test(target)) faults.foreign.push(target)
  })
  context.on('console', (message) => {
    // A refused request is an answer that the page shows; the browser logs it all the same.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      faults.errors.push(message.text())
  })
  context.on('weberror', (error) => faults.errors.push(String(error.error())))
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`)
    })
  })
  return faults
}

const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

interface Axe {
  run(
    context: Document,
    options: { runOnly: string[] },
  ): Promise<{ violations: { id: string; nodes: { html: string; any: { message: string }[] }[] }[] }>
}

/** What axe finds on the page: the rule and the elements. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async (tags) => {
    const { axe } = globalThis as unknown as { axe: Axe }
    const { violations } = await axe.run(document, { runOnly: tags })
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((each) => `${each.html} ${each.any[0]?.message ?? ''}`).join(' · ')}`,
    )
  }, rules)
}

const looksMax = 10
const pauseMs = 500

/** What axe finds again and again: a button may become enabled, or a text change, while it looks. */
async function lastingFindings(page: Page): Promise<string[]> {
  let findings = await axeFindings(page)
  for (let looks = 1; findings.length && looks < looksMax; looks++) {
    await page.waitForTimeout(pauseMs)
    findings = await axeFindings(page)
  }
  return findings
}

async function check(page: Page, faults: Faults) {
  // What has been scrolled half under the header would seem to lie too close to what stands in it.
  await page.evaluate(() => scrollTo(0, 0))
  expect({ axe: await lastingFindings(page), ...faults }, page.url()).toEqual({ axe: [], foreign: [], errors: [] })
}

/** Run from source, the console is built when a file of it is newer than what was built. */
async function buildIfStale() {
  const built = statSync(join(root, 'dist/console/entry.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const files = [...new Bun.Glob('src/console/**/*').scanSync(root)]
  if (files.some((file) => statSync(join(root, file)).mtimeMs > built)) await buildConsole(root)
}

/** What a customer lives through with a licensed program, played by a printed client in each language. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { openRoad, type Road } from '../support/road'
import { makeActiveLicense, makeFile, makeLicense, makeProduct, makeRelease } from '../support/stock'
import { type Harness, startHarness } from './harness'
import { missing, present } from './toolchains'

/** What a story is played with. */
interface Stage {
  readonly installation: TestInstallation
  readonly product: number
  /** The way to the server, which can be closed. */
  readonly road: Road
  /** A computer on which nothing has run yet, with the program of the guide. */
  computer(): Computer
  /** Calls a method of the client, for what that program does not call. */
  call(method: string, args?: unknown[], where?: Where): Promise<unknown>
}

interface Computer {
  /** Starts the program, with a key to activate or without; what it prints. */
  start(key?: string): Promise<string>
  /** Makes the next start the one that asks: a day has gone by since the last answer. */
  waitForCheck(): void
}

interface Where {
  device?: string
  /** How far the clock of the device is ahead of that of the server, in seconds. */
  later?: number
}

const day = 86_400
const welcome = 'Welcome to the edition basic\n'

const stories: Record<string, (stage: Stage) => Promise<void>> = {
  async 'activates with the key that the customer typed'({ installation, product, computer }) {
    const key = await makeLicense(installation, { product_id: product })
    const laptop = computer()
    expect(await laptop.start()).toBe('No licence key has been entered yet. Enter the key that you have bought.\n')
    expect(await laptop.start(` ${key.toLowerCase().replaceAll('-', '\u2010')} `)).toBe(welcome)
  },

  async 'checks by itself: from what it kept, and a day later with the server'(stage) {
    const { installation, product, road, computer } = stage
    const key = await makeLicense(installation, { product_id: product, activation_limit: 1 })
    const laptop = computer()
    await laptop.start(key)
    const before = road.requests
    expect(await laptop.start()).toBe(welcome)
    expect(road.requests).toBe(before)
    laptop.waitForCheck()
    expect(await laptop.start()).toBe(welcome)
    expect(road.requests).toBeGreaterThan(before)
  },

  async 'goes on while the server is away, for the days of grace'(stage) {
    const { installation, product, road, computer, call } = stage
    const key = await makeLicense(installation, { product_id: product })
    const laptop = computer()
    await laptop.start(key)
    await call('activate', [key])
    await road.whileClosed(async () => {
      laptop.waitForCheck()
      expect(await laptop.start()).toBe(welcome)
      const anHour = await call('check', [true], { later: 3600 })
      expect(anHour).toMatchObject({ result: 'cannot tell', allowed: true })
      expect(await call('check', [true], { later: 8 * day })).toMatchObject({ result: 'cannot tell', allowed: false })
    })
  },

  async "notices at the next day's check that the licence is blocked"({ installation, product, road, computer }) {
    const key = await makeLicense(installation, { product_id: product })
    const laptop = computer()
    await laptop.start(key)
    await installation.cli('license', 'block', key, '--yes')
    expect(await laptop.start()).toBe(welcome)
    laptop.waitForCheck()
    const blocked = 'This licence is blocked. Contact the vendor.\n'
    expect(await laptop.start()).toBe(blocked)
    await road.whileClosed(async () => expect(await laptop.start()).not.toBe(welcome))
  },

  async 'frees its seat for another device'({ installation, product, call }) {
    const key = await makeLicense(installation, { product_id: product, activation_limit: 1 })
    await call('activate', [key])
    expect(await call('deactivate')).toMatchObject({ result: 'good', code: 400, allowed: false })
    expect(await call('check', [true])).toMatchObject({ result: 'refused', allowed: false })
    expect(await call('activate', [key], { device: 'another' })).toMatchObject({ result: 'good', code: 300 })
  },

  async 'refuses a licence of another product'({ installation, computer }) {
    const other = await makeProduct(installation, { name: 'Another' })
    const key = await makeLicense(installation, { product_id: other })
    const laptop = computer()
    const refused = 'There is no such licence key for Printed. Check the key for typing errors.\n'
    expect(await laptop.start(key)).toBe(refused)
    expect(await laptop.start()).toBe(refused)
  },

  async 'says at the limit of seats what the customer can do'({ installation, product, computer }) {
    const key = await makeLicense(installation, { product_id: product, activation_limit: 1 })
    const [laptop, desktop] = [computer(), computer()]
    await laptop.start(key)
    expect(await desktop.start(key)).toBe(
      'All seats of this licence are taken. Deactivate another device, or buy a further seat.\n',
    )
    await installation.cli('activation', 'deactivate', key, '--all', '--yes')
    expect(await desktop.start(key)).toBe(welcome)
    laptop.waitForCheck()
    expect(await laptop.start()).toBe('The licence is not active on this device. Activate it again.\n')
  },

  async 'lives on a file that was carried to it, until its end'({ installation, product, road, call }) {
    const where = { device: 'Ädas machine, never online' }
    const key = await makeActiveLicense(installation, { product_id: product }, where.device)
    const args = ['license', 'file', key, where.device, '--kind', 'json', '--grace-days', '3']
    const file = (await installation.cli(...args, '--json')).json.content
    await road.whileClosed(async () => {
      expect(await call('check', [], where)).toMatchObject({ result: 'refused', allowed: false })
      expect(await call('useOfflineFile', [file], where)).toMatchObject({ result: 'good', allowed: true })
      const atItsEnd = { ...where, later: 4 * day - 60 }
      expect(await call('check', [true], atItsEnd)).toMatchObject({ result: 'cannot tell', allowed: true })
      expect(await call('feature', ['seats'], atItsEnd)).toBe(5)
      const pastIt = { ...where, later: 4 * day + 60 }
      expect(await call('check', [true], pastIt)).toMatchObject({ result: 'cannot tell', allowed: false })
      expect(await call('feature', ['seats'], pastIt)).toBeNull()
      expect(await call('useOfflineFile', [file], pastIt)).toMatchObject({ allowed: false })
    })
  },

  async 'ends with the licence, and goes on under the same key once that is renewed'(stage) {
    const { installation, product, computer } = stage
    const key = await makeLicense(installation, { product_id: product })
    const laptop = computer()
    await laptop.start(key)
    const edit = (...args: string[]) => installation.cli('license', 'edit', key, ...args, '--yes')
    await edit('--validity', '30', '--assigned-at', '2020-01-01')
    laptop.waitForCheck()
    expect(await laptop.start()).toBe('This licence has ended. Renew it.\n')
    const today = installation.now().toISOString().slice(0, 10)
    await edit('--validity', '365', '--assigned-at', today, '--feature', 'tier=pro')
    expect(await laptop.start()).toBe('Welcome to the edition pro\n')
  },

  async 'finds the newest release, reads a feature, reports a number and fetches a file'(stage) {
    const { installation, product, call } = stage
    const key = await makeLicense(installation, { product_id: product })
    await call('activate', [key])
    expect(await call('update')).toMatchObject({ version: '1.0.2', url: expect.stringContaining('/download/') })
    expect(await call('feature', ['seats'])).toBe(5)
    expect(await call('report', ['startup-ms', 340, '1.0.2'])).toBeTrue()
    expect(await call('offlineFile', [3])).toContain('"signature":"')
  },

  // The last one: a machine that is never online knows the keys alone with which its file was printed.
  async 'follows a rotation of the signing key'({ installation, product, computer }) {
    const key = await makeLicense(installation, { product_id: product })
    const laptop = computer()
    await laptop.start(key)
    await installation.cli('key', 'rotate', '--overlap', '0', '--bits', '2048', '--yes')
    laptop.waitForCheck()
    expect(await laptop.start()).toBe(welcome)
  },
}

// The tools of some languages take their time.
setDefaultTimeout(120_000)

let installation: TestInstallation
let road: Road
let product: number
const top = mkdtempSync(join(tmpdir(), 'latchkey-stories-'))
beforeAll(async () => {
  installation = await startInstallation()
  road = openRoad(installation.url)
  product = await makeProduct(installation, { name: 'Printed' })
  const features = ['--feature', 'seats:number=5', '--feature', 'tier:string=basic', '--offline-grace-days', '30']
  await installation.cli('product', 'set', String(product), ...features)
  await makeRelease(installation, { product, number: 102, file: makeFile(installation, 'a release') })
})
afterAll(async () => {
  await road.close()
  await installation.close()
  rmSync(top, { recursive: true, force: true })
})

test.each(missing)('%s is not proved here: its tools are not installed', (name, { tool }) => {
  console.warn(`Not proved: ${name}, for want of ${tool}.`)
})

describe.each(present)('a program in %s', (name, toolchain) => {
  const folder = join(top, name.replaceAll(' ', '-'))
  let count = 0
  let apiKey: string
  let command: string[]
  let harness: Harness
  beforeAll(async () => {
    const args = ['--product', String(product), '--server', road.url, '--new-api-key', '--json']
    const { source, program } = (await installation.cli('client', toolchain.language, ...args)).json
    apiKey = /lk_[\w-]+/.exec(source)![0]
    for (const each of ['app', 'harness']) mkdirSync(join(folder, each), { recursive: true })
    command = await toolchain.app(join(folder, 'app'), source, program)
    harness = startHarness(await toolchain.prepare(join(folder, 'harness'), source), join(folder, 'harness'))
  })
  afterAll(() => harness?.stop())

  function computer(): Computer {
    const home = join(folder, `computer-${++count}`)
    mkdirSync(home)
    const env = { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: home, XDG_DATA_HOME: join(home, 'data') }
    return {
      async start(key) {
        const child = Bun.spawn([...command, ...(key ? [key] : [])], { cwd: home, env, stdout: 'pipe', stderr: 'pipe' })
        const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
        return out + err
      },
      waitForCheck() {
        const [kept] = globSync(join(home, 'data/**/license-*.json'))
        const memory = JSON.parse(readFileSync(kept!, 'utf8'))
        expect(memory.due).toBeGreaterThan(0)
        writeFileSync(kept!, JSON.stringify({ ...memory, due: Math.floor(installation.now().getTime() / 1000) - 1 }))
      },
    }
  }

  /** Calls methods of a client that keeps its licence there. */
  function caller(store: string): Stage['call'] {
    return (method, args = [], { device = "Ada's laptop", later = 0 } = {}) =>
      harness.run({
        ...{ do: method, args, apiKey, server: road.url, store, device, isBound: false, machine: 'A' },
        ...{ now: Math.floor(installation.now().getTime() / 1000) + later, deadlineMs: 10_000 },
      })
  }

  test.each(Object.keys(stories))('%s', async (title) => {
    const call = caller(join(folder, `store-${++count}`))
    await stories[title]!({ installation, product, road, computer, call })
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { chapter, fenced, manual, pages } from '../support/readme'

interface Verdict {
  result: string
  code?: number
  isAllowed?: boolean
}

/** What the guide's sample offers. */
interface Sample {
  activate(app: object, file: string, licenseKey: string): Promise<Verdict>
  check(app: object, file: string, graceDays?: number): Promise<Verdict>
}

let installation: TestInstallation
let folder: string
let app: { server: string; apiKey: string; publicKey: string; product: string }
let sample: Sample
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-guide-'))
  await Bun.write(join(folder, 'latchkey.ts'), fenced('ts', manual).find((block) => block.includes('checkLicense('))!)
  await Bun.write(
    join(folder, 'licensing.ts'),
    fenced('ts', pages.licensing).find((block) => block.includes('interface Memory'))!,
  )
  sample = await import(join(folder, 'licensing.ts'))
  installation = await startInstallation()
  for (const name of ['Trials', 'Test before you ship']) await runAsItStands(chapter(pages.licensing!, name))
  const shown = await installation.cli('key', 'show', '--json')
  const product = await installation.cli('product', 'show', 'my-app', '--json')
  const made = await installation.cli('api-key', 'create', '--name', 'my app', '--preset', 'client', '--json')
  app = {
    server: installation.url,
    apiKey: made.json.api_key,
    publicKey: shown.json.keys[0].public_key,
    product: product.json.uuid,
  }
})
afterAll(async () => {
  await installation.close()
  rmSync(folder, { recursive: true })
})

/** Runs the commands of a chapter with the very arguments a shell makes of them. */
async function runAsItStands(text: string) {
  const script = `latchkey() { printf '%s\\0' "$@"; printf '\\n'; }\n${fenced('sh', text).join('')}`
  const shell = Bun.spawn(['sh', '-e', '-c', script], { stdout: 'pipe' })
  const commands = (await new Response(shell.stdout).text()).split('\0\n').filter((line) => line !== '')
  expect(commands.length).toBeGreaterThan(1)
  for (const command of commands) {
    const { exitCode, err } = await installation.cli(...command.split('\0'))
    expect({ command, exitCode, err }).toMatchObject({ exitCode: 0 })
  }
}

const ask = async (endpoint: string, license_key: string, identifier: string) =>
  (await installation.ask(`POST /api/v1/${endpoint}`, { license_key, identifier })).code

let files = 0
const freshFile = () => join(folder, `memory-${++files}.json`)
const remembered = (file: string) => Bun.file(file).json()
const down = () => ({ ...app, server: 'http://127.0.0.1:1' })
const dayMs = 86_400_000

describe('the guide to licensing an app', () => {
  test('makes a test key for each answer that it lists', async () => {
    const codes = [
      ...[await ask('activate', 'TEST-FULL', 'a'), await ask('activate', 'TEST-FULL', 'b')],
      ...[await ask('activate', 'TEST-EXPIRED', 'a'), await ask('activate', 'TEST-BLOCKED', 'a')],
      ...[await ask('activate', 'TEST-STOCK', 'a'), await ask('activate', 'TEST-NONE', 'a')],
    ]
    expect(codes).toEqual([300, 302, 205, 204, 201, 210])
    const table = chapter(pages.licensing!, 'Test before you ship')
    expect(table).toContain('| Activate `TEST-FULL` on one device, then on a second | 300, 302 |')
    expect(table).toContain('`TEST-EXPIRED`, `TEST-BLOCKED`, `TEST-STOCK`, `TEST-NONE` | 205, 204, 201, 210 |')
  })

  test('turns a trial into a paid licence under the same key', async () => {
    const { json } = await installation.cli('license', 'show', 'TRIAL-1', '--json')
    expect(json).toMatchObject({ activation_limit: 3, validity: 365, features: { tier: 'pro' } })
  })

  test('explains every refusal that its sample knows', () => {
    const explained = [...chapter(pages.licensing!, 'Act on the answer').matchAll(/^\| (\d{3}) \|/gm)]
    const known = /refusedCodes = (\[[\d, ]+\])/.exec(fenced('ts', manual).join(''))![1]!
    expect(explained.map(([, code]) => Number(code))).toEqual(JSON.parse(known))
  })
})

describe('the sample of the guide', () => {
  test('keeps one device over several attempts, and takes one seat', async () => {
    const file = freshFile()
    expect(await sample.check(app, file)).toMatchObject({ result: 'refused', isAllowed: false })
    expect(await sample.activate(down(), file, 'TEST-GOOD')).toMatchObject({ result: 'cannot tell' })
    const { device } = await remembered(file)
    expect(await sample.activate(app, file, 'TEST-GOOD')).toMatchObject({ result: 'good', code: 300 })
    expect(await sample.activate(app, file, 'TEST-GOOD')).toMatchObject({ result: 'good', code: 301 })
    expect((await remembered(file)).device).toBe(device)
  })

  test('goes on for the grace period and no longer, and not by a clock that was set back', async () => {
    const file = freshFile()
    await sample.activate(app, file, 'TEST-GOOD')
    expect(await sample.check(down(), file)).toMatchObject({ result: 'cannot tell', isAllowed: true })
    const memory = await remembered(file)
    writeFileSync(file, JSON.stringify({ ...memory, lastGood: Date.now() - 8 * dayMs }))
    expect(await sample.check(down(), file)).toMatchObject({ result: 'cannot tell', isAllowed: false })
    writeFileSync(file, JSON.stringify({ ...memory, latest: Date.now() + 3_600_000 }))
    expect(await sample.check(down(), file)).toMatchObject({ result: 'cannot tell', isAllowed: false })
    expect(await sample.check(app, file)).toMatchObject({ result: 'good', isAllowed: true })
    expect(await sample.check(down(), file)).toMatchObject({ result: 'cannot tell', isAllowed: true })
  })

  test('does not go on without the server once it was refused', async () => {
    const file = freshFile()
    await sample.activate(app, file, 'TRIAL-1')
    await installation.cli('license', 'block', 'TRIAL-1', '--yes')
    expect(await sample.check(app, file)).toMatchObject({ result: 'refused', code: 204, isAllowed: false })
    expect(await sample.check(down(), file)).toMatchObject({ result: 'cannot tell', isAllowed: false })
    await installation.cli('license', 'unblock', 'TRIAL-1')
    expect(await sample.check(app, file)).toMatchObject({ result: 'good', isAllowed: true })
  })
})

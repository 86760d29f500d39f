import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { binary, startInstallation, type TestInstallation } from '../support/installation'
import { makeProduct } from '../support/stock'
import { atTerminal } from '../support/terminal'
import { until } from '../support/wait'

// Every command is a process of its own at a terminal of its own.
setDefaultTimeout(60_000)

const email = 'petra.lindner-von-hohenstein@example.com'
const key = 'ABCD-EFGH-JK23-MN45-PQ67'
const device = 'petra-laptop\u202egpj.exe\u200b'
const setting = 'rate_limit_per_address'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
  const product = String(await makeProduct(installation))
  const owner = ['--owner-name', 'Petra Lindner', '--owner-email', email]
  await installation.cli('license', 'create', '--product', product, '--key', key, ...owner, '--validity', '30')
  await installation.ask('POST /api/v1/activate', { license_key: key, identifier: device })
  await installation.ask('POST /api/v1/verify', { license_key: key, identifier: device })
  await installation.cli(
    'blocklist',
    'add',
    '--ip',
    '203.0.113.7',
    '--reason',
    'tried half a million keys in one night',
  )
  await until(
    'calls are written',
    async () => (await installation.cli('call', 'list', '--json')).json.calls.length === 3,
  )
})
afterAll(() => installation.close())

async function at(columns: number, ...args: string[]) {
  const env = { LATCHKEY_DATA_DIR: installation.folder, NO_COLOR: '1', SUDO_USER: 'petra', LOGNAME: 'root' }
  return atTerminal(args, process.cwd(), [], { columns, env })
}

/** The longest thing that stands without a space: it is never broken. */
const longest = (line: string) =>
  Math.max(
    ...line
      .trim()
      .split(/ +/)
      .map((word) => Bun.stringWidth(word)),
  )

describe.skipIf(!binary).each([80, 40])('at a terminal of %p columns', (columns) => {
  test.each([
    [
      ['license', 'list'],
      [key, email],
    ],
    [
      ['license', 'search', 'petra'],
      [key, email],
    ],
    [
      ['license', 'show', key],
      [key, email, 'DEVICE', 'petra-laptop'],
    ],
    [
      ['call', 'list'],
      ['verify', 'activate', 'Valid license key', 'AT (UTC)'],
    ],
    [
      ['audit', 'list'],
      ['license.created', 'command line'],
    ],
    [
      ['activation', 'list'],
      [key, 'petra-laptop'],
    ],
    [
      ['setting', 'list'],
      [setting, 'backup_passphrase_file'],
    ],
    [['api-key', 'list'], ['everything']],
    [
      ['blocklist', 'list'],
      ['203.0.113.7', 'tried half a million'],
    ],
    [
      ['license', 'explain', key],
      ['OBSERVED', 'Identifier is required'],
    ],
    [['license', 'list', '--help'], ['--owner-email']],
  ])('%j shows whole what it is read for', async (args, shown) => {
    const { exitCode, shown: out } = await at(columns, ...args)
    expect(exitCode).toBe(0)
    const text = out.replace(/\s+/g, ' ')
    for (const word of shown) expect(text).toContain(word)
    const lines = out.split('\n')
    // A word alone on its line is as short as it can be.
    const mayOverflow = (line: string) => /^\s*\S+$/.test(line)
    const tooLong = lines.filter(
      (line) => !mayOverflow(line) && Bun.stringWidth(line) > Math.max(columns, longest(line) + 4),
    )
    expect(tooLong).toEqual([])
  })

  test('moments are of one form, and say once that they are UTC', async () => {
    for (const list of ['license', 'call', 'audit', 'activation']) {
      const { shown } = await at(columns, list, 'list')
      expect(shown, list).not.toMatch(/\dT\d\d:\d\d|:\d\dZ/)
      expect(shown.match(/UTC/g), list).toHaveLength(1)
    }
  })

  test('a sentence that is too long breaks between its words', async () => {
    const { shown } = await at(columns, 'setting', 'set', 'rate_limit_per_address', 'many')
    expect(shown.split('\n').filter((line) => Bun.stringWidth(line) > columns)).toEqual([])
    expect(shown.replace(/\s+/g, ' ')).toContain('is "many", but it takes a whole number from 0 to 10000000')
  })
})

test.each([
  [['activation', 'list']],
  [['call', 'list']],
  [['license', 'show', key]],
  [['activation', 'list', '--json']],
  [['call', 'list', '--json']],
])('what turns the direction of writing, or has no width, is shown as its escape: %j', async (args) => {
  const { shown } = await at(200, ...args)
  expect(shown).toContain('petra-laptop\\u202egpj.exe\\u200b')
  expect(shown).not.toContain('\u202e')
})

test('what is done at a shell is on record by the login of who did it, behind sudo too', async () => {
  await at(80, 'license', 'note', key, 'called on Tuesday')
  const { json } = await installation.cli('audit', 'list', '--actor', 'command line (petra)', '--json')
  expect(json.entries).toMatchObject([{ verb: 'license.noted' }])
  const everybody = (await installation.cli('audit', 'list', '--actor', 'command line', '--json')).json.entries
  expect(everybody.length).toBeGreaterThan(1)
  expect((await installation.cli('license', 'show', key)).out).toContain('command line (petra)')
})

test('a question and a refusal show what strangers wrote as its escapes', async () => {
  const { err } = await installation.cli('activation', 'deactivate', key, 'no\u202esuch\u001b[2J')
  expect(err).toContain('"no\\u202esuch\\u001b[2J" holds no seat')
})

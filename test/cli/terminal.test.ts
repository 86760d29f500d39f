import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { run } from '../../src/cli/program'
import { startInstallation, type TestInstallation } from '../support/installation'
import { logIn } from '../support/operator'

// Many commands, each a process of its own where the binary is tested.
setDefaultTimeout(60_000)

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
  await installation.cli(
    'blocklist',
    'add',
    '--ip',
    '203.0.113.7',
    '--reason',
    'asked for half a million keys in one night',
  )
  await installation.cli('blocklist', 'add', '--identifier', '日本語の名前を持つとても長い端末', '--reason', 'リセラー')
})
afterAll(() => installation.close())

interface Terminal {
  columns?: number
  isColored?: boolean
  /** What the person there types, one answer for each question. */
  types?: string[]
}

/** Runs a command with somebody at the terminal. */
async function atTerminal(line: string, { columns, isColored = false, types = [] }: Terminal = {}) {
  let out = ''
  let err = ''
  const answers = [...types]
  const exitCode = await run(line.split(' '), {
    env: { LATCHKEY_DATA_DIR: installation.folder },
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    confirm: async () => answers.shift() === 'y',
    askSecret: async () => answers.shift() ?? '',
    screen: { columns, isColored },
    errScreen: { columns, isColored },
  })
  return { exitCode, out, err, lines: out.trimEnd().split('\n') }
}

describe('a table at a terminal', () => {
  test.each([120, 80, 60, 50])('fits %p columns, wide characters and all', async (columns) => {
    const { lines } = await atTerminal('blocklist list', { columns })
    for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(columns)
  })

  test('shortens free text, and says where', async () => {
    const { lines } = await atTerminal('blocklist list', { columns: 95 })
    expect(lines[2]).toContain('203.0.113.7')
    expect(lines[2]).toContain('…')
    expect(lines[2]).not.toContain('one night')
  })

  test.each([80, 60, 50])('has what it has no room for below its row, whole, at %p columns', async (columns) => {
    const { out, lines } = await atTerminal('blocklist list', { columns })
    expect(lines[2]).toContain('203.0.113.7')
    expect(out.replace(/\s+/g, ' ')).toContain('REASON asked for half a million keys in one night')
    expect(out).toContain('日本語の名前を持つとても長い端末')
  })

  test('is whole where there is room, and in a pipe', async () => {
    for (const { out } of [await atTerminal('blocklist list', { columns: 200 }), await atTerminal('blocklist list')]) {
      expect(out).toContain('asked for half a million keys in one night')
      expect(out).toContain('日本語の名前を持つとても長い端末')
    }
  })

  test('has its columns under their headings, whatever characters stand before them', async () => {
    const { lines } = await atTerminal('blocklist list')
    const columnOf = (line: string, word: string) => Bun.stringWidth(line.slice(0, line.indexOf(word)))
    const at = columnOf(lines[0]!, 'UNTIL')
    expect([columnOf(lines[2]!, 'for ever'), columnOf(lines[3]!, 'for ever')]).toEqual([at, at])
  })

  test('has a heading that stands out, in colours that JSON never has', async () => {
    const code = '\u001b['
    expect((await atTerminal('blocklist list', { isColored: true })).lines[0]).toStartWith(`${code}1mID`)
    expect((await atTerminal('blocklist list --json', { isColored: true })).out).not.toContain(code)
    expect((await atTerminal('blocklist list')).out).not.toContain(code)
    expect((await atTerminal('blocklist remove 99', { isColored: true })).err).toStartWith(`${code}31mlatchkey:`)
    expect((await atTerminal('nonsense', { isColored: true })).err).toStartWith(`${code}31mlatchkey:`)
  })
})

test('a table says the name of a product beside its id, and JSON the id alone', async () => {
  const { json: product } = await installation.cli('product', 'create', '--name', 'Atlas', '--json')
  const id = String(product.id)
  await installation.ask('POST /api/v1/create-license-keys', {
    product_id: product.id,
    license_keys: ['ATLAS-1'],
    activation_limit: 1,
    validity: 9,
    status: 'assigned',
    owner_name: 'Ada',
    owner_email: 'ada@example.com',
  })
  await installation.cli('contract', 'create', '--product', id, '--name', 'Reseller', '--quantity', '9')
  await installation.cli('generator', 'create', '--product', id)
  await installation.ask('POST /api/v1/send-telemetry-data', { product_id: product.id, data_type: 'text' })
  for (const command of ['contract list', 'generator list', 'telemetry list', 'customer block ada@example.com --yes']) {
    expect([command, (await atTerminal(command)).out]).toEqual([command, expect.stringContaining(` ${id} Atlas `)])
  }
  const { json } = await installation.cli('contract', 'list', '--json')
  expect(json.contracts).toMatchObject([{ product_id: product.id }])
  expect(JSON.stringify(json)).not.toContain('Atlas')
})

describe('a password at a terminal', () => {
  const password = 'wood lamp seven rivers'

  test('is asked for twice', async () => {
    const made = await atTerminal('user create --name ada --role viewer', { types: [password, password] })
    expect(made).toMatchObject({ exitCode: 0, out: 'User "ada" can log in as viewer.\n' })
    expect(await logIn(installation, { name: 'ada', password })).toMatchObject({ status: 200 })
  })

  test('is refused where the second is another', async () => {
    const made = await atTerminal('user create --name bea --role viewer', { types: [password, `${password}!`] })
    expect(made).toMatchObject({ exitCode: 1, out: '', err: expect.stringContaining('not the same') })
  })

  test('is made where nothing is typed', async () => {
    const { exitCode, lines } = await atTerminal('user create --name cleo --role viewer', { types: [''] })
    expect({ exitCode, lines: lines.length }).toEqual({ exitCode: 0, lines: 3 })
    expect(await logIn(installation, { name: 'cleo', password: lines[2]! })).toMatchObject({ status: 200 })
  })
})

test('what cannot be undone is done when the person at the terminal says yes', async () => {
  await installation.cli('user', 'create', '--name', 'gone', '--role', 'viewer')
  expect(await atTerminal('user delete gone', { types: ['n'] })).toMatchObject({ exitCode: 1, out: '' })
  expect(await atTerminal('user delete gone', { types: ['y'] })).toMatchObject({ exitCode: 0 })
})

test('another key signs when the person at the terminal says yes', async () => {
  const rotate = 'key rotate --overlap 0 --bits 2048'
  expect(await atTerminal(rotate, { types: ['n'] })).toMatchObject({ exitCode: 1, out: '' })
  expect(await atTerminal(rotate, { types: ['y'] })).toMatchObject({
    exitCode: 0,
    out: expect.stringContaining('signed with this key from now on'),
  })
})

import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { binary } from '../support/installation'
import { emptyFolder } from '../support/process'
import { root } from '../support/readme'

// Many commands, each a process of its own where the binary is tested.
setDefaultTimeout(60_000)

const folder = emptyFolder()
afterAll(folder.remove)

const program = binary ? [binary] : [process.execPath, join(root, 'src/main.ts')]
const password = 'wood lamp seven rivers'

/** Runs the program at a terminal of its own, answering each question as it is asked. */
async function typing(args: string[], { columns = 80, answers = [] as string[], env = {} } = {}) {
  const left = [...answers]
  const decoder = new TextDecoder()
  let seen = ''
  const child = Bun.spawn([...program, ...args], {
    env: { PATH: process.env.PATH, TERM: 'xterm', LATCHKEY_DATA_DIR: join(folder.path, 'data'), ...env },
    terminal: {
      cols: columns,
      rows: 24,
      data(terminal, bytes) {
        seen += decoder.decode(bytes, { stream: true })
        if (seen.endsWith(': ') && left.length) terminal.write(`${left.shift()}\r`)
      },
    },
  })
  return { exitCode: await child.exited, seen }
}

test('nobody sees a password that is typed', async () => {
  await Bun.spawn([...program, 'init', '--bits', '2048'], {
    env: { LATCHKEY_DATA_DIR: join(folder.path, 'data') },
    stdout: 'ignore',
    stderr: 'ignore',
  }).exited
  const args = ['user', 'create', '--name', 'ada', '--role', 'owner']
  const { exitCode, seen } = await typing(args, { answers: [password, password] })
  expect(exitCode).toBe(0)
  expect(seen).toContain('User "ada" can log in as owner.')
  expect(seen).not.toContain('wood')
  expect(seen).not.toContain('shown this once')
})

test('a table is as wide as the terminal, in colours unless they are not wanted', async () => {
  const narrow = await typing(['user', 'list'], { columns: 40 })
  const lines = Bun.stripANSI(narrow.seen).trimEnd().split('\r\n')
  expect(lines.map((line) => Bun.stringWidth(line)).filter((width) => width > 40)).toEqual([])
  expect(narrow.seen).toContain('\u001b[1m')
  expect((await typing(['user', 'list'], { env: { NO_COLOR: '1' } })).seen).not.toContain('\u001b[')
})

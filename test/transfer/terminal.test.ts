import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { run } from '../../src/cli/program'
import { type EmptyInstallation, emptyInstallation } from '../support/empty-installation'

// Each step is a run of the program, which takes its time on a busy machine.
setDefaultTimeout(60_000)

let installation: EmptyInstallation
beforeEach(async () => {
  installation = await emptyInstallation()
})
afterEach(() => installation.remove())

/** Runs a command as at a terminal, where somebody says yes or no. */
async function atTerminal(answer: boolean, ...args: string[]) {
  const asked: string[] = []
  let out = ''
  let err = ''
  const exitCode = await run(args, {
    env: { LATCHKEY_DATA_DIR: installation.folder },
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    confirm: async (question) => {
      asked.push(question)
      return answer
    },
  })
  return { exitCode, out, err, asked }
}

const keys = 'license_key,product,activation_limit,validity\nKEY-1,App,1,0\nKEY-2,App,x,0\n'
const licenses = async () => (await installation.cli('export', 'licenses')).out

describe('at a terminal, import', () => {
  test('shows what it will do and asks; without a yes it does nothing', async () => {
    const path = installation.file('keys.csv', keys)
    const { exitCode, err, asked } = await atTerminal(false, 'import', path, '--create-products')
    expect(asked).toEqual(['Import?'])
    expect(err).toContain('Nothing was changed yet. The import will do this:')
    expect(err).toContain(`${path}, line 3: activation_limit "x" must be an integer`)
    expect(exitCode).toBe(1)
    expect(await licenses()).toBe('')
  })

  test('does it when somebody says yes, with a bar for how far it is', async () => {
    const path = installation.file('keys.csv', keys)
    const { exitCode, out, err } = await atTerminal(
      true,
      'import',
      path,
      '--create-products',
      '--refused',
      installation.path('no.csv'),
    )
    expect(exitCode).toBe(1)
    expect(out).toContain('Imported:')
    expect(err).toContain(`${'█'.repeat(30)} 100 %\n`)
    expect((await licenses()).split('\n')).toHaveLength(2)
    expect(readFileSync(installation.path('no.csv'), 'utf8')).toContain(
      'KEY-2,App,x,0,"activation_limit ""x"" must be an integer"',
    )
  })

  test('asks nothing where nothing would be made', async () => {
    const good = installation.file('good.csv', 'license_key,product,activation_limit\nKEY-1,App,1\n')
    const bad = installation.file('bad.csv', 'license_key,product,activation_limit\nKEY-2,App,x\nKEY-3,App,x\n')
    await atTerminal(true, 'import', good, '--create-products')
    const again = await atTerminal(true, 'import', good)
    expect(again).toMatchObject({ exitCode: 0, asked: [], err: expect.stringMatching(/licenses +1 +0 +1 +0/) })
    const refused = await atTerminal(true, 'import', bad)
    expect(refused).toMatchObject({ exitCode: 1, asked: [] })
    expect(refused.err).toContain('2 lines, first')
    expect(refused.err).toContain('latchkey: 2 lines are refused, and nothing would be made: nothing was changed')
  })

  test('does not ask when it was told yes, nor for a dry run', async () => {
    const path = installation.file('keys.csv', keys)
    expect((await atTerminal(false, 'import', path, '--create-products', '--dry-run')).asked).toEqual([])
    expect((await atTerminal(false, 'import', path, '--create-products', '--yes')).asked).toEqual([])
    expect((await licenses()).split('\n')).toHaveLength(2)
  })
})

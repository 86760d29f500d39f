import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { binary, spawnBinary, speak } from '../support/installation'
import { emptyFolder } from '../support/process'

// Many commands, each a process of its own where the binary is tested.
setDefaultTimeout(60_000)

const folder = emptyFolder()
afterAll(folder.remove)

const scriptFor = (shell: string) => join(folder.path, `latchkey.${shell}`)
const shells = ['bash', 'zsh', 'fish'] as const
beforeAll(async () => {
  for (const shell of shells) {
    const { exitCode, out, err } = await (binary ? spawnBinary : speak)(['completion', shell])
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    await Bun.write(scriptFor(shell), out)
  }
})

const quote = (words: string[]) => words.map((word) => `'${word}'`).join(' ')

/** How a shell is made to tell what it would offer after these words, the last of which is being typed. */
const asking: Record<(typeof shells)[number], (words: string[]) => string[]> = {
  bash: (words) => [
    '-c',
    `source "$0"; COMP_WORDS=(${quote(words)}); COMP_CWORD=${words.length - 1}; _latchkey; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ],
  zsh: (words) => [
    ...['-f', '-c'],
    // Outside the line editor there is nobody to describe candidates to.
    `compdef() { }; _describe() { print -l -- \${\${(P)2}%%:*} }; _files() { print FILES }; source "$0"
     words=(${quote(words)}); CURRENT=${words.length}; _latchkey`,
  ],
  fish: (words) => ['--no-config', '-c', `source $argv[1]; complete -C "${words.join(' ')}"`],
}

async function offered(shell: (typeof shells)[number], words: string[]): Promise<string[]> {
  const asked = Bun.spawn([shell, ...asking[shell](words), scriptFor(shell)], {
    cwd: folder.path,
    env: { PATH: process.env.PATH, HOME: folder.path },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  expect(await new Response(asked.stderr).text()).toBe('')
  const typed = words.at(-1)!
  const lines = (await new Response(asked.stdout).text()).split('\n').map((line) => line.split('\t')[0]!)
  return lines.filter((word) => word && (word === 'FILES' || word.startsWith(typed)))
}

describe.each(shells)('%s', (shell) => {
  const here = test.skipIf(!Bun.which(shell))

  here('offers the commands, and those of a group', async () => {
    expect(await offered(shell, ['latchkey', ''])).toEqual(expect.arrayContaining(['serve', 'user', 'completion']))
    const ofUser = await offered(shell, ['latchkey', 'user', ''])
    expect(ofUser).toEqual(expect.arrayContaining(['create', 'list', 'passwd', 'tokens']))
    expect(ofUser).not.toContain('serve')
    expect(await offered(shell, ['latchkey', 'help', 'op'])).toEqual(expect.arrayContaining(['operate', 'openapi']))
    expect(await offered(shell, ['latchkey', 'user', 'tokens', ''])).toEqual(
      expect.arrayContaining(['create', 'list', 'revoke']),
    )
    expect((await offered(shell, ['latchkey', 'user', 'pa'])).sort()).toEqual(['passkeys', 'passwd'])
  })

  here('offers the options of a command and of no other', async () => {
    const options = await offered(shell, ['latchkey', 'user', 'create', '--'])
    expect(options).toEqual(expect.arrayContaining(['--name', '--role', '--password-file', '--json', '--help']))
    expect(options).not.toContain('--port')
  })

  here('offers the words an option or an argument takes, and those alone', async () => {
    const roles = await offered(shell, ['latchkey', 'user', 'create', '--role', ''])
    expect(roles.sort()).toEqual(['operator', 'owner', 'support', 'viewer'])
    expect(await offered(shell, ['latchkey', 'completion', 'b'])).toEqual(['bash'])
  })

  here('offers the names of settings', async () => {
    const names = await offered(shell, ['latchkey', 'setting', 'set', 'backup_'])
    expect(names).toEqual(expect.arrayContaining(['backup_every', 'backup_keep', 'backup_to']))
    expect(await offered(shell, ['latchkey', 'setting', 'show', 'data_'])).toEqual(['data_dir'])
  })

  here('leaves what only a person knows to them', async () => {
    const free = await offered(shell, ['latchkey', 'user', 'create', '--name', ''])
    expect(free.filter((word) => word.startsWith('--'))).toEqual([])
  })
})

test('another shell is refused', async () => {
  const { exitCode, out, err } = await speak(['completion', 'tcsh'])
  expect({ exitCode, out, err }).toEqual({ exitCode: 2, out: '', err: expect.stringContaining('bash, zsh, fish') })
})

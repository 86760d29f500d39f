import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { binary, startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator } from '../support/operator'
import { secretFile } from '../support/secret-file'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

const secret = 'a-secret-of-twenty-four-characters'

describe('a secret on the command line', () => {
  const cases: [string[], string][] = [
    [['api-key', 'create', '--name', 'x', '--preset', 'client', '--import', secret], '--import-file FILE, or -'],
    [['serve', '--port', '0', '--envato-token', secret], '--envato-token-file FILE, or -'],
    [['serve', '--port', '0', `--envato-token=${secret}`], 'set LATCHKEY_ENVATO_TOKEN'],
    [['systemd', '--envato-token', secret], '--envato-token-file FILE, or -'],
    [['setting', 'set', 'envato_token', secret], '--value-file FILE", or -'],
    [['setting', 'set', 'ENVATO_TOKEN', secret], '--value-file FILE", or -'],
    [['setting', 'set', 'envato_token', '--value', secret], '--value-file FILE, or -'],
    [['key', 'import', 'key.pem', '--passphrase', secret], '--passphrase-file FILE, or -'],
    [['user', 'create', '--name', 'eve', '--role', 'viewer', '--password', secret], '--password-file FILE, or -'],
    [['client', 'python', '--api-key', secret], '--api-key-file FILE, or -'],
    [['contract', 'create', '--contract-key', secret], '--contract-key-file FILE, or -'],
  ]
  test.each(cases)('is refused with what to do instead, and not repeated: %p', async (args, remedy) => {
    const { exitCode, out, err } = await installation.cli(...args)
    expect({ exitCode, out, err }).toEqual({ exitCode: 2, out: '', err: expect.stringContaining(remedy) })
    expect(err).not.toContain(secret)
  })

  test('is offered by the help in its file alone', async () => {
    const { out } = await installation.cli('api-key', 'create', '--help')
    expect(out).toContain('--import-file <path>')
    expect(out).not.toContain('--import <')
    expect((await installation.cli('serve', '--help')).out).not.toContain('--envato-token <')
  })

  test('is taken from a file without the end of its line', async () => {
    const name = { name: 'brought', preset: 'client' }
    const args = ['--name', name.name, '--preset', name.preset, '--import-file', secretFile(secret)]
    expect((await installation.cli('api-key', 'create', ...args, '--json')).json).toMatchObject({ api_key: secret })
    expect(await installation.ask('POST /api/v1/verify', {}, { key: secret })).toMatchObject({ code: 210 })
  })
})

const program = binary ? [binary] : [process.execPath, join(import.meta.dir, '../../src/main.ts')]

/** Runs a command that reads this from standard input. */
async function fed(input: string, ...args: string[]) {
  const env = { LATCHKEY_DATA_DIR: installation.folder }
  const stdin = new Blob([input])
  const child = Bun.spawn([...program, ...args], { env, stdin, stdout: 'pipe', stderr: 'pipe' })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { exitCode: await child.exited, out, err }
}

describe('standard input', () => {
  test('gives one text, and a second is refused before anything is done', async () => {
    const cases = [
      ['key', 'import', '-', '--passphrase-file', '-', '--yes'],
      ['verify-response', '--public-key', '-'],
    ]
    for (const args of cases) {
      expect(await fed('a text\n', ...args)).toEqual({
        exitCode: 2,
        out: '',
        err: 'latchkey: two things are to be read from standard input, which holds one text: write the other to a file and name that\n',
      })
    }
  })

  test('gives the one text that is asked of it', async () => {
    const { out } = await fed(
      `${secret}-fed`,
      'api-key',
      'create',
      '--name',
      'fed',
      '--preset',
      'client',
      '--import-file',
      '-',
      '--json',
    )
    expect(JSON.parse(out)).toMatchObject({ api_key: `${secret}-fed` })
  })
})

describe('a new place for a stored secret', () => {
  const sent = (...args: string[]) => installation.cli('setting', 'set', 'envato_url', ...args)

  test('is refused without the secret, at both doors, and taken with it', async () => {
    const owner = await makeOperator(installation, 'owner')
    const put = (value: string, more = {}) => owner.tell('PUT /settings/envato_url', { value, ...more })
    expect((await sent('https://one.example')).exitCode).toBe(0)
    expect(
      (await installation.cli('setting', 'set', 'envato_token', '--value-file', secretFile(secret))).exitCode,
    ).toBe(0)

    const spoken = await sent('https://thief.example')
    expect(spoken).toMatchObject({ exitCode: 2, err: expect.stringContaining('give it anew along with envato_url') })
    expect(await put('https://thief.example')).toMatchObject({ status: 422 })
    expect(await put('https://thief.example', { envato_token: '' })).toMatchObject({ status: 422 })
    const shown = async (name: string) =>
      (await installation.cli('setting', 'list', '--json')).json.settings.find(
        (each: { name: string }) => each.name === name,
      )
    expect(await shown('envato_url')).toMatchObject({ value: 'https://one.example' })

    expect((await sent('https://one.example')).exitCode).toBe(0)
    expect((await sent('https://two.example', '--envato-token-file', secretFile(secret))).exitCode).toBe(0)
    expect(await shown('envato_url')).toMatchObject({ value: 'https://two.example' })
    expect(await put('https://three.example', { envato_token: secret })).toMatchObject({ status: 200 })
    expect(await shown('envato_url')).toMatchObject({ value: 'https://three.example' })
    expect(await shown('envato_token')).toMatchObject({ value: '•••', source: 'stored' })
  })

  test('is refused where the secret is the process’s own, which nobody at a door can give anew', async () => {
    const bound = await startInstallation({ envato_token: secret })
    const owner = await makeOperator(bound, 'owner')
    for (const more of [{}, { envato_token: secret }]) {
      const told = await owner.tell('PUT /settings/envato_url', { value: 'https://thief.example', ...more })
      expect(told).toMatchObject({ status: 422, body: { error: { message: expect.stringContaining('started with') } } })
    }
    await bound.close()
  })

  test('is given with no other setting', async () => {
    const { exitCode, err } = await installation.cli(
      'setting',
      'set',
      'call_log',
      'off',
      '--envato-token-file',
      secretFile('x'),
    )
    expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining('along with envato_url alone') })
  })
})

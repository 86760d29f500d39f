import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { databaseOf } from '../support/databases'
import { binary, spawnBinary, speak, speakTo, startInstallation, urlFrom } from '../support/installation'
import { contentsOf, emptyFolder } from '../support/process'
import { until } from '../support/wait'

// Servers that are processes of their own.
setDefaultTimeout(60_000)

const program = binary ? [binary] : [process.execPath, join(import.meta.dir, '../../src/main.ts')]

// biome-ignore lint/suspicious/noExplicitAny: what comes back differs from command to command
type Payload = any

let folder: ReturnType<typeof emptyFolder>
beforeEach(async () => {
  folder = emptyFolder()
  writeFileSync(at('passphrase'), 'open sesame')
  mkdirSync(at('backups'))
})
afterEach(() => folder.remove())

const at = (name: string) => join(folder.path, name)
const data = () => at('data')
const running = () => join(data(), 'server.settings.json')

/** A server with these flags, started in the folder above its data. */
async function serve(...flags: string[]) {
  if (!existsSync(data())) await speakTo(data(), 'init', '--bits', '2048')
  const child = Bun.spawn([...program, 'serve', '--port', '0', '--log', 'off', '--data-dir', 'data', ...flags], {
    cwd: folder.path,
    env: databaseOf(data()),
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  })
  await urlFrom(child.stderr)
  return async (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal)
    return child.exited
  }
}

const backupFlags = ['--backup-every', '6h', '--backup-to', 'backups', '--backup-passphrase-file', 'passphrase']
/** A command in a shell that was given nothing but the folder. */
const shell = (...args: string[]) => speakTo(data(), ...args)
const shown = async (name: string) => (await shell('setting', 'show', name, '--json')).json

describe('a command on the folder of a running server', () => {
  test('goes by the flags of the server, and says where they come from', async () => {
    const stop = await serve(...backupFlags)
    expect(await shown('backup_every')).toMatchObject({ value: '6h', source: 'server_flag' })
    expect((await shell('setting', 'show', 'backup_every')).out).toContain("the running server's flag --backup-every")
    expect((await shell('setting', 'list')).out).toMatch(/backup_every +6h +server's flag/)
    expect(statSync(running()).mode & 0o777).toBe(0o600)
    expect(await stop('SIGTERM')).toBe(0)
    expect(existsSync(running())).toBeFalse()
    expect(await shown('backup_every')).toMatchObject({ value: '0', source: 'default' })
  })

  test('has a backup taken to the place of the server, and lists it', async () => {
    const stop = await serve(...backupFlags.slice(2))
    const { json } = await shell('backups', 'take', '--json')
    // The server names it from its own working directory.
    expect(json.file).toStartWith(at('backups/'))
    const listed = async () => (await shell('backups', 'list', '--json')).json
    await until('the backup', async () => {
      const { backups, problems } = await listed()
      return backups.some(({ path }: Payload) => path === json.file) && problems.length === 0
    })
    await stop('SIGTERM')
  })

  test('goes by its own variables first', async () => {
    const stop = await serve(...backupFlags)
    const env = { LATCHKEY_DATA_DIR: data(), LATCHKEY_BACKUP_EVERY: '2h' }
    const { json } = await (binary ? spawnBinary : speak)(['setting', 'show', 'backup_every', '--json'], env)
    expect(json).toMatchObject({ value: '2h', source: 'variable' })
    await stop('SIGTERM')
  })

  test('believes nothing that a killed server has left behind', async () => {
    const stop = await serve(...backupFlags)
    await stop('SIGKILL')
    expect(existsSync(running())).toBeTrue()
    expect(await shown('backup_every')).toMatchObject({ value: '0', source: 'default' })
    expect(await shell('backups', 'take')).toMatchObject({ exitCode: 2, err: expect.stringContaining('backup_to') })
    const again = await serve('--keep-jobs', '7')
    expect(await shown('backup_every')).toMatchObject({ value: '0', source: 'default' })
    expect(await shown('keep_jobs')).toMatchObject({ value: '7', source: 'server_flag' })
    await again('SIGTERM')
  })

  test('finds a damaged list of settings to be none', async () => {
    const stop = await serve(...backupFlags)
    writeFileSync(running(), '{"backup_every":{"orig')
    expect(await shown('backup_every')).toMatchObject({ value: '0', source: 'default' })
    await stop('SIGTERM')
  })

  test('sees variables of the server, and no secret', async () => {
    const installation = await startInstallation({ envato_token: 'very-secret-7c1f', telemetry: 'NO' })
    const show = async (name: string) => (await speakTo(installation.folder, 'setting', 'show', name, '--json')).json
    expect(await show('telemetry')).toMatchObject({ value: 'off', source: 'server_variable' })
    expect(await show('envato_token')).toMatchObject({ value: '•••', source: 'server_variable' })
    expect(readFileSync(join(installation.folder, 'server.settings.json'), 'utf8')).not.toContain('very-secret')
    const { out } = await speakTo(installation.folder, 'setting', 'set', 'telemetry', 'yes')
    expect(out).toContain("The server's variable goes before what is stored")
    await installation.close()
  })
})

describe('a server whose settings contradict each other does not start, and writes nothing', () => {
  const refused = async (...flags: string[]) => {
    const before = contentsOf(folder.path)
    const args = ['serve', '--port', '0', '--data-dir', data(), ...flags]
    const { exitCode, out, err } = await (binary ? spawnBinary : speak)(args, databaseOf(data()))
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(err).toMatch(/^latchkey: [^\n]+\n$/)
    expect(contentsOf(folder.path)).toEqual(before)
    return err
  }

  test.each<[string, string[], string]>([
    ['backups to nowhere', ['--backup-every', '6h'], 'backup_to names no folder'],
    ['backups without a passphrase', ['--backup-every', '6h', '--backup-to', '/x'], 'backup_passphrase_file names no'],
    ['a list that says nothing', ['--allow-private-webhooks', 'on', '--webhook-allow-list', '::1'], 'says nothing'],
  ])('%s', async (_, flags, sentence) => {
    expect(await refused(...flags)).toContain(sentence)
    await shell('init', '--bits', '2048')
    expect(await refused(...flags)).toContain(sentence)
  })

  test('what is stored counts, for and against', async () => {
    await shell('init', '--bits', '2048')
    await shell('setting', 'set', 'webhook_allow_list', '10.0.0.0/8')
    expect(await refused('--allow-private-webhooks', 'on')).toContain('says nothing')
    await shell('setting', 'set', 'backup_to', at('backups'))
    await shell('setting', 'set', 'backup_passphrase_file', at('passphrase'))
    const stop = await serve('--backup-every', '6h')
    await stop('SIGTERM')
  })
})

test('a copy of the list in another folder is not believed', async () => {
  const stop = await serve(...backupFlags)
  await speakTo(at('other'), 'init', '--bits', '2048')
  copyFileSync(running(), at('other/server.settings.json'))
  const { json } = await speakTo(at('other'), 'setting', 'show', 'backup_every', '--json')
  expect(json).toMatchObject({ value: '0', source: 'default' })
  await stop('SIGTERM')
})

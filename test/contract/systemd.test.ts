import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../src/config'
import { binary, spawnBinary, speak } from '../support/installation'
import { emptyFolder, serve } from '../support/process'
import { fixture, trusting } from '../support/tls'

let folder: ReturnType<typeof emptyFolder>
beforeAll(() => {
  folder = emptyFolder()
})
afterAll(() => folder.remove())

const print = (args: string[] = [], env: Record<string, string> = {}) =>
  (binary ? spawnBinary : speak)(['systemd', ...args], env)

/** The lines of a unit's section. */
const linesOf = (unit: string, section: string) => unit.split(`[${section}]\n`)[1]!.split('\n\n[')[0]!.split('\n')

describe('the unit', () => {
  test('keeps the server to its own folder, restarts it, reloads it by SIGHUP and gives it time to end', async () => {
    const { exitCode, out } = await print()
    expect(exitCode).toBe(0)
    expect(linesOf(out, 'Service')).toEqual(
      expect.arrayContaining([
        'User=latchkey',
        'Restart=always',
        'ExecReload=/bin/kill -HUP $MAINPID',
        'TimeoutStopSec=30',
        'Environment="LATCHKEY_DATA_DIR=/var/lib/latchkey"',
        'StateDirectory=latchkey',
        'ProtectSystem=strict',
        'NoNewPrivileges=yes',
        'CapabilityBoundingSet=',
        'UMask=0077',
      ]),
    )
  })

  test('has the settings it is given, quoted, with files named from the root', async () => {
    const options = ['--data-dir', '/srv/keys 100%', '--port', '443', '--user', 'keys', '--tls-cert', 'a "b".pem']
    const { out } = await print(options, { LATCHKEY_HOST: '::' })
    expect(linesOf(out, 'Service')).toEqual(
      expect.arrayContaining([
        'User=keys',
        'Environment="LATCHKEY_DATA_DIR=/srv/keys 100%%"',
        'ReadWritePaths="/srv/keys 100%%"',
        'Environment="LATCHKEY_HOST=::"',
        'Environment="LATCHKEY_PORT=443"',
        expect.stringMatching(/^Environment="LATCHKEY_TLS_CERT=\/.*\/a \\"b\\"\.pem"$/),
        'AmbientCapabilities=CAP_NET_BIND_SERVICE',
      ]),
    )
    expect(out).not.toContain('StateDirectory')
  })

  /** The environment a unit gives its program, with what stands in quotes as it is meant. */
  const environmentOf = (unit: string) =>
    Object.fromEntries(
      linesOf(unit, 'Service').flatMap((line) => {
        const [, pair] = /^Environment="(.*)"$/.exec(line) ?? []
        if (pair === undefined) return []
        const text = pair.replace(/\\(.)/g, '$1').replaceAll('%%', '%')
        return [[text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]]
      }),
    )

  const whole = () => {
    writeFileSync(join(folder.path, 'passphrase'), 'open sesame')
    return [
      ...['--data-dir', join(folder.path, 'data 100%'), '--host', '127.0.0.1', '--port', '0', '--log', 'off'],
      ...['--tls-cert', fixture('first.pem'), '--tls-key', fixture('first-key.pem'), '--trusted-proxies', '10.0.0.1'],
      ...['--backup-every', '6h', '--backup-to', join(folder.path, 'backups')],
      ...['--backup-passphrase-file', join(folder.path, 'passphrase')],
    ]
  }

  test('gives its program values as they were typed, which start', async () => {
    const { out } = await print(whole())
    const env = environmentOf(out)
    expect(env).toMatchObject({ LATCHKEY_BACKUP_EVERY: '6h', LATCHKEY_TRUSTED_PROXIES: '10.0.0.1' })
    expect(readConfig({}, env)).toMatchObject({ backup_every: 6 * 3_600_000, data_dir: join(folder.path, 'data 100%') })
    if (!binary) return
    const server = await serve(folder.path, [], env)
    expect(server.url).toStartWith('https://127.0.0.1:')
    expect((await fetch(`${server.url}/readyz`, trusting('first.pem'))).status).toBe(200)
    expect(await server.stop('SIGTERM')).toBe(0)
  })

  test('lets it write its backups, hands it files of root, and repeats the flags in the line that installs it', async () => {
    const { out } = await print(whole())
    expect(linesOf(out, 'Service')).toEqual(
      expect.arrayContaining([
        `ReadWritePaths="${join(folder.path, 'backups')}"`,
        `LoadCredential=backup_passphrase_file:${join(folder.path, 'passphrase')}`,
        `LoadCredential=tls_key:${fixture('first-key.pem')}`,
      ]),
    )
    expect(out).toMatch(/^# {10}latchkey systemd .*--backup-every 6h .*> \/etc\/systemd\/system\/latchkey.service$/m)
    expect(out).toContain('take trusted_proxies, backup_every out to set it while the server runs')
  })

  test('reads a file that its user may not read from the credentials of systemd', () => {
    writeFileSync(join(folder.path, 'backup_passphrase_file'), 'open sesame')
    const env = { LATCHKEY_BACKUP_PASSPHRASE_FILE: '/nowhere/passphrase', CREDENTIALS_DIRECTORY: folder.path }
    expect(readConfig({}, env).backup_passphrase_file).toBe(join(folder.path, 'backup_passphrase_file'))
    expect(readConfig({}, { ...env, CREDENTIALS_DIRECTORY: undefined }).backup_passphrase_file).toBe(
      '/nowhere/passphrase',
    )
    const readable = { ...env, LATCHKEY_BACKUP_PASSPHRASE_FILE: fixture('first.pem') }
    expect(readConfig({}, readable).backup_passphrase_file).toBe(fixture('first.pem'))
  })

  test.each([
    ['LATCHKEY_ENVATO_TOKEN', 'or store it with'],
    ['LATCHKEY_OIDC_CLIENT_SECRET', 'or store it with'],
    ['LATCHKEY_BACKUP_KEY_PASSPHRASE', 'or store it with'],
    ['LATCHKEY_FILES_SECRET_KEY', ''],
  ])('holds no secret such as %s', async (name, further) => {
    const { exitCode, out, err } = await print([], { [name]: 'hidden' })
    const sentence = `put it as ${name} into /etc/latchkey.env${further && `, ${further}`}`
    expect({ exitCode, out, err }).toEqual({ exitCode: 2, out: '', err: expect.stringContaining(sentence) })
    expect(err).not.toContain('hidden')
  })

  test('is not made with what could end a line or be another user', async () => {
    expect(await print(['--data-dir', '/srv/a\nExecStart=/bin/sh'])).toMatchObject({ exitCode: 2, out: '' })
    expect(await print(['--user', 'root; reboot'])).toMatchObject({ exitCode: 2, out: '' })
  })

  test.skipIf(!binary || !Bun.which('systemd-analyze'))('is one that systemd takes', async () => {
    for (const options of [[], ['--data-dir', '/srv/keys 100%', '--port', '443', '--tls-key', 'a "b".pem']]) {
      const unit = join(folder.path, 'latchkey.service')
      writeFileSync(unit, (await print(options)).out)
      const verify = Bun.spawnSync(['systemd-analyze', 'verify', unit])
      const complaints = verify.stderr
        .toString()
        .split('\n')
        .filter((line) => line.includes('latchkey'))
      expect({ complaints, exitCode: verify.exitCode }).toEqual({ complaints: [], exitCode: 0 })
    }
  })
})

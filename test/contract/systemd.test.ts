import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binary, spawnBinary, speak } from '../support/house'
import { emptyFolder } from '../support/process'

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

import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { binary, type Spoken, spawnBinary } from '../support/installation'
import { emptyFolder, prepared, serve } from '../support/process'
import { fixture } from '../support/tls'

setDefaultTimeout(60_000)

let place: ReturnType<typeof emptyFolder>
beforeEach(() => {
  place = emptyFolder()
  chmodSync(place.path, 0o755)
})
afterEach(() => place.remove())

const inPlace = (...path: string[]) => join(place.path, ...path)
const nobody = 65534
const isRoot = process.getuid?.() === 0 && Bun.which('setpriv') !== null

/** Runs the binary as the user nobody. */
async function asNobody(...args: string[]): Promise<Omit<Spoken, 'json'>> {
  const user = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups']
  const child = Bun.spawn(['timeout', '20', ...user, binary!, ...args], {
    cwd: place.path,
    env: { PATH: process.env.PATH },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { out, err, exitCode: await child.exited }
}

/** One sentence that names the file, its owner and the remedy. */
function expectSentence({ err, exitCode }: { err: string; exitCode: number }, path: string) {
  expect({ err, exitCode }).toEqual({
    err: expect.stringMatching(/^latchkey: .*belongs to root.*chown nobody .*\n$/),
    exitCode: 1,
  })
  expect(err).toContain(path)
  expect(err.trimEnd().split('\n')).toHaveLength(1)
}

const give = (...names: string[]) => {
  for (const name of names) chownSync(inPlace(name), nobody, nobody)
}
const own = ['data', 'data/latchkey.db', 'data/sealing.key', 'data/server.lock']

describe.skipIf(!binary || !isRoot)('a file of another owner', () => {
  test.each([
    ['sealing.key', ['serve', '--port', '0']],
    ['latchkey.db', ['serve', '--port', '0']],
    ['server.lock', ['serve', '--port', '0']],
    ['latchkey.db-wal', ['serve', '--port', '0']],
    ['files', ['serve', '--port', '0']],
    ['imports', ['serve', '--port', '0']],
    ['sealing.key', ['product', 'list']],
    ['latchkey.db', ['status']],
  ])('%s ends %p in one sentence', async (name, args) => {
    await spawnBinary(['init', '--bits', '2048'], {}, place.path)
    give(...own)
    if (['files', 'imports'].includes(name)) mkdirSync(inPlace('data', name), { mode: 0o700 })
    if (!existsSync(inPlace('data', name))) writeFileSync(inPlace('data', name), '', { mode: 0o600 })
    chownSync(inPlace('data', name), 0, 0)
    expectSentence(await asNobody(...args), inPlace('data', name))
  })

  test('is named too where it is the folder, a passphrase, a key for TLS, an import, or where a backup goes', async () => {
    await spawnBinary(['init', '--bits', '2048'], {}, place.path)
    expectSentence(await asNobody('product', 'list'), inPlace('data'))
    expectSentence(await asNobody('init', '--data-dir', inPlace('new/data')), place.path)
    give(...own)
    writeFileSync(inPlace('secret'), 'open sesame', { mode: 0o600 })
    mkdirSync(inPlace('closed'), { mode: 0o700 })
    writeFileSync(inPlace('closed/licenses.csv'), 'license_key\n')
    const backup = ['backup', inPlace('closed/today.tar.gz')]
    expectSentence(
      await asNobody('backup', inPlace('data/b.tar.gz'), '--passphrase-file', inPlace('secret')),
      inPlace('secret'),
    )
    expectSentence(await asNobody(...backup, '--without-keys'), inPlace('closed'))
    expectSentence(await asNobody('import', inPlace('closed/licenses.csv'), '--yes'), inPlace('closed'))
    expectSentence(
      await asNobody('restore', inPlace('closed/today.tar.gz'), '--data-dir', inPlace('data/x')),
      inPlace('closed'),
    )
    expectSentence(
      await asNobody('serve', '--port', '0', '--tls-cert', fixture('first.pem'), '--tls-key', inPlace('secret')),
      inPlace('secret'),
    )
    expectSentence(await asNobody('audit', 'export', inPlace('closed/audit.jsonl')), inPlace('closed'))
  })
})

describe.skipIf(!binary || !isRoot)('a command of root in the folder of another user', () => {
  test('leaves what that user can read and write', async () => {
    mkdirSync(inPlace('data'))
    give('data')
    await prepared(place.path)
    writeFileSync(inPlace('app.zip'), 'the release')
    const product = [
      'product',
      'create',
      '--name',
      'App',
      '--description',
      'a',
      '--source',
      'internal',
      '--require-non-expired',
      '0',
      '--status',
      'active',
    ]
    const made = await spawnBinary([...product, '--json'], {}, place.path)
    expect(made).toMatchObject({ exitCode: 0, err: '' })
    const release = [
      'release',
      'add',
      '--product',
      '1',
      '--version',
      '1.0',
      '--numeric-version',
      '10',
      '--file',
      inPlace('app.zip'),
    ]
    expect(await spawnBinary(release, {}, place.path)).toMatchObject({ exitCode: 0, err: '' })
    const doctor = await asNobody('doctor')
    expect(doctor.out).toMatch(/✓ files/)
    expect(doctor.out).toMatch(/✓ permissions/)
    expect((await asNobody('product', 'list')).exitCode).toBe(0)
    for (const name of ['data/files', 'data/latchkey.db', 'data/sealing.key'])
      expect(statSync(inPlace(name)).uid).toBe(nobody)
  })

  test('restores to an empty folder what its owner can use', async () => {
    await prepared(place.path)
    writeFileSync(inPlace('secret'), 'open sesame')
    const file = inPlace('today.tar.gz')
    const under = ['--passphrase-file', inPlace('secret')]
    expect(await spawnBinary(['backup', file, ...under], {}, place.path)).toMatchObject({ exitCode: 0 })
    mkdirSync(inPlace('restored'))
    mkdirSync(inPlace('restored/lost+found'), { mode: 0o700 })
    give('restored')
    const restored = await spawnBinary(['restore', file, '--data-dir', inPlace('restored'), ...under], {}, place.path)
    expect(restored).toMatchObject({ exitCode: 0 })
    expect(await asNobody('api-key', 'list', '--data-dir', inPlace('restored'))).toMatchObject({ exitCode: 0, err: '' })
  })
})

describe.skipIf(!binary)('a second server on one folder', () => {
  const refused = /^latchkey: another Latchkey server works on .*--data-dir\n$/
  const again = (folder: string) => spawnBinary(['serve', '--port', '0', '--data-dir', folder], {}, place.path)

  test.each<[string, (lock: string) => void]>([
    ['deleted', (lock) => rmSync(lock)],
    ['replaced by another', (lock) => [renameSync(lock, `${lock}.old`), writeFileSync(lock, '')]],
    ['copied over itself', (lock) => [cpSync(lock, `${lock}.copy`), rmSync(lock), renameSync(`${lock}.copy`, lock)]],
  ])('does not start, although server.lock was %s', async (_, spoil) => {
    const first = await serve(place.path)
    spoil(inPlace('data/server.lock'))
    expect(await again(inPlace('data'))).toMatchObject({ exitCode: 1, err: expect.stringMatching(refused) })
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200)
    expect(await first.stop('SIGTERM')).toBe(0)
    const next = await serve(place.path)
    expect((await fetch(`${next.url}/readyz`)).status).toBe(200)
    expect(await next.stop('SIGTERM')).toBe(0)
  })

  test('does not start by another way to the folder or to its database', async () => {
    const first = await serve(place.path)
    symlinkSync(inPlace('data'), inPlace('way'))
    expect((await again(inPlace('way'))).err).toMatch(refused)
    mkdirSync(inPlace('other'))
    symlinkSync(inPlace('data/latchkey.db'), inPlace('other/latchkey.db'))
    cpSync(inPlace('data/sealing.key'), inPlace('other/sealing.key'))
    expect((await again(inPlace('other'))).err).toMatch(refused)
    expect(await first.stop('SIGTERM')).toBe(0)
  })
})

describe.skipIf(!binary || !Bun.which('cc') || process.platform !== 'linux')(
  'a file system that gives no locks',
  () => {
    test.each(['ENOLCK', 'EOPNOTSUPP'])('is named as such: %s', async (error) => {
      await spawnBinary(['init', '--bits', '2048'], {}, place.path)
      const source = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
static int refuse(int fd, int cmd, void *argument, const char *name) {
  if (cmd == F_SETLK || cmd == F_SETLKW) { errno = ${error}; return -1; }
  return ((int (*)(int, int, ...))dlsym(RTLD_NEXT, name))(fd, cmd, argument);
}
int fcntl(int fd, int cmd, ...) { va_list l; va_start(l, cmd); void *a = va_arg(l, void *); va_end(l); return refuse(fd, cmd, a, "fcntl"); }
int fcntl64(int fd, int cmd, ...) { va_list l; va_start(l, cmd); void *a = va_arg(l, void *); va_end(l); return refuse(fd, cmd, a, "fcntl64"); }
int flock(int fd, int operation) { errno = ${error}; return -1; }
`
      writeFileSync(inPlace('locks.c'), source)
      const built = Bun.spawnSync(['cc', '-shared', '-fPIC', '-o', inPlace('locks.so'), inPlace('locks.c'), '-ldl'])
      expect(built.stderr.toString()).toBe('')
      const env = { LD_PRELOAD: inPlace('locks.so') }
      for (const args of [
        ['serve', '--port', '0'],
        ['product', 'list'],
        ['serve', '--port', '0', '--data-dir', 'new'],
      ]) {
        const { exitCode, err } = await spawnBinary(args, env, place.path)
        expect({ exitCode, err }).toEqual({
          exitCode: 1,
          err: expect.stringMatching(/^latchkey: the file system of .* gives no locks.*--data-dir\n$/),
        })
      }
    })
  },
)

import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { damageTable, overwrite } from '../support/damage'
import { binary, spawnBinary } from '../support/installation'
import { contentsOf, emptyFolder, prepared, serve } from '../support/process'
import { openRaw } from '../support/raw'

let folder: ReturnType<typeof emptyFolder>
beforeEach(() => {
  folder = emptyFolder()
})
afterEach(() => folder.remove())

const inFolder = (...path: string[]) => join(folder.path, ...path)

describe.skipIf(!binary)('the first start', () => {
  test('needs nothing: no settings, no environment, an empty folder', async () => {
    const server = await serve(folder.path)
    expect(server.url).toStartWith('http://127.0.0.1:')
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: 'ok' })
    expect(server.said()).toContain('latchkey api-key create')
    expect(server.said()).not.toContain('PRIVATE KEY')
    for (const name of ['latchkey.db', 'sealing.key']) expect(statSync(inFolder('data', name)).mode & 0o777).toBe(0o600)
    expect(statSync(inFolder('data')).mode & 0o777).toBe(0o700)
    expect(await server.stop('SIGTERM')).toBe(0)
    expect(Object.keys(contentsOf(folder.path))).toEqual([
      'data',
      'data/latchkey.db',
      'data/sealing.key',
      'data/server.lock',
    ])
  })

  test('of several at once leaves one folder that is whole', async () => {
    const starts = await Promise.all([1, 2, 3, 4].map(() => spawnBinary(['init', '--bits', '2048'], {}, folder.path)))
    for (const { exitCode, err } of starts) {
      if (exitCode !== 0) expect(err).toMatch(/^latchkey: another Latchkey server works on .*\n$/)
    }
    expect(await spawnBinary(['init', '--bits', '2048'], {}, folder.path)).toMatchObject({ exitCode: 0 })
  })

  test('takes its folder from the flag before the variable', async () => {
    const env = { LATCHKEY_DATA_DIR: inFolder('variable') }
    const shown = await spawnBinary(
      ['init', '--bits', '2048', '--data-dir', inFolder('flag'), '--json'],
      env,
      folder.path,
    )
    expect(shown.json.data_dir).toBe(inFolder('flag'))
    expect(existsSync(inFolder('variable'))).toBeFalse()
  })

  test('is not led astray by what lies in its folder', async () => {
    writeFileSync(inFolder('bunfig.toml'), 'preload = ["./evil.ts"]\n')
    writeFileSync(inFolder('evil.ts'), 'console.log("evil")\n')
    writeFileSync(inFolder('.env'), 'LATCHKEY_DATA_DIR=./evil\n')
    const shown = await spawnBinary(['init', '--bits', '2048', '--json'], {}, folder.path)
    expect(shown).toMatchObject({ exitCode: 0 })
    expect(shown.json.data_dir).toBe(inFolder('data'))
  })
})

describe.skipIf(!binary)('a database that is damaged where it was not looked at', () => {
  test('is served as far as it goes, and says so where it does not', async () => {
    const { apiKey } = await prepared(folder.path)
    damageTable(inFolder('data/latchkey.db'), 'products')
    const server = await serve(folder.path)
    const headers = { authorization: `Bearer ${apiKey}` }
    const answer = await fetch(`${server.url}/api/v1/get-all-products`, { headers })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)])
    expect(await answer.json()).toMatchObject({ response: { code: 9503 } })
    expect((await fetch(`${server.url}/api/v1/get-all-contracts`, { headers })).status).toBe(200)
    const draft = { name: 'x', source: 'internal', description: 'd', status: 'active', require_non_expired: '0' }
    const body = new URLSearchParams(draft)
    expect((await fetch(`${server.url}/api/v1/create-product`, { method: 'POST', headers, body })).status).toBe(503)
    expect(server.said()).toContain('the database is damaged')
    await server.stop('SIGKILL')
  })

  test.each(['api_keys_hash_unique', 'settings'])('is served although nobody can be let in: %s', async (table) => {
    const { apiKey } = await prepared(folder.path)
    damageTable(inFolder('data/latchkey.db'), table)
    const server = await serve(folder.path)
    const ask = (path: string) => fetch(server.url + path, { headers: { authorization: `Bearer ${apiKey}` } })
    const answer = await ask('/api/v1/get-all-contracts')
    expect([answer.status, await answer.json()]).toMatchObject([503, { response: { code: 9503 } }])
    expect(await server.stop('SIGTERM')).toBe(0)
  })
})

/** Refused with that code and one sentence that names the remedy, and not a byte written. */
async function expectRefusal(args: string[], env: Record<string, string>, exitCode: number, sentence: RegExp) {
  const before = contentsOf(folder.path)
  const { out, err, exitCode: code } = await spawnBinary(args, env, folder.path)
  expect({ code, out, err }).toEqual({ code: exitCode, out: '', err: expect.stringMatching(sentence) })
  expect(err.trimEnd().split('\n')).toHaveLength(1)
  expect(err).toStartWith('latchkey: ')
  expect(contentsOf(folder.path)).toEqual(before)
}

/** Changes the database of the folder, and leaves no log beside it. */
function runIn(sql: string) {
  const database = openRaw(inFolder('data'))
  database.run(sql)
  database.run('pragma wal_checkpoint(truncate)')
  database.close()
}

const anyPort = ['serve', '--port', '0']

describe.skipIf(!binary)('a start that cannot succeed is refused before anything is written', () => {
  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['a port that is no number', ['serve', '--port', 'http'], {}, /--port is "http".*whole number/],
    ['a port that does not exist', ['serve'], { LATCHKEY_PORT: '65536' }, /LATCHKEY_PORT is "65536".*65535/],
    ['a proxy that is no address', anyPort, { LATCHKEY_TRUSTED_PROXIES: 'nginx' }, /LATCHKEY_TRUSTED_PROXIES.*CIDR/],
    ['a log nobody knows', [...anyPort, '--log', 'loud'], {}, /--log is "loud".*pretty, json, off/],
    ['an empty folder name', [...anyPort, '--data-dir', ''], {}, /--data-dir.*folder/],
    [
      'a bad setting of a command',
      ['init'],
      { LATCHKEY_RATE_LIMIT_PER_ADDRESS: '-1' },
      /LATCHKEY_RATE_LIMIT_PER_ADDRESS/,
    ],
  ])('%s', async (_, args, env, sentence) => {
    await expectRefusal(args, env, 2, sentence)
  })

  test('a port in use', async () => {
    const other = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    await expectRefusal(['serve', '--port', String(other.port)], {}, 1, /port \d+ .* in use.*--port/)
    other.stop(true)
  })

  test('an address that is not of this machine', async () => {
    await expectRefusal([...anyPort, '--host', '203.0.113.1'], {}, 1, /203\.0\.113\.1.*--host/)
  })

  test('a folder that cannot be: it lies below a file', async () => {
    writeFileSync(inFolder('file'), '')
    await expectRefusal([...anyPort, '--data-dir', 'file/data'], {}, 1, /cannot write to .*file.*--data-dir/)
    await expectRefusal(['init', '--data-dir', 'file'], {}, 1, /cannot write to .*file.*--data-dir/)
  })

  test('a second server on one folder', async () => {
    const first = await serve(folder.path)
    const before = Object.keys(contentsOf(folder.path))
    const { exitCode, err } = await spawnBinary(anyPort, {}, folder.path)
    expect(exitCode).toBe(1)
    expect(err).toMatch(/^latchkey: another Latchkey server works on .*--data-dir\n$/)
    expect(Object.keys(contentsOf(folder.path))).toEqual(before)
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200)
    expect(await first.stop('SIGTERM')).toBe(0)
  })

  test('a database of a newer version', async () => {
    await prepared(folder.path)
    runIn("insert into applied_migrations values ('9999_future', 'x', 0)")
    await expectRefusal(anyPort, {}, 1, /newer Latchkey.*9999_future.*run that version/)
    await expectRefusal(['api-key', 'list'], {}, 1, /newer Latchkey/)
  })

  test('a database whose list of migrations is damaged', async () => {
    await prepared(folder.path)
    runIn("update applied_migrations set hash = 'x' where tag like '0011%'")
    await expectRefusal(anyPort, {}, 1, /"0011_\w+".*backup/)
  })

  test('a database whose global signing key is damaged', async () => {
    await prepared(folder.path)
    runIn('update signing_keys set sealed_private = zeroblob(length(sealed_private))')
    await expectRefusal(anyPort, {}, 1, /the signing key \w+ does not open.*backup/)
  })

  test('a file that is no database', async () => {
    mkdirSync(inFolder('data'))
    writeFileSync(
      inFolder('data/latchkey.db'),
      'This is a letter to my grandmother, long enough to be one. '.repeat(100),
    )
    await expectRefusal(anyPort, {}, 1, /is not a database.*backup/)
  })

  test('a database whose first page is damaged', async () => {
    await prepared(folder.path)
    overwrite(inFolder('data/latchkey.db'), 100, 4096)
    await expectRefusal(anyPort, {}, 1, /the database is damaged.*backup/)
    await expectRefusal(['api-key', 'list'], {}, 1, /the database is damaged.*backup/)
  })

  test('a database that another process holds', async () => {
    await prepared(folder.path)
    const other = openRaw(inFolder('data'))
    other.run('begin immediate')
    const { exitCode, err } = await spawnBinary(anyPort, {}, folder.path)
    other.close()
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: 'latchkey: another process holds the database: try again when it is done\n',
    })
  }, 20_000)

  test('a sealing key that is missing, of another folder, or none at all', async () => {
    await prepared(folder.path)
    const key = inFolder('data/sealing.key')
    rmSync(key)
    await expectRefusal(anyPort, {}, 1, /sealing\.key is missing.*backup/)
    await expectRefusal(['key', 'rotate', '--overlap', '0', '--yes'], {}, 1, /sealing\.key is missing.*backup/)

    const another = emptyFolder()
    await prepared(another.path)
    copyFileSync(join(another.path, 'data/sealing.key'), key)
    another.remove()
    await expectRefusal(anyPort, {}, 1, /sealing\.key does not fit.*backup/)
    await expectRefusal(['init'], {}, 1, /sealing\.key does not fit.*backup/)

    writeFileSync(key, 'open sesame\n')
    await expectRefusal(anyPort, {}, 1, /sealing\.key is not a sealing key/)
  })
})

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { join } from 'node:path'
import { readConfig } from '../../src/config'
import { openInstallation } from '../../src/installation'
import type { LogFields } from '../../src/kernel/log'
import { openBucket } from '../../src/storage/s3'
import { startServer } from '../../src/worker/server'
import { type Bucket, openTestBucket } from '../support/bucket'
import { speak, startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { emptyFolder } from '../support/process'
import { openRaw } from '../support/raw'
import { makeActiveLicense, makeFile, makeProduct, makeRelease } from '../support/stock'
import { until } from '../support/wait'

const identifier = 'site.test'
const largeBytes = 24 * 1_048_576
const hourMs = 3_600_000

let bucket: Bucket
let installation: TestInstallation
let operator: Operator
let product: number
let license: string
beforeAll(async () => {
  bucket = await openTestBucket()
  installation = await startInstallation(bucket.settings)
  operator = await makeOperator(installation, 'operator')
  product = await makeProduct(installation)
  license = await makeActiveLicense(installation, { product_id: product }, identifier)
  await makeRelease(installation, { product, number: 1, file: makeFile(installation, 'small') })
  await makeRelease(installation, { product, number: 2, file: makeFile(installation, new Uint8Array(largeBytes)) })
})
afterEach(() => {
  bucket.mood = 'good'
})
afterAll(async () => {
  await installation.close()
  await bucket.close()
})

const path = (version: number) =>
  `/api/v1/download/${installation.apiKey}/${license}/${btoa(identifier)}/${version}` as const
const get = (version: number, init?: RequestInit) => fetch(installation.url + path(version), init)
const releases = async () => (await installation.cli('release', 'list', '--json')).json.releases

describe('while the storage is away', () => {
  test('a download is 9503, and counts no more than it comes', async () => {
    const before = await releases()
    bucket.mood = 'down'
    for (const init of [{}, { headers: { range: 'bytes=1-2' } }]) {
      const answer = await installation.receive(await get(1, init))
      expect(answer).toMatchObject({ status: 503, code: 9503, response: { retry_after: 5 } })
      expect(answer.headers.get('retry-after')).toBe('5')
    }
    expect((await get(1, { method: 'HEAD' })).status).toBe(503)
    bucket.mood = 'good'
    expect(await (await get(1)).text()).toBe('small')
    expect(await releases()).toMatchObject([
      { download_counter: 0 },
      { download_counter: before[1].download_counter + 1 },
    ])
  })

  test('a release is not added, and leaves nothing behind once the storage is back', async () => {
    const [before, listed] = [[...bucket.objects.keys()], await releases()]
    bucket.mood = 'down'
    const fields = ['--product', String(product), '--version', '3', '--numeric-version', '3']
    const file = makeFile(installation, 'never stored')
    const added = await installation.cli('release', 'add', ...fields, '--file', file)
    expect(added).toMatchObject({ exitCode: 1, out: '' })
    expect(added.err).toMatch(/the storage of files, s3:.* does not answer as it should \(ServiceUnavailable\): check/)
    expect(await releases()).toEqual(listed)
    expect([...bucket.objects.keys()]).toEqual(before)
  })

  test('status and doctor say so, and licences are verified', async () => {
    bucket.mood = 'down'
    const { json } = await installation.cli('status', '--json')
    expect(json.files).toMatchObject({
      place: bucket.url,
      problem: expect.stringContaining('does not answer'),
      missing: 0,
    })
    expect((await installation.cli('doctor')).out).toContain('✗ files: the storage of files answers')
    const device = { license_key: license, identifier }
    expect(await installation.ask('POST /api/v1/verify', device)).toMatchObject({ code: 200 })
  })

  test('one that says nothing is given up after a while', async () => {
    bucket.mood = 'silent'
    const files = openBucket(bucket.url, readConfig(bucket.settings, {}), 100)
    const silent = /does not answer as it should \(silent for 0.1 s\)/
    await expect(files.sizeOf('x')).rejects.toThrow(silent)
    await expect(files.list()).rejects.toThrow(silent)
    await expect(files.read('x', 0, 9)).rejects.toThrow(silent)
  })
})

describe('half a file', () => {
  test('is 9503 where nothing was sent yet', async () => {
    bucket.mood = 'half'
    expect(await installation.receive(await get(1))).toMatchObject({ code: 9503 })
  })

  test('is never taken for the whole by a client, of whatever version of HTTP', async () => {
    bucket.mood = 'half'
    const broken = await get(2)
    expect(broken.status).toBe(200)
    await expect(broken.arrayBuffer()).rejects.toThrow()
    const { hostname, port } = new URL(installation.url)
    const ending = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname)
      socket.on('error', ({ message }) => resolve(message))
      socket.on('end', () => resolve('a proper end'))
      socket.resume()
      socket.write(`GET ${path(2)} HTTP/1.0\r\nHost: x\r\n\r\n`)
    })
    expect(ending).toContain('ECONNRESET')
  })

  test('is not what a command writes', async () => {
    const [{ id }] = await releases()
    const copy = join(installation.folder, '..', 'half.zip')
    bucket.mood = 'half'
    const spoken = await installation.cli('release', 'download', String(id), copy)
    expect(spoken).toMatchObject({ exitCode: 1, out: '', err: expect.stringContaining('does not answer as it should') })
    expect(await Bun.file(copy).exists()).toBeFalse()
  })
})

test('a client that goes away ends the transfer from the storage', async () => {
  bucket.mood = 'endless'
  const before = bucket.cancelled
  const leaving = new AbortController()
  const answer = await get(2, { signal: leaving.signal })
  const reader = answer.body!.getReader()
  await reader.read()
  expect(bucket.cancelled).toBe(before)
  leaving.abort()
  await until('the end of the transfer', () => bucket.cancelled === before + 1, 3000)
  await expect(reader.read()).rejects.toThrow()
})

test('the log says what failed, and shows neither key nor signed address', async () => {
  const folder = emptyFolder()
  const entries: LogFields[] = []
  const variables = Object.entries({ ...bucket.settings, data_dir: join(folder.path, 'data') })
  const env = Object.fromEntries(variables.map(([name, value]) => [`LATCHKEY_${name.toUpperCase()}`, value]))
  const log = (_: Date, facts: LogFields) => void entries.push(facts)
  const logging = await openInstallation({ config: readConfig({}, env), asServer: true, keySize: 2048, log })
  const server = await startServer(logging, '127.0.0.1', 0)
  const cli = async (...args: string[]) => (await speak([...args, '--json'], env)).json
  try {
    await cli('user', 'create', '--name', 'me', '--role', 'operator')
    const { token } = await cli('user', 'tokens', 'create', 'me', '--name', 'test')
    const of = String((await cli('product', 'create', '--name', 'Thing')).id)
    const file = makeFile(installation, new Uint8Array(largeBytes))
    const fields = ['--version', '1', '--numeric-version', '1', '--file', file]
    const { id } = await cli('release', 'add', '--product', of, ...fields)
    const headers = { authorization: `Bearer ${token}` }
    for (const mood of ['down', 'half'] as const) {
      bucket.mood = mood
      await fetch(`${server.url}/admin/api/releases/${id}/file`, { headers })
        .then((answer) => answer.arrayBuffer())
        .catch(() => {})
    }
    const faults = entries.filter(({ event }) => event === 'fault').map(({ error }) => String(error))
    expect(faults).toHaveLength(2)
    for (const fault of faults) expect(fault).toContain(`the storage of files, ${bucket.url} at ${bucket.endpoint}`)
    expect(JSON.stringify(entries)).not.toMatch(/secret|AKIDTEST|X-Amz/)
  } finally {
    await server.stop()
    await logging.close()
    folder.remove()
  }
})

describe('the file of a deleted release', () => {
  const keyOf = ({ sha256 }: { sha256: string }) => `of/releases/${sha256}`
  const make = (number: number, text: string) =>
    makeRelease(installation, { product, number, file: makeFile(installation, text) })
  // By the clock of the server.
  const remove = ({ id }: { id: number }) => operator.tell(`DELETE /releases/${id}`)
  const has = (release: { sha256: string }) => bucket.objects.has(keyOf(release))

  test('goes in the night after a day, unless a release has it again; so does one that came without a release', async () => {
    const [gone, kept] = [await make(10, 'gone'), await make(11, 'kept')]
    bucket.objects.set('of/releases/foreign', Buffer.from('of another installation'))
    const steady = await make(14, 'steady')
    bucket.mood = 'down'
    for (const text of ['unfinished', 'steady']) await expect(make(15, text)).rejects.toThrow('does not answer')
    bucket.mood = 'good'
    const unfinished = { sha256: new Bun.CryptoHasher('sha256').update('unfinished').digest('hex') }
    bucket.objects.set(keyOf(unfinished), Buffer.from('unfinished'))
    await remove(gone)
    await remove(kept)
    await make(12, 'kept')
    const late = await make(13, 'late')
    await installation.advance(20 * hourMs)
    await remove(late)
    await installation.advance(18 * hourMs)
    await until('the removal', () => !has(gone))
    expect([has(kept), has(steady), has(late), has(unfinished)]).toEqual([true, true, true, false])
    expect(bucket.objects.has('of/releases/foreign')).toBeTrue()
    expect(bucket.objects.size).toBe(6)
    await installation.advance(38 * hourMs)
    await until('the next removal', () => !has(late))
    expect(has(kept)).toBeTrue()
  })

  test('cannot come again while it is removed', async () => {
    const release = await make(20, 'just now')
    await remove(release)
    const raw = openRaw(installation.folder)
    const at = new Date().toISOString()
    const note = JSON.stringify({ [release.sha256]: { since: at, removing: at } })
    raw.query("update installation set value = ? where key = 'unused_files'").run(note)
    raw.close()
    await expect(make(21, 'just now')).rejects.toThrow('is being removed now: add it again in 15 minutes')
  })
})

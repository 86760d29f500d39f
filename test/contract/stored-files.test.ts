import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import S3rver from 's3rver'
import { sha256 } from '../../src/kernel/secrets'
import { binary, spawnBinary, speak, speakTo, startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { emptyFolder } from '../support/process'
import { makeActiveLicense, makeFile, makeProduct, makeRelease } from '../support/stock'

const identifier = 'site.test'
const content = 'What the customer paid for. '.repeat(100)
const secret = 'S3RVER'
const program = binary ? [binary] : [process.execPath, join(import.meta.dir, '../../src/main.ts')]

let place: ReturnType<typeof emptyFolder>
let s3: S3rver
let settings: Record<string, string>
let objects: Bun.S3Client
let installation: TestInstallation
let operator: Operator
let product: number
let license: string
beforeAll(async () => {
  place = emptyFolder()
  const configureBuckets = [{ name: 'releases', configs: [] }]
  s3 = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory: place.path, configureBuckets })
  const endpoint = `http://127.0.0.1:${(await s3.run()).port}`
  objects = new Bun.S3Client({ endpoint, bucket: 'releases', accessKeyId: 'S3RVER', secretAccessKey: secret })
  settings = {
    ...{ files_url: 's3://releases/of/mine', files_endpoint: endpoint },
    ...{ files_access_key: 'S3RVER', files_secret_key: secret },
  }
  installation = await startInstallation(settings)
  operator = await makeOperator(installation, 'owner')
  product = await makeProduct(installation)
  license = await makeActiveLicense(installation, { product_id: product }, identifier)
  await makeRelease(installation, { product, number: 102, file: makeFile(installation, content) })
})
afterAll(async () => {
  await installation.close()
  await s3.close()
  place.remove()
})

const variables = (of: Record<string, string>) =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [`LATCHKEY_${name.toUpperCase()}`, value]))
/** A command with these variables, on the folder of the server. */
const command = (env: Record<string, string>, ...args: string[]) =>
  (binary ? spawnBinary : speak)(args, { LATCHKEY_DATA_DIR: installation.folder, ...variables(env) })
const stored = async () => ((await objects.list({ prefix: 'of/mine/' })).contents ?? []).map(({ key }) => key.slice(8))
const inFolder = () => readdirSync(join(installation.folder, 'files'))
const download = (version: number, init?: RequestInit) =>
  fetch(`${installation.url}/api/v1/download/${installation.apiKey}/${license}/${btoa(identifier)}/${version}`, init)

describe('a file in S3-compatible storage', () => {
  test('is there under its hash, put in by the command or over HTTP, and not in the data folder', async () => {
    const answer = await fetch(
      `${installation.url}/admin/api/releases?product=${product}&version=2.0&numeric_version=200&publish=1&file=b.zip`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${operator.token}`, 'content-type': 'application/octet-stream' },
        body: 'over HTTP',
      },
    )
    expect(await answer.json()).toMatchObject({ file_name: 'b.zip', file_size: 9, sha256: sha256('over HTTP') })
    expect((await stored()).sort()).toEqual([sha256(content), sha256('over HTTP')].sort())
    expect(inFolder()).toEqual([])
    expect(await (await download(200)).text()).toBe('over HTTP')
  })

  test('is had whole, in part, described or not again, as from the data folder', async () => {
    const tag = `"${sha256(content)}"`
    const size = content.length
    const cases: [RequestInit, number, string | null, string][] = [
      [{}, 200, null, content],
      [{ headers: { range: 'bytes=5-9' } }, 206, `bytes 5-9/${size}`, content.slice(5, 10)],
      [{ headers: { range: 'bytes=-7' } }, 206, `bytes ${size - 7}-${size - 1}/${size}`, content.slice(-7)],
      [{ headers: { range: `bytes=${size}-` } }, 416, `bytes */${size}`, ''],
      [{ headers: { range: 'bytes=5-9', 'if-range': tag } }, 206, `bytes 5-9/${size}`, content.slice(5, 10)],
      [{ headers: { range: 'bytes=5-9', 'if-range': '"another"' } }, 200, null, content],
      [{ headers: { 'if-none-match': tag } }, 304, null, ''],
      [{ method: 'HEAD' }, 200, null, ''],
    ]
    for (const [init, status, range, body] of cases) {
      const answer = await download(102, init)
      expect([init, answer.status, answer.headers.get('content-range')]).toEqual([init, status, range])
      expect((await answer.text()) === body).toBeTrue()
      if (status === 416) continue
      expect(answer.headers.get('etag')).toBe(tag)
      if (status !== 304 && init.method === 'HEAD') expect(answer.headers.get('content-length')).toBe(String(size))
    }
    const { json } = await installation.cli('release', 'list', '--json')
    expect(json.releases.find((each: { numeric_version: number }) => each.numeric_version === 102)).toMatchObject({
      download_counter: 2,
    })
  })

  test('may be as large as 64 MiB, and of no bytes', async () => {
    const large = new Uint8Array(64 * 1_048_576).map((_, i) => (i * 31) >> 3)
    const { id, sha256: hash } = await makeRelease(installation, {
      product,
      number: 640,
      file: makeFile(installation, large),
    })
    const digest = new Bun.CryptoHasher('sha256')
    for await (const piece of (await download(640)).body!) digest.update(piece)
    expect([digest.digest('hex'), hash]).toEqual([sha256(large), sha256(large)])
    const part = await download(640, { headers: { range: 'bytes=1000000-4000000' } })
    expect(Buffer.from(await part.arrayBuffer()).equals(large.subarray(1_000_000, 4_000_001))).toBeTrue()
    await installation.cli('release', 'delete', String(id), '--yes')
    await objects.file(`of/mine/${hash}`).delete()
    await makeRelease(installation, { product, number: 641, file: makeFile(installation, '') })
    const empty = await download(641)
    expect([empty.status, empty.headers.get('content-length'), await empty.text()]).toEqual([200, '0', ''])
  })

  test('goes to operators, by the command and over HTTP', async () => {
    const { json } = await installation.cli('release', 'list', '--json')
    const { id } = json.releases.find((each: { numeric_version: number }) => each.numeric_version === 102)
    const answer = await fetch(`${installation.url}/admin/api/releases/${id}/file`, {
      headers: { authorization: `Bearer ${operator.token}`, range: 'bytes=5-9' },
    })
    expect([answer.status, await answer.text()]).toEqual([206, content.slice(5, 10)])
    const copy = join(place.path, 'copy.zip')
    await installation.cli('release', 'download', String(id), copy)
    expect(readFileSync(copy, 'utf8')).toBe(content)
  })

  test('is found by status and doctor, named when it is lost, and is 700 then', async () => {
    const checked = async () =>
      (await operator.tell('GET /doctor')).body.checks.find(({ name }: { name: string }) => name === 'files')
    const files = async () => (await operator.tell('GET /status')).body.files
    expect(await checked()).toMatchObject({ ok: true })
    expect(await files()).toEqual({ place: settings.files_url!, problem: null, missing: 0 })
    const { id, sha256: lost } = await makeRelease(installation, {
      product,
      number: 700,
      file: makeFile(installation, 'lost soon'),
    })
    await objects.file(`of/mine/${lost}`).write('half')
    await objects.file('of/mine/stray').write('')
    expect((await checked()).findings).toEqual([
      `the file of release ${id} is missing or damaged: ${settings.files_url}/${lost}`,
      `no release knows ${settings.files_url}/stray`,
    ])
    expect(await files()).toMatchObject({ problem: null, missing: 1 })
    expect((await installation.cli('status')).out).toContain(`1 release has no whole file in ${settings.files_url}`)
    expect(await installation.receive(await download(700))).toMatchObject({ code: 700 })
    await objects.file('of/mine/stray').delete()
    await installation.cli('release', 'delete', String(id), '--yes')
    expect(await checked()).toMatchObject({ ok: true })
  })

  test('is not in a backup, which says where it is', async () => {
    const archive = join(place.path, 'backup.tar.gz')
    const taken = await installation.cli('backup', archive, '--without-keys', '--json')
    expect(taken.json).toMatchObject({ files_at: settings.files_url!, releases_without_file: [] })
    const key = join(installation.folder, 'sealing.key')
    const restoring = ['restore', archive, '--sealing-key', key, '--data-dir', join(place.path, 'restored')]
    expect((await speakTo('', ...restoring)).out).toContain(`they are in ${settings.files_url}`)
    expect(readdirSync(join(place.path, 'restored', 'files'))).toEqual([])
  })

  test('is had by no command that has not been given the key, and nothing shows the key', async () => {
    const bare = await command({}, 'release', 'list', '--json')
    const download = await command({}, 'release', 'download', String(bare.json.releases[0].id), join(place.path, 'no'))
    expect(download).toMatchObject({ exitCode: 2, out: '' })
    expect(download.err).toContain('set LATCHKEY_FILES_ACCESS_KEY and LATCHKEY_FILES_SECRET_KEY, as for the server')
    const shown = [
      readFileSync(join(installation.folder, 'server.settings.json'), 'utf8'),
      (await installation.cli('setting', 'list', '--json')).out,
      JSON.stringify((await operator.tell('GET /settings')).body),
    ]
    for (const text of shown) {
      expect(text).toContain(settings.files_url!)
      expect(text).not.toContain(secret)
    }
    const stored = await installation.cli('setting', 'set', 'files_url', 's3://another')
    expect(stored).toMatchObject({ exitCode: 2, err: expect.stringContaining('files_url is not stored') })
  })
})

describe('latchkey release copy-files', () => {
  const copy = (of: Record<string, string>, ...args: string[]) =>
    command(of, 'release', 'copy-files', ...args, '--json')

  test('copies all files to the data folder and back, each verified, and those there already once more', async () => {
    const hashes = (await stored()).sort()
    const out = await copy(settings, '--to', 'folder')
    const sizes = (await objects.list({ prefix: 'of/mine/' })).contents!.reduce((sum, { size }) => sum + size!, 0)
    const unused = hashes.filter((hash) => !inFolder().includes(hash))
    expect(unused).toEqual([sha256('lost soon')])
    expect(out.json).toMatchObject({ from: settings.files_url!, to: 'folder', copied: hashes.length - 1, lost: [] })
    expect(out.json.bytes).toBe(sizes - 4)
    const [first] = inFolder()
    writeFileSync(join(installation.folder, 'files', first!), 'altered')
    expect((await copy(settings, '--to', 'folder')).json).toMatchObject({ copied: 1, present: hashes.length - 2 })
    const other = { ...settings, files_url: 's3://releases/another' }
    const back = await copy(other, '--to', other.files_url, '--from', 'folder')
    expect(back.json).toMatchObject({ from: 'folder', copied: hashes.length - 1, present: 0, lost: [] })
    rmSync(join(installation.folder, 'files', first!))
    for (const { key } of (await objects.list({ prefix: 'another/' })).contents!) await objects.file(key).delete()
    const partly = await command(other, 'release', 'copy-files', '--to', other.files_url, '--from', 'folder')
    expect(partly).toMatchObject({ exitCode: 1, err: expect.stringContaining('1 release has no whole file') })
    expect(partly.out).toMatch(/The file of release \d+ is missing or damaged where it came from/)
  })

  test.each<[string[], string]>([
    [['--to', 'folder', '--from', 'folder'], 'are in the data folder already'],
    [['--to', 's3://releases/of/mine'], 'are in s3://releases/of/mine already'],
    [['--to', 's3://'], '--to is "s3://", but it takes "folder"'],
    [['--to', 'https://releases'], '--to is "https://releases", but it takes "folder"'],
    [['--to', 's3://releases/../x'], '--to is "s3://releases/../x"'],
    [['--to', ''], '--to is ""'],
    [[], "required option '--to <place>' not specified"],
  ])('refuses %p', async (args, sentence) => {
    expect(await copy(settings, ...args)).toMatchObject({ exitCode: 2, err: expect.stringContaining(sentence) })
  })
})

describe('a server whose bucket is not there', () => {
  test('verifies licences, refuses files with the remedy, and says so in status and doctor', async () => {
    const other = await startInstallation({ ...settings, files_url: 's3://not-there' })
    try {
      const of = await makeProduct(other)
      const key = await makeActiveLicense(other, { product_id: of }, identifier)
      expect(await other.ask('POST /api/v1/verify', { license_key: key, identifier })).toMatchObject({ code: 200 })
      const file = makeFile(other, 'x')
      const sentence =
        /the storage of files, s3:\/\/not-there at http.*, does not have that \(NoSuchBucket\): check the bucket/
      const fields = ['--product', String(of), '--version', '1', '--numeric-version', '1', '--file', file]
      const added = await other.cli('release', 'add', ...fields)
      expect(added).toMatchObject({ exitCode: 1, out: '', err: expect.stringMatching(sentence) })
      const { token } = await makeOperator(other, 'operator')
      const query = `product=${of}&version=1&numeric_version=1&file=x.zip`
      const key1 = { 'idempotency-key': 'one', authorization: `Bearer ${token}` }
      for (let again = 0; again < 2; again++) {
        const answer = await fetch(`${other.url}/admin/api/releases?${query}`, {
          method: 'POST',
          headers: { ...key1, 'content-type': 'application/octet-stream' },
          body: 'x',
        })
        expect([answer.status, await answer.text()]).toEqual([503, expect.stringMatching(sentence)])
      }
      expect((await other.cli('release', 'list', '--json')).json.releases).toEqual([])
      expect(readdirSync(join(other.folder, 'files'))).toEqual([])
      expect((await other.cli('status')).out).toContain('which cannot be reached')
      expect((await other.cli('doctor')).out).toMatch(sentence)
    } finally {
      await other.close()
    }
  })

  test.each<[string, Record<string, string>, string]>([
    ['an address of another kind', { files_url: 'https://releases.example.com' }, 'it takes s3://bucket'],
    ['a bucket that none can have', { files_url: 's3://A_B' }, 'it takes s3://bucket'],
    ['a way out of its prefix', { files_url: 's3://releases/../others' }, 'it takes s3://bucket'],
    ['an endpoint that is no URL', { files_endpoint: 's3.example.com' }, 'it takes a URL such as'],
    ['an endpoint with a password', { files_endpoint: 'https://me:secret@s3.example.com' }, 'it takes a URL such as'],
    ['a region that is no word', { files_region: 'eu west' }, 'it takes a word of'],
    ['no secret', { files_secret_key: '' }, 'files_access_key or files_secret_key is empty'],
    ['no key', { files_access_key: '' }, 'files_access_key or files_secret_key is empty'],
  ])('is not started with %s', async (_, wrong, sentence) => {
    const folder = join(place.path, 'never')
    const env = variables({ ...settings, ...wrong, data_dir: folder, port: '0' })
    const { exitCode, out, err } = await (binary ? spawnBinary : speak)(['serve'], env)
    expect({ exitCode, out, err }).toEqual({ exitCode: 2, out: '', err: expect.stringContaining(sentence) })
    expect(readdirSync(place.path)).not.toContain('never')
  })

  test('starts although the storage is away, and says what to check', async () => {
    const folder = join(place.path, 'away')
    const env = variables({
      ...settings,
      files_endpoint: 'http://127.0.0.1:1',
      data_dir: folder,
      port: '0',
      log: 'off',
    })
    await (binary ? spawnBinary : speak)(['init', '--bits', '2048'], env)
    const child = Bun.spawn([...program, 'serve'], { env, stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
    let said = ''
    for await (const piece of child.stderr) {
      said += new TextDecoder().decode(piece)
      if (said.includes('listens on') && said.includes('check that it runs')) break
    }
    expect(said).toContain(
      'The files of releases cannot be had: the storage of files, s3://releases/of/mine at http://127.0.0.1:1',
    )
    expect(said).not.toContain(secret)
    child.kill('SIGTERM')
    expect(await child.exited).toBe(0)
  })

  test('takes no secret on its command line', async () => {
    const { exitCode, err } = await (binary ? spawnBinary : speak)(['serve', '--files-secret-key', 'hidden'], {})
    expect([exitCode, err]).toEqual([2, expect.stringContaining('--files-secret-key-file')])
    expect(err).not.toContain('hidden')
  })
})

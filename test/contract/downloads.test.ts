import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { upsertBlock } from '../../src/access/store'
import examples from '../fixtures/examples.json'
import { beside } from '../support/beside'
import { binary, startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeFile, makeLicense, makeProduct, makeRelease } from '../support/stock'

// Its base64 holds a slash and a plus and ends in padding.
const identifier = 'sïte?>>~~.test'
const content = 'What the customer paid for. '.repeat(1000)
const day = 86_400_000

let installation: TestInstallation
let product: number
let license: string
let draft: { id: number }
let withdrawn: { id: number }
beforeAll(async () => {
  installation = await startInstallation()
  product = await makeProduct(installation)
  license = await makeActiveLicense(installation, { product_id: product }, identifier)
  const file = makeFile(installation, content)
  await makeRelease(installation, { product, number: 101, file: makeFile(installation, 'the one before') })
  await makeRelease(installation, { product, number: 102, file })
  draft = await makeRelease(installation, { product, number: 103, file, isPublished: false })
  withdrawn = await makeRelease(installation, { product, number: 104, file })
  await installation.cli('release', 'withdraw', String(withdrawn.id))
})
afterAll(() => installation.close())

const base64 = (text: string) => encodeURIComponent(Buffer.from(text).toString('base64'))

interface Link {
  key?: string
  license?: string
  identifier?: string
  version?: number | string
}

/** A download address, as anybody could write it. */
const path = (link: Link = {}) =>
  `/api/v1/download/${link.key ?? installation.apiKey}/${link.license ?? license}/${link.identifier ?? base64(identifier)}/${link.version ?? 102}` as const

async function links(of = license, asking = {}) {
  const { response } = await installation.ask(
    'POST /api/v1/access-downloadables',
    { license_key: of, identifier },
    asking,
  )
  return response.downloadables as { url: string; numeric_version: number; download_counter: number }[]
}

/** The address that 600 gives for 102, on this server whatever it is called there. */
async function link(of = license) {
  const { url } = (await links(of)).find((row) => row.numeric_version === 102)!
  return new URL(url).pathname as `/${string}`
}

const counter = async () => (await links()).find((row) => row.numeric_version === 102)!.download_counter
const get = (at: string, init?: RequestInit) => fetch(installation.url + at, init)
const makeKey = async (...options: string[]): Promise<{ id: number; api_key: string }> =>
  (await installation.cli('api-key', 'create', '--name', 'another', ...options, '--json')).json

describe('the list of downloads', () => {
  test('has the published releases, newest first, in the documented shape', async () => {
    const documented = examples.find(
      ({ path, case: name }) => path.endsWith('/access-downloadables') && name === 'Downloads',
    )!
    const [shown] = (documented.body.response as unknown as { downloadables: Record<string, unknown>[] }).downloadables
    const rows = await links()
    expect(rows.map((row) => row.numeric_version)).toEqual([102, 101])
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(Object.keys(shown!))
      expect(Object.values(row).map((value) => typeof value)).toEqual(
        Object.values(shown!).map((value) => typeof value),
      )
      expect(row).toMatchObject({ product_id: product, published: 1 })
      expect(row).toHaveProperty('release_date', expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/))
    }
  })

  test('links to the documented address with a token where the API key stood', async () => {
    const [{ url } = { url: '' }] = await links()
    const [token, ...rest] = url.slice(`${installation.url}/api/v1/download/`.length).split('/')
    expect(url).toStartWith(`${installation.url}/api/v1/download/`)
    expect(rest).toEqual([license, 'c8OvdGU%2FPj5%2Bfi50ZXN0', '102'])
    expect(Buffer.from('c8OvdGU/Pj5+fi50ZXN0', 'base64').toString()).toBe(identifier)
    expect(token).toMatch(/^[\w-]{60,}$/)
    expect(url).not.toContain(installation.apiKey)
  })

  test('is given to GET as well, and under both prefixes', async () => {
    const device = { license_key: license, identifier }
    expect(await installation.ask('GET /api/v1/access-downloadables', device)).toMatchObject({ code: 600 })
    expect(await installation.ask('POST /v1/access-downloadables', device)).toMatchObject({ code: 600 })
  })

  test('is refused in the words of verify', async () => {
    const door = 'POST /api/v1/access-downloadables'
    const unused = await makeLicense(installation, { product_id: product })
    const stocked = await makeLicense(installation, { product_id: product, status: 'available' })
    expect(await installation.ask(door, { license_key: 'NOBODY', identifier })).toMatchObject({ code: 210 })
    expect(await installation.ask(door, { license_key: license })).toMatchObject({ code: 215 })
    expect(await installation.ask(door, { license_key: stocked, identifier })).toMatchObject({ code: 201 })
    expect(await installation.ask(door, { license_key: unused, identifier })).toMatchObject({ code: 202 })
    expect(await installation.ask(door, { license_key: license, identifier }, { key: null })).toMatchObject({
      code: 100,
    })
  })

  test('never repeats a Host header that names no host', async () => {
    for (const host of ['evil.test/x?', 'a"b', '<script>', 'user@evil.test', 'evil.test:99999', '[::z]']) {
      const rows = await links(license, { headers: { host } })
      expect(rows[0]!.url).toStartWith(`${installation.url}/api/v1/download/`)
    }
    const [asNamed] = await links(license, { headers: { host: 'keys.example.com:8443' } })
    expect(asNamed!.url).toStartWith('http://keys.example.com:8443/api/v1/download/')
  })
})

describe('a download', () => {
  test('is the file as it was put in, by link and by API key, under both prefixes', async () => {
    for (const at of [
      await link(),
      path(),
      path().replace('/api/v1', '/v1'),
      path({ identifier: 'c8OvdGU_Pj5-fi50ZXN0' }),
    ]) {
      const answer = await get(at)
      expect(answer.status).toBe(200)
      expect(await answer.text()).toBe(content)
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-length': String(content.length),
        'content-type': 'application/octet-stream',
        'accept-ranges': 'bytes',
        etag: `"${new Bun.CryptoHasher('sha256').update(content).digest('hex')}"`,
        'x-content-type-options': 'nosniff',
        'content-disposition': `attachment; filename="app.zip"; filename*=UTF-8''app.zip`,
      })
    }
  })

  test('can be had in pieces, and not again by who has it', async () => {
    const tag = (await get(path())).headers.get('etag')!
    const size = content.length
    const whole = [200, null, content] as const
    const part = (start: number, end: number) =>
      [206, `bytes ${start}-${end}/${size}`, content.slice(start, end + 1)] as const
    const nothing = [416, `bytes */${size}`, ''] as const
    const cases: [Record<string, string>, readonly [number, string | null, string]][] = [
      [{ range: 'bytes=0-9' }, part(0, 9)],
      [{ range: 'bytes=100-' }, part(100, size - 1)],
      [{ range: 'bytes=-5' }, part(size - 5, size - 1)],
      [{ range: `bytes=-${size * 2}` }, part(0, size - 1)],
      [{ range: 'bytes=5-99999999999999999999' }, part(5, size - 1)],
      [{ range: `bytes=${size}-` }, nothing],
      [{ range: 'bytes=99999999999999999999-' }, nothing],
      [{ range: 'bytes=-0' }, nothing],
      [{ range: 'bytes=9-5' }, whole],
      [{ range: 'bytes=0-1,4-5' }, whole],
      [{ range: 'bytes=x-y' }, whole],
      [{ range: 'lines=0-1' }, whole],
      [{ range: 'bytes=0-9', 'if-range': tag }, part(0, 9)],
      [{ range: 'bytes=0-9', 'if-range': '"another"' }, whole],
      [{ range: 'bytes=0-9', 'if-range': 'Mon, 23 Nov 2026 00:00:00 GMT' }, whole],
      [{ 'if-none-match': '"another"' }, whole],
      [{ 'if-none-match': tag }, [304, null, '']],
      [{ 'if-none-match': `"another", W/${tag}`, range: 'bytes=0-9' }, [304, null, '']],
      [{ 'if-none-match': '*' }, [304, null, '']],
    ]
    for (const [headers, [status, contentRange, body]] of cases) {
      const answer = await get(path(), { headers })
      const text = await answer.text()
      expect([headers, answer.status, answer.headers.get('content-range')]).toEqual([headers, status, contentRange])
      expect(text === body).toBe(true)
      if (status !== 416) expect(answer.headers.get('etag')).toBe(tag)
    }
  })

  test('counts when it begins at the first byte, and only then', async () => {
    const before = await counter()
    const uncounted: RequestInit[] = [
      { method: 'HEAD' },
      { headers: { range: 'bytes=1-' } },
      { headers: { range: 'bytes=-1' } },
      { headers: { range: `bytes=${content.length}-` } },
      { headers: { 'if-none-match': '*' } },
    ]
    for (const init of uncounted) await (await get(path(), init)).arrayBuffer()
    expect(await counter()).toBe(before)
    await (await get(path(), { headers: { range: 'bytes=0-9' } })).arrayBuffer()
    expect(await counter()).toBe(before + 1)
    await Promise.all(Array.from({ length: 40 }, async () => (await get(path())).arrayBuffer()))
    expect(await counter()).toBe(before + 41)
    expect((await links()).find((row) => row.numeric_version === 101)!.download_counter).toBe(0)
  })

  test('is described by HEAD', async () => {
    const answer = await get(path(), { method: 'HEAD', headers: { range: 'bytes=0-9' } })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-length')).toBe(String(content.length))
    expect(await answer.text()).toBe('')
  })

  test('has a name that cannot end its header', async () => {
    const names = ['a"; filename="b.exe', 'a\r\nx-injected: 1', 'résumé 100%.zip', "it's (1)*.zip", 'ä\\b;c.zip']
    const plain = ['a__ filename=_b.exe', 'a__x-injected: 1', 'r_sum_ 100_.zip', "it's (1)*.zip", '__b_c.zip']
    for (const [i, name] of names.entries()) {
      const version = 201 + i
      await makeRelease(installation, { product, number: version, file: makeFile(installation, 'x', name) })
      const { headers } = await get(path({ version }), { method: 'HEAD' })
      const said = headers.get('content-disposition')!
      const [, short, exact] = /^attachment; filename="([^"]*)"; filename\*=UTF-8''([\w.~!%-]+)$/.exec(said)!
      expect(short).toBe(plain[i]!)
      expect(decodeURIComponent(exact!)).toBe(name)
      expect(headers.has('x-injected')).toBe(false)
    }
  })

  test('of an empty file is empty', async () => {
    await makeRelease(installation, { product, number: 300, file: makeFile(installation, '') })
    const answer = await get(path({ version: 300 }))
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '0', ''])
  })

  test.skipIf(!binary || process.platform !== 'linux')(
    'of a huge file takes no memory',
    async () => {
      const hugeBytes = 300 * 1_048_576
      const file = makeFile(installation, '')
      truncateSync(file, hugeBytes)
      await makeRelease(installation, { product, number: 400, file })
      const residentMiB = () =>
        Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${installation.pid}/status`, 'utf8'))![1]) / 1024
      const before = residentMiB()
      let most = 0
      async function drain() {
        let bytes = 0
        let measuredAt = 0
        for await (const chunk of (await get(path({ version: 400 }))).body!) {
          bytes += chunk.length
          if (bytes - measuredAt < hugeBytes / 20) continue
          measuredAt = bytes
          most = Math.max(most, residentMiB())
        }
        return bytes
      }
      expect(await Promise.all([drain(), drain()])).toEqual([hugeBytes, hugeBytes])
      expect(most).toBeGreaterThan(0)
      expect(most - before).toBeLessThan(60)
    },
    60_000,
  )
})

describe('whoever may not have it hears 701', () => {
  const refused = (at: `/${string}`) => installation.ask(`GET ${at}`, {}, { key: null })

  test('when the API key is unknown, over, elsewhere or not for this', async () => {
    const elsewhere = await makeKey('--preset', 'client', '--allow-ip', '203.0.113.7')
    const other = await makeKey('--can', 'verify,access-downloadables')
    const revoked = await makeKey('--preset', 'client')
    await installation.cli('api-key', 'revoke', String(revoked.id), '--yes')
    for (const key of ['nobody', '%00', '%ff', '..%2f..', elsewhere.api_key, other.api_key, revoked.api_key]) {
      expect(await refused(path({ key }))).toMatchObject({ code: 701, status: 200, signedWith: 'global' })
    }
  })

  test('when the link was made for a key that is revoked since, or may not download', async () => {
    const client = await makeKey('--preset', 'client')
    const lister = await makeKey('--can', 'access-downloadables')
    const [mine] = await links(license, { key: client.api_key })
    const [listed] = await links(license, { key: lister.api_key })
    expect((await fetch(mine!.url)).headers.get('content-type')).toBe('application/octet-stream')
    await installation.cli('api-key', 'revoke', String(client.id), '--yes')
    expect(await refused(new URL(mine!.url).pathname as `/${string}`)).toMatchObject({ code: 701 })
    expect(await refused(new URL(listed!.url).pathname as `/${string}`)).toMatchObject({ code: 701 })
  })

  test('when the link was altered or is for another licence', async () => {
    const at = await link()
    const other = await makeActiveLicense(installation, { product_id: product }, identifier)
    const token = at.split('/')[4]!
    const forged = (token[9] === 'A' ? 'B' : 'A') + token.slice(10)
    expect((await get(path({ key: token }))).status).toBe(200)
    expect(await refused(path({ key: token, license: other }))).toMatchObject({ code: 701 })
    expect(await refused(path({ key: token.slice(0, 9) + forged }))).toMatchObject({ code: 701 })
    expect(await refused(path({ key: token.slice(0, 20) }))).toMatchObject({ code: 701 })
  })

  test('when the licence is unknown, blocked, unassigned or not on this device', async () => {
    const blocked = await makeActiveLicense(installation, { product_id: product }, identifier)
    await installation.ask('POST /api/v1/update-license-key', { license_key: blocked, status: 'blocked' })
    const stocked = await makeLicense(installation, { product_id: product, status: 'available' })
    const unused = await makeLicense(installation, { product_id: product })
    for (const key of ['NOBODY', '..%2F..%2Fetc', '%00', blocked, stocked, unused]) {
      expect(await refused(path({ license: key }))).toMatchObject({ code: 701 })
    }
    for (const wrong of [base64('other.test'), '%21%21', 'sïte', '%C3', 'gICA', '%3D%3D', '..%2F', '%00']) {
      expect(await refused(path({ identifier: wrong }))).toMatchObject({ code: 701 })
    }
  })

  test('when the licence has expired and the product minds', async () => {
    for (const [require_non_expired, code] of [
      [1, 205],
      [0, 600],
    ] as const) {
      const minded = await makeProduct(installation, { require_non_expired })
      const key = await makeActiveLicense(installation, { product_id: minded, validity: 1 }, identifier)
      await makeRelease(installation, { product: minded, number: 102, file: makeFile(installation, content) })
      const at = await link(key)
      const assigned_at = new Date(installation.now().getTime() - 2 * day).toISOString()
      await installation.ask('POST /api/v1/update-license-key', { license_key: key, assigned_at })
      const listed = await installation.ask('POST /api/v1/access-downloadables', { license_key: key, identifier })
      expect(listed).toMatchObject({ code })
      expect(await installation.ask('POST /api/v1/verify', { license_key: key, identifier })).toMatchObject({
        code: 205,
      })
      if (require_non_expired) expect(await refused(at)).toMatchObject({ code: 701 })
      else expect(await (await get(at)).text()).toBe(content)
    }
  })

  test('but a blocked device hears 150, and a hasty one 9429', async () => {
    const blocked = await makeActiveLicense(installation, { product_id: product }, 'blocked.test')
    await beside(installation, ({ db, clock }) =>
      db.write((tx) => upsertBlock(tx, { kind: 'identifier', value: 'blocked.test', createdAt: clock() })),
    )
    const at = path({ license: blocked, identifier: base64('blocked.test') })
    expect(await refused(at)).toMatchObject({ code: 150, status: 403 })
    const { api_key } = await makeKey('--preset', 'client', '--rate-limit', '2')
    for (const _ of [1, 2]) expect((await get(path({ key: api_key }))).status).toBe(200)
    expect(await refused(path({ key: api_key }))).toMatchObject({ code: 9429, status: 429 })
  })
})

describe('what is not there is 700', () => {
  test('a draft, a withdrawn release, another product’s version, no number at all', async () => {
    const elsewhere = await makeProduct(installation)
    await makeRelease(installation, { product: elsewhere, number: 555, file: makeFile(installation, 'not yours') })
    for (const version of [
      103,
      104,
      555,
      0,
      999,
      -1,
      '102.0',
      '1e2',
      '0x66',
      '99999999999999999999',
      '..%2F..',
      'NaN',
      '%00',
    ]) {
      const answer = await installation.ask(`GET ${path({ version })}`, {}, { key: null })
      expect(answer).toMatchObject({ code: 700, status: 200 })
    }
  })

  test('until it is published', async () => {
    await installation.cli('release', 'publish', String(draft.id))
    expect(await (await get(path({ version: 103 }))).text()).toBe(content)
    await installation.cli('release', 'withdraw', String(draft.id))
    expect(await installation.ask(`GET ${path({ version: 103 })}`)).toMatchObject({ code: 700 })
  })

  test('a file that was taken away or cut short', async () => {
    const { sha256 } = await makeRelease(installation, {
      product,
      number: 500,
      file: makeFile(installation, 'to be damaged'),
    })
    writeFileSync(join(installation.folder, 'files', sha256), 'to be')
    expect(await installation.ask(`GET ${path({ version: 500 })}`)).toMatchObject({ code: 700 })
  })
})

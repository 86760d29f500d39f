import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config'
import { openInstallation } from '../../src/installation'
import type { LogFields } from '../../src/kernel/log'
import { startServer } from '../../src/worker/server'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeFile, makeProduct, makeRelease } from '../support/stock'

const minute = 60_000
const identifier = 'site.test'

let installation: TestInstallation
let license: string
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
  const product = await makeProduct(installation)
  license = await makeActiveLicense(installation, { product_id: product }, identifier)
  await makeRelease(installation, { product, number: 102, file: makeFile(installation, 'content') })
})
afterAll(() => installation.close())

async function link(of: TestInstallation, license_key: string, headers: Record<string, string> = {}): Promise<string> {
  const asked = await of.ask('POST /api/v1/access-downloadables', { license_key, identifier }, { headers })
  return asked.response.downloadables[0].url
}

test('a link is good for fifteen minutes', async () => {
  const url = await link(installation, license)
  await installation.advance(15 * minute - 1000)
  expect((await fetch(url)).status).toBe(200)
  await installation.advance(2000)
  const path = new URL(url).pathname as `/${string}`
  expect(await installation.ask(`GET ${path}`)).toMatchObject({ code: 701, signedWith: 'global' })
})

test('a proxy that is trusted says whether links are https', async () => {
  const headers = { host: 'keys.example.com', 'x-forwarded-proto': 'https' }
  expect(await link(installation, license, headers)).toStartWith('https://keys.example.com/api/v1/download/')
  expect(await link(installation, license, { host: 'keys.example.com' })).toStartWith('http://keys.example.com/')
  expect(await link(installation, license, { ...headers, 'x-forwarded-proto': 'javascript' })).toStartWith(
    'http://keys.',
  )
})

test('anybody else does not, and base_url outranks everything', async () => {
  for (const [settings, beginning] of [
    [{}, 'http://keys.example.com/api/v1/download/'],
    [{ base_url: 'https://dl.example.org/latchkey/' }, 'https://dl.example.org/latchkey/api/v1/download/'],
  ] as const) {
    const other = await startInstallation(settings)
    try {
      const product = await makeProduct(other)
      const key = await makeActiveLicense(other, { product_id: product }, identifier)
      await makeRelease(other, { product, number: 102, file: makeFile(other, 'content') })
      const headers = { host: 'keys.example.com', 'x-forwarded-proto': 'https' }
      expect(await link(other, key, headers)).toStartWith(beginning)
    } finally {
      await other.close()
    }
  }
})

test('a download is logged by its route, never by its address', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'))
  const entries: LogFields[] = []
  const logging = await openInstallation({
    config: readConfig({}, { LATCHKEY_DATA_DIR: folder }),
    asServer: true,
    keySize: 2048,
    log: (_, facts) => entries.push(facts),
  })
  const server = await startServer(logging, '127.0.0.1', 0)
  try {
    await (await fetch(`${server.url}/api/v1/download/SECRET/LICENSE-1/c2l0ZQ%3D%3D/102`)).arrayBuffer()
    await (await fetch(`${server.url}/v1/download/SECRET/LICENSE-1/c2l0ZQ%3D%3D/102`, { method: 'PUT' })).arrayBuffer()
    expect(entries.map(({ code }) => code)).toEqual([701, 9405])
    expect(entries[0]).toMatchObject({ route: '/api/v1/download/:token/:license_key/:identifier/:numeric_version' })
    expect(JSON.stringify(entries)).not.toMatch(/SECRET|LICENSE-1|c2l0ZQ/)
  } finally {
    await server.stop()
    await logging.close()
    rmSync(folder, { recursive: true })
  }
})

test('what a killed copy left behind goes at the next one, what another still copies stays', async () => {
  const files = join(installation.folder, 'files')
  const [abandoned, living] = [join(files, 'incoming-abandoned'), join(files, 'incoming-living')]
  for (const path of [abandoned, living]) writeFileSync(path, 'half of it')
  const longAgo = new Date(Date.now() - 120 * minute)
  utimesSync(abandoned, longAgo, longAgo)
  const product = await makeProduct(installation)
  await makeRelease(installation, { product, number: 1, file: makeFile(installation, 'next') })
  expect([existsSync(abandoned), existsSync(living)]).toEqual([false, true])
  expect(readdirSync(files).filter((name) => name.startsWith('incoming-'))).toEqual(['incoming-living'])
})

test('a download that began in time can be continued for a day, and no longer', async () => {
  const url = await link(installation, license)
  const part = (range: string) => fetch(url, { headers: { range } })
  const path = new URL(url).pathname as `/${string}`
  expect(await (await part('bytes=0-2')).text()).toBe('con')
  await installation.advance(16 * minute)
  expect(await (await part('bytes=3-')).text()).toBe('tent')
  expect(await installation.ask(`GET ${path}`, {}, { key: null })).toMatchObject({ code: 701 })
  for (const range of ['bytes=0-', 'bytes=-3', 'bytes=3-,0-', 'bytes=00-']) {
    expect(await installation.receive(await part(range))).toMatchObject({ code: 701 })
  }
  await installation.advance(24 * 60 * minute)
  expect(await installation.receive(await part('bytes=3-'))).toMatchObject({ code: 701 })
})

test('one that did not begin in time cannot, nor one whose licence was blocked since', async () => {
  const [unused, used] = [await link(installation, license), await link(installation, license)]
  const rest = (url: string) => fetch(url, { headers: { range: 'bytes=3-' } })
  await (await fetch(used)).arrayBuffer()
  await installation.advance(16 * minute)
  expect(await installation.receive(await rest(unused))).toMatchObject({ code: 701 })
  expect((await rest(used)).status).toBe(206)
  await installation.ask('POST /api/v1/update-license-key', { license_key: license, status: 'blocked' })
  expect(await installation.receive(await rest(used))).toMatchObject({ code: 701 })
  await installation.ask('POST /api/v1/update-license-key', { license_key: license, status: 'assigned' })
})

test('a client may pause longer than a connection may be still', async () => {
  const hasty = await startInstallation({ keep_alive: '5' })
  const product = await makeProduct(hasty)
  const key = await makeActiveLicense(hasty, { product_id: product }, identifier)
  const size = 40_000_000
  await makeRelease(hasty, { product, number: 102, file: makeFile(hasty, 'x'.repeat(size)) })
  const url = new URL(await link(hasty, key))
  let received = 0
  const ended = Promise.withResolvers<void>()
  const socket = await Bun.connect({
    hostname: url.hostname,
    port: Number(url.port),
    socket: {
      data(socket, bytes) {
        if (received === 0) {
          socket.pause()
          setTimeout(() => socket.resume(), 12_000)
        }
        received += bytes.length
        if (received > size) ended.resolve()
      },
      close: () => ended.resolve(),
    },
  })
  socket.write(`GET ${url.pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await ended.promise
  socket.end()
  await hasty.close()
  expect(received).toBeGreaterThan(size)
})

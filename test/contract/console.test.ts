import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { buildConsole } from '../../src/build-console'
import { binary, startInstallation, type TestInstallation } from '../support/installation'

setDefaultTimeout(60_000)

let installation: TestInstallation
let index = ''
beforeAll(async () => {
  if (!binary) await buildConsole(join(import.meta.dir, '../..'))
  installation = await startInstallation()
  index = await (await fetch(`${installation.url}/console`)).text()
})
afterAll(() => installation.close())

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${installation.url}${path}`, { headers, redirect: 'manual' })

/** The addresses of the files that the page loads first. */
const firstFiles = () => [...index.matchAll(/(?:src|href)="(\/console\/[^"]+)"/g)].map(([, path]) => path!)

/** The bytes of a file as a browser gets them: the runtime of the tests would decompress them. */
async function compressedSize(path: string) {
  const answer = await fetch(`${installation.url}${path}`, {
    headers: { 'accept-encoding': 'br' },
    decompress: false,
  } as RequestInit)
  expect(answer.headers.get('content-encoding')).toBe('br')
  return (await answer.arrayBuffer()).byteLength
}

describe('the address of the server', () => {
  test('leads a browser to the console, and answers machines as before', async () => {
    const browser = await get('/', { accept: 'text/html,application/xhtml+xml' })
    expect([browser.status, browser.headers.get('location')]).toEqual([302, '/console'])
    const machine = await installation.receive(await get('/'))
    expect([machine.status, machine.code]).toEqual([404, 9404])
    const posted = await fetch(`${installation.url}/`, { method: 'POST', headers: { accept: 'text/html' } })
    expect((await installation.receive(posted)).code).toBe(9404)
  })
})

describe('the pages of the console', () => {
  test('are one page at every path below /console, which no cache keeps', async () => {
    for (const path of ['/console', '/console/licenses/4711', '/console/']) {
      const answer = await get(path)
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-cache'])
      expect(await answer.text()).toBe(index)
    }
  })

  test('run no inline code, load nothing from elsewhere and stand in no frame', async () => {
    const policy = (await get('/console')).headers.get('content-security-policy')!
    expect(policy).toStartWith("default-src 'none'; script-src 'self'; style-src 'self';")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(index).not.toMatch(/<style|<script>| style=| on\w+=/)
  })

  test('load at most 200 KB at first, and at most 60 KB for a further page', async () => {
    const first = firstFiles()
    expect(first).toHaveLength(2)
    const sizes = await Promise.all(first.map(compressedSize))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(200_000)
    const script = await (await get(first.find((path) => path.endsWith('.js'))!)).text()
    const named = [...script.matchAll(/["']\.\/([\w.-]+\.js)["']/g)].map(([, name]) => name!)
    const chunks = [...new Set(named)].filter((name) => !first.some((path) => path.endsWith(name)))
    expect(chunks.length).toBeGreaterThan(2)
    for (const name of chunks) expect(await compressedSize(`/console/assets/${name}`), name).toBeLessThanOrEqual(60_000)
  })

  test('have files that are kept for ever, in two forms, and no others', async () => {
    const [path] = firstFiles()
    const plain = await get(path!, { 'accept-encoding': 'identity' })
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(plain.headers.get('vary')).toBe('accept-encoding')
    for (const name of ['no-such.js', '..%2f..%2flatchkey.db', 'entry.json%00']) {
      expect((await get(`/console/assets/${name}`)).status).toBe(404)
    }
  })

  test('can be switched off, and be kept for certain addresses', async () => {
    await installation.cli('setting', 'set', 'console_readers', '192.0.2.7')
    const other = await get('/console')
    expect([other.status, await other.text()]).toEqual([403, 'the console is not for 127.0.0.1: see console_readers\n'])
    expect((await get(firstFiles()[0]!)).status).toBe(403)
    await installation.cli('setting', 'unset', 'console_readers')
    await installation.cli('setting', 'set', 'console', 'off')
    const off = await get('/console')
    expect([off.status, await off.text()]).toEqual([404, 'the console is off: see console\n'])
    expect((await get('/', { accept: 'text/html' })).status).toBe(404)
    await installation.cli('setting', 'unset', 'console')
    expect((await get('/console')).status).toBe(200)
  })
})

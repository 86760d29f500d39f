import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { binary, spawnBinary } from '../support/installation'
import { contentsOf, emptyFolder, prepared, type Served, serve } from '../support/process'

let folder: ReturnType<typeof emptyFolder>
let server: Served
let apiKey: string
beforeEach(async () => {
  folder = emptyFolder()
  if (!binary) return
  ;({ apiKey } = await prepared(folder.path))
  server = await serve(folder.path)
})
afterEach(async () => {
  await server?.stop('SIGKILL')
  folder.remove()
})

const ask = async (path: string, fields: object) => {
  const answer = await fetch(`${server.url}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  })
  return ((await answer.json()) as { response: { code: number; product_id: number } }).response
}

const draft = { source: 'internal', name: 'n', description: 'd', require_non_expired: 0, status: 'active' }

describe.skipIf(!binary)('a server that is told to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('by %s lets a running request end, then ends well', async (signal) => {
    const body = JSON.stringify(draft)
    const heard = Promise.withResolvers<string>()
    let text = ''
    const { hostname, port } = new URL(server.url)
    const socket = await Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        data(_, bytes) {
          text += new TextDecoder().decode(bytes)
        },
        close: () => heard.resolve(text),
      },
    })
    socket.write(
      `POST /api/v1/create-product HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${apiKey}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body.slice(0, 10)}`,
    )
    socket.flush()
    await Bun.sleep(100)
    server.signal(signal)
    while (!server.said().includes('Stopping')) await Bun.sleep(10)
    const late = await fetch(`${server.url}/healthz`).catch(() => undefined)
    expect(late).toBeUndefined()
    socket.write(body.slice(10))
    socket.flush()
    expect(await heard.promise).toContain('"code":750')
    expect(await server.exited).toBe(0)
    expect(Object.keys(contentsOf(folder.path)).filter((name) => /-wal|-shm/.test(name))).toEqual([])
  })

  test('has everything on disk that it has acknowledged, even when it is killed', async () => {
    const { product_id } = await ask('create-product', draft)
    const terms = { product_id, activation_limit: 1, validity: 0, status: 'assigned' }
    for (let i = 0; i < 20; i++) {
      expect(await ask('create-license-keys', { ...terms, license_keys: [`K-${i}`] })).toMatchObject({ code: 900 })
    }
    expect(await ask('activate', { license_key: 'K-19', identifier: 'pc' })).toMatchObject({ code: 300 })
    expect(await server.stop('SIGKILL')).toBe(137)
    server = await serve(folder.path)
    expect(await ask('verify', { license_key: 'K-19', identifier: 'pc' })).toMatchObject({ code: 200 })
    for (let i = 0; i < 19; i++) {
      expect(await ask('verify', { license_key: `K-${i}`, identifier: 'pc' })).toMatchObject({ code: 202 })
    }
    expect(await server.stop('SIGTERM')).toBe(0)
  })

  test('frees its folder for the next one, however it ended', async () => {
    await server.stop('SIGKILL')
    server = await serve(folder.path)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    expect(await server.stop('SIGINT')).toBe(0)
    expect(await spawnBinary(['api-key', 'list'], {}, folder.path)).toMatchObject({ exitCode: 0 })
    expect(Object.keys(contentsOf(folder.path)).filter((name) => /-wal|-shm/.test(name))).toEqual([])
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { chunk, type Piece, postHead, talk } from '../support/socket'
import { until } from '../support/wait'

const mebibyte = 1_048_576
const json = { 'content-type': 'application/json' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }

describe('what a body holds is bounded before it is read', () => {
  let installation: TestInstallation
  beforeAll(async () => {
    installation = await startInstallation()
  })
  afterAll(() => installation.close())

  const send = (body: string, headers: Record<string, string>) =>
    installation.ask('POST /api/v1/verify', {}, { key: null, body, headers })

  test.each([
    ['a list of half a million numbers', `{"a":[${'1,'.repeat(523_000)}1]}`, json],
    ['a list of empty objects', `{"a":[${'{},'.repeat(300_000)}1]}`, json],
    ['a hundred thousand fields', `{${Array.from({ length: 70_000 }, (_, i) => `"a${i}":1`).join()}}`, json],
    ['a form of half a million names', 'a&'.repeat(520_000), form],
  ])('%s is 9413', async (_, body, headers) => {
    expect(body.length).toBeLessThan(mebibyte)
    expect(await send(body, headers)).toMatchObject({ status: 413, code: 9413 })
  })

  test.each([
    ['commas and brackets within a text', `{"license_key": "${'[,'.repeat(200_000)}"}`],
    ['escaped quotes', `{"license_key": "${'\\",['.repeat(100_000)}"}`],
    ['backslashes before the end of a text', `{"a": "${'\\\\'.repeat(100_000)}", "license_key": "x"}`],
    ['as many values as are allowed', `{"a": [${'1,'.repeat(65_500)}1]}`],
    ['64 levels', `{"a":${'['.repeat(63)}${']'.repeat(63)}}`],
  ])('%s are not counted against it', async (_, body) => {
    const answer = await installation.ask('POST /api/v1/verify', {}, { body, headers: json })
    expect([210, 9400] as unknown[]).toContain(answer.code)
    expect(answer.response.detail ?? '').not.toContain('nested')
  })

  test('65 levels are too many, and 9400 says so', async () => {
    const body = `{"a":${'['.repeat(64)}${']'.repeat(64)}}`
    const answer = await installation.ask('POST /api/v1/verify', {}, { body, headers: json })
    expect(answer).toMatchObject({ code: 9400, response: { detail: expect.stringContaining('64 levels') } })
  })

  test.each(['{"license_key": "x"}', ' {"license_key": "a=b&c"}', encodeURIComponent('{"license_key":"x"}')])(
    'JSON that was sent as a form is told how to be sent: %s',
    async (body) => {
      const answer = await installation.ask('POST /api/v1/verify', {}, { body, headers: form })
      expect(answer).toMatchObject({ status: 400, code: 9400 })
      expect(answer.response.detail).toContain('Content-Type: application/json')
    },
  )
})

describe('bodies that do not end', () => {
  let installation: TestInstallation
  const opened: Bun.Socket[] = []
  beforeAll(async () => {
    installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
  })
  afterAll(async () => {
    for (const socket of opened) socket.terminate()
    await installation.close()
  })

  /** Begins a body and keeps its end back; what the server answers all the same. */
  async function begin(from: string, head: Record<string, string | number>, body: Piece) {
    const heard = { text: '' }
    const { hostname, port } = new URL(installation.url)
    const said = Buffer.concat([
      Buffer.from(postHead('/api/v1/verify', { ...json, 'x-forwarded-for': from, ...head })),
      Buffer.from(body),
    ])
    let rest = said
    const write = (socket: Bun.Socket) => {
      rest = rest.subarray(Math.max(0, socket.write(rest)))
    }
    const socket = await Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        data(_, bytes) {
          heard.text += Buffer.from(bytes).toString()
        },
        drain: write,
      },
    })
    write(socket)
    opened.push(socket)
    return heard
  }

  /** Begins bodies of a mebibyte, one from each address; the statuses of those that are answered all the same. */
  async function beginMany(addresses: readonly string[]) {
    const heard = await Promise.all(addresses.map((from) => begin(from, { 'content-length': mebibyte }, '{"a":"')))
    return () => heard.map(({ text }) => /^HTTP\/1\.1 (\d+)/.exec(text)?.[1]).filter((status) => status !== undefined)
  }

  const large = { license_key: 'x'.repeat(20_000) }
  const hangUp = async () => {
    for (const socket of opened.splice(0)) socket.terminate()
    await until(
      'room to be given back',
      async () => (await installation.ask('POST /api/v1/verify', large)).code !== 9503,
    )
  }

  test('are held to 16 MiB a network of IPv6, however many addresses they come from', async () => {
    const manyOf = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}::${i + 1}`)
    const subnet = await beginMany(manyOf('2a00:1:2:300', 20))
    await until('four to be refused', () => subnet().length >= 4)
    const site = await beginMany([...manyOf('2a00:1:2:400', 10), ...manyOf('2a00:1:2:500', 10)])
    await until('four more to be refused', () => site().length >= 4)
    expect([subnet(), site()]).toEqual([Array(4).fill('429'), Array(4).fill('429')])

    expect(
      await installation.ask('POST /api/v1/verify', large, { headers: { 'x-forwarded-for': '2a00:1:3::1' } }),
    ).toMatchObject({ code: 210 })
    await hangUp()
  })

  test('are held to 16 MiB an address and 64 MiB in all, and small requests go on', async () => {
    for (const n of [1, 2, 3, 4]) {
      const statuses = await beginMany(Array(20).fill(`203.0.113.${n}`))
      await until('four to be refused', () => statuses().length >= 4)
      expect(statuses()).toEqual(['429', '429', '429', '429'])
    }
    const others = await beginMany(Array(3).fill('203.0.113.5'))
    await until('those beyond to be refused', () => others().length === 3)
    expect(others()).toEqual(['503', '503', '503'])

    expect(await installation.ask('POST /api/v1/verify', { license_key: 'none' })).toMatchObject({ code: 210 })
    const head = postHead('/api/v1/verify', {
      ...json,
      authorization: `Bearer ${installation.apiKey}`,
      'transfer-encoding': 'chunked',
    })
    expect(await installation.receive(await talk(installation.url, [head, chunk('{}'), chunk('')]))).toMatchObject({
      code: 210,
    })

    expect(await installation.ask('POST /api/v1/verify', large)).toMatchObject({ status: 503, code: 9503 })
    await hangUp()
  })

  test('are given up after the time of the setting', async () => {
    const hasty = await startInstallation({ body_timeout: '1' })
    const authorization = `Bearer ${hasty.apiKey}`
    for (const head of [{ 'content-length': 50 }, { 'content-length': 50_000 }, { 'transfer-encoding': 'chunked' }]) {
      const begun = postHead('/api/v1/verify', { ...json, authorization, ...head })
      const answer = await hasty.receive(
        await talk(hasty.url, [begun, 'content-length' in head ? '{"a"' : chunk('{"a"')]),
      )
      expect(answer).toMatchObject({
        status: 400,
        code: 9400,
        response: { detail: 'The body took longer than 1 s.' },
      })
    }
    await hasty.close()
  })
})

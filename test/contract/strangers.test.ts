import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Answer, type Body, startInstallation, type TestInstallation } from '../support/installation'
import { chunk, type Piece, postHead, talk } from '../support/socket'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

const mebibyte = 1_048_576
const json = { 'content-type': 'application/json' }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const multipart = { 'content-type': 'multipart/form-data; boundary=edge' }

const send = (body: Body, headers: Record<string, string>) =>
  installation.ask('POST /api/v1/verify', {}, { body, headers })

/** Signed, with the status of its code, and nothing of the machinery in it. */
function expectRefusal(answer: Answer, code: number) {
  expect(answer).toMatchObject({ code, status: code - 9000, signedWith: 'global' })
  expect(answer.headers.get('content-type')).toBe('application/json')
  expect(answer.text).not.toMatch(/\.ts|node_modules|\bat \w+ \(|SQLITE|Error:/)
}

describe('a request for nothing we have', () => {
  test.each([
    'GET /',
    'GET /api/v1',
    'POST /api/v1/',
    'POST /api/v1/verification',
    'GET /api/v2/verify',
    'DELETE /api/v1/licenses/1',
    'POST /api/v1/verify/again',
    'GET /api/v1/%ff%00/..%2f..%2fetc',
    'PUT /v1/__proto__',
  ] as const)('%s is 9404', async (door) => {
    const answer = await installation.ask(door, {}, { key: null })
    expectRefusal(answer, 9404)
    expect(answer.message).toBe('No such endpoint')
  })

  test.each([
    ['GET /api/v1/verify', 'POST'],
    ['DELETE /v1/delete-product', 'POST'],
    ['PUT /api/v1/create-product', 'POST'],
    ['PATCH /api/v1/update-license-key', 'POST'],
    ['POST /api/v1/get-all-products', 'GET'],
    ['POST /v1/get-license-keys', 'GET'],
  ] as const)('%s is 9405 and says what to use', async (door, allowed) => {
    const answer = await installation.ask(door, { license_key: 'x' }, { key: null })
    expectRefusal(answer, 9405)
    expect(answer.headers.get('allow')).toBe(allowed)
  })

  test('so are the methods browsers send by themselves', async () => {
    const answer = await fetch(`${installation.url}/api/v1/verify`, { method: 'OPTIONS' })
    expectRefusal(await installation.receive(answer), 9405)
  })
})

describe('a body that is not what it says it is', () => {
  test.each<[string, Body, Record<string, string>]>([
    ['not JSON', 'license_key=x', json],
    ['half of a JSON', '{"license_key": "x"', json],
    ['a JSON list', '[{"license_key": "x"}]', json],
    ['a JSON text', '"x"', json],
    ['null', 'null', json],
    ['a thousand levels of objects', `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`, json],
    ['a thousand levels of lists', `{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`, json],
    ['half a million brackets', '['.repeat(500_000), json],
    ['half a million levels', `{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`, json],
    ['JSON that is not UTF-8', new Uint8Array([0x7b, 0x22, 0x61, 0xff, 0x22, 0x3a, 0x31, 0x7d]), json],
    ['an overlong UTF-8 slash', new Uint8Array([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]), json],
    ['a form that is not UTF-8', new Uint8Array([0x61, 0x3d, 0xff]), form],
    ['a form with %ff', 'license_key=%ff&identifier=x', form],
    ['a form with half of a letter', 'license_key=%c3', form],
    ['a form with %00', 'license_key=a%00b&identifier=x', form],
    ['JSON with a NUL', '{"license_key": "a\\u0000b", "identifier": "x"}', json],
    ['multipart without a boundary', 'license_key=x', { 'content-type': 'multipart/form-data' }],
    ['multipart of noise', 'license_key=x', multipart],
    ['multipart cut short', '--edge\r\nContent-Disposition: form-data; name="license_key"\r\n\r\nx', multipart],
    ['multipart with a file', fileForm(), {}],
  ])('%s is 9400', async (_, body, headers) => {
    const answer = await send(body, headers)
    expectRefusal(answer, 9400)
    expect(answer.message).toBe('Malformed request')
    expect(answer.response.detail).toEqual(expect.any(String))
  })

  test.each(['/api/v1/get-license-keys?search=%ff', '/api/v1/get-license-keys?search=a%00b'])(
    'so is a query: %s',
    async (path) => {
      expectRefusal(await installation.ask(`GET ${path}` as 'GET /'), 9400)
    },
  )

  test.each([
    ['text/plain', 'license_key=x'],
    ['application/xml', '<license_key>x</license_key>'],
    ['', 'license_key=x'],
    ['application/jsonp', '{}'],
  ])('of media type "%s" is 9415', async (type, body) => {
    expectRefusal(await send(new TextEncoder().encode(body), { 'content-type': type }), 9415)
  })

  test('compressed is 9415', async () => {
    expectRefusal(await send(Bun.gzipSync('{}'), { ...json, 'content-encoding': 'gzip' }), 9415)
  })

  test('tells a stranger without a key no more than that', async () => {
    expectRefusal(await installation.ask('POST /api/v1/verify', {}, { key: null, body: '{', headers: json }), 9400)
  })
})

describe('a body over 1 MiB is 9413', () => {
  const path = '/api/v1/verify'
  const authorization = () => `Bearer ${installation.apiKey}`
  const say = async (pieces: Iterable<Piece>) => installation.receive(await talk(installation.url, pieces))

  test('sent in full', async () => {
    expectRefusal(await send(`{"license_key": "${'x'.repeat(mebibyte)}"}`, json), 9413)
  })

  test.each([mebibyte + 1, 200_000_000, 5_000_000_000])(
    'announced with a length of %d and never sent',
    async (length) => {
      const head = postHead(path, { ...json, authorization: authorization(), 'content-length': length })
      expectRefusal(await say([head]), 9413)
    },
  )

  test('in chunks without a length, before the end is sent', async () => {
    const head = postHead(path, { ...json, authorization: authorization(), 'transfer-encoding': 'chunked' })
    const piece = chunk('x'.repeat(65_536))
    expectRefusal(await say([head, ...Array.from({ length: 18 }, () => piece)]), 9413)
  })

  test('but one of exactly 1 MiB is read', async () => {
    const body = '{"license_key": "x", "pad": ""}'
    const exact = body.replace('""', `"${'x'.repeat(mebibyte - body.length)}"`)
    expect(exact).toHaveLength(mebibyte)
    expect(await send(exact, json)).toMatchObject({ code: 210 })
  })

  test('and a small one in chunks too', async () => {
    const head = postHead(path, { ...json, authorization: authorization(), 'transfer-encoding': 'chunked' })
    const answer = await say([head, chunk('{"license_key"'), chunk(': "x"}'), chunk('')])
    expect(answer).toMatchObject({ status: 200, code: 210 })
  })
})

test('a list of public keys is signed once a second, however many ask', async () => {
  const made = async () =>
    Number(/signatures_total\{kind="made"\} (\d+)/.exec(await (await fetch(`${installation.url}/metrics`)).text())![1])
  const before = await made()
  const seconds = new Set<number>()
  for (let i = 0; i < 40; i++) {
    const { response } = await installation.ask('GET /api/v1/keys', {}, { key: null })
    seconds.add(response.timestamp)
  }
  expect((await made()) - before).toBeLessThanOrEqual(seconds.size)
})

describe('a connection that is no conversation', () => {
  test.each<[string, Piece[]]>([
    ['noise', [new Uint8Array([0, 1, 2, 255, 13, 10, 13, 10])]],
    ['a length that is no number', [postHead('/api/v1/verify', { ...json, 'content-length': 'many' })]],
    ['two lengths', [postHead('/api/v1/verify', { ...json, 'content-length': '2\r\ncontent-length: 3' }), '{}']],
  ])('%s ends without harm', async (_, pieces) => {
    const outcome = await talk(installation.url, pieces).then(
      ({ status }) => status,
      ({ message }: Error) => message,
    )
    expect([400, 'the server hung up after saying nothing']).toContain(outcome)
    expect(await installation.ask('POST /api/v1/verify')).toMatchObject({ code: 210 })
  })

  test('nor does one that breaks off in the middle of a body', async () => {
    const head = postHead('/api/v1/verify', { ...json, 'content-length': 100 })
    const { hostname, port } = new URL(installation.url)
    const socket = await Bun.connect({ hostname, port: Number(port), socket: { data() {} } })
    socket.write(`${head}{"license_key"`)
    socket.flush()
    socket.terminate()
    expect(await installation.ask('POST /api/v1/verify')).toMatchObject({ code: 210 })
  })
})

function fileForm() {
  const body = new FormData()
  body.append('license_key', new Blob(['x']), 'key.txt')
  return body
}

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { sha256 } from '../../src/kernel/secrets'
import { startInstallation, type TestInstallation } from '../support/installation'
import { type AdminDoor, auditRows, logIn, makeOperator, type Operator, tell } from '../support/operator'
import { holdWriters, openRaw } from '../support/raw'
import { makeProduct } from '../support/stock'

// Many commands, each a process of its own where the binary is tested.
setDefaultTimeout(60_000)

let installation: TestInstallation
let owner: Operator
let operator: Operator
let viewer: Operator
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
  owner = await makeOperator(installation, 'owner')
  operator = await makeOperator(installation, 'operator')
  viewer = await makeOperator(installation, 'viewer')
})
afterAll(() => installation.close())

const refusal = (status: number, code: string, more: object = {}) => ({
  status,
  body: { error: { code, message: expect.any(String), ...more } },
})

describe('an answer under /admin/api', () => {
  test('is plain JSON that nobody keeps, frames or guesses at, and names its request', async () => {
    const { status, body, headers } = await viewer.tell('GET /session', {}, { headers: { 'x-request-id': 'mine-1' } })
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { user: viewer.name, role: 'viewer', kind: 'token', expires_at: null },
    })
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.has('access-control-allow-origin')).toBe(false)
    expect(headers.get('x-request-id')).toBe('mine-1')
  })

  test('says in the same form what is not there and what a path does not take', async () => {
    expect(await tell(installation, 'GET /nothing')).toMatchObject(refusal(404, 'no_such_endpoint'))
    const wrong = await tell(installation, 'PUT /blocklist')
    expect(wrong).toMatchObject(refusal(405, 'method_not_allowed'))
    expect(wrong.headers.get('allow')).toBe('POST, GET')
    expect(wrong.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('is 401 for a stranger, and for what is no operator token', async () => {
    const session = (await logIn(installation, viewer)).session
    for (const token of ['', 'lko_wrong', installation.apiKey, session]) {
      expect(await tell(installation, 'GET /blocklist', {}, { token })).toMatchObject(refusal(401, 'unauthenticated'))
    }
    expect(await tell(installation, 'GET /blocklist', {}, { session: viewer.token })).toMatchObject(
      refusal(401, 'unauthenticated'),
    )
    expect(await installation.ask('GET /api/v1/get-all-products', {}, { key: owner.token })).toMatchObject({
      code: 100,
    })
  })

  test('is 403 where the role is too small, before the fields are looked at', async () => {
    expect(await viewer.tell('POST /blocklist', { nonsense: 1 })).toMatchObject(refusal(403, 'forbidden'))
    expect(await operator.tell('POST /users', { nonsense: 1 })).toMatchObject(refusal(403, 'forbidden'))
    expect(await operator.tell('POST /blocklist', { ip: '198.51.100.1' })).toMatchObject({ status: 200 })
  })

  test('is 403 for an address on the blocklist, whoever shows what', async () => {
    await owner.tell('POST /blocklist', { ip: '203.0.113.0/24' })
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    expect(await owner.tell('GET /session', {}, { headers })).toMatchObject(refusal(403, 'access_denied'))
    expect(await logIn(installation, owner, headers)).toMatchObject(refusal(403, 'access_denied'))
  })
})

describe('fields', () => {
  test('are read from path, body and query, in this order', async () => {
    const { body: entry } = await owner.tell('POST /blocklist?reason=query&ip=192.0.2.1', { reason: 'body' })
    expect(entry).toMatchObject({ value: '192.0.2.1', reason: 'body' })
    const removed = await owner.tell(`DELETE /blocklist/${entry.id}`, { id: 1_000_000 })
    expect(removed).toMatchObject({ status: 200, body: entry })
  })

  test('that are wrong are all told at once, each by its name', async () => {
    const told = await owner.tell('POST /blocklist', { ip: ['a'], expires_at: 'soon', reasn: 'x' })
    expect(told).toMatchObject(
      refusal(422, 'invalid_input', {
        fields: {
          ip: ['It takes a text.'],
          expires_at: ['"soon" is not a date: write 2030-01-31 or 2030-01-31T12:00:00Z.'],
          reasn: ['There is no field "reasn" here.'],
        },
      }),
    )
    expect(await owner.tell('DELETE /blocklist/x')).toMatchObject(
      refusal(422, 'invalid_input', { fields: { id: ['"x" is not a whole number from 1 to 2147483647.'] } }),
    )
    expect(await owner.tell('GET /blocklist', { after: 'x' })).toMatchObject(refusal(422, 'invalid_input'))
    expect(await owner.tell('POST /blocklist', {})).toMatchObject(refusal(422, 'invalid_input'))
  })

  test.each<[string, string, string, number, string]>([
    ['no JSON', '{"ip":', 'application/json', 400, 'malformed_request'],
    ['no object', '[]', 'application/json', 400, 'malformed_request'],
    ['a NUL character', '{"ip":"\\u0000"}', 'application/json', 400, 'malformed_request'],
    ['too much', `{"reason":"${'x'.repeat(1_048_576)}"}`, 'application/json', 413, 'request_too_large'],
    ['a form', 'ip=192.0.2.2', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
    ['text', '{"ip":"192.0.2.2"}', 'text/plain', 415, 'unsupported_media_type'],
  ])('that come as %s are refused', async (_, body, type, status, code) => {
    const told = await owner.tell('POST /blocklist', {}, { body, headers: { 'content-type': type } })
    expect(told).toMatchObject(refusal(status, code))
  })

  test.each<[AdminDoor, Record<string, unknown>, message: string]>([
    ['PATCH /api-keys/1', {}, 'say what to change, such as allowed_ips'],
    ['PATCH /releases/1', {}, 'say what to change, such as update_summary'],
    ['POST /blocklist', {}, 'say whom to turn away: either ip "203.0.113.7" or identifier "some-device"'],
    ['POST /jobs/retry', {}, 'give either the id of a job or kind'],
    ['POST /deliveries/replay', {}, 'give the id of a delivery, or all of webhook, from and to'],
    ['PUT /settings/keep_jobs', {}, 'say the value, as value or secret'],
  ])('that are missing are named as this door knows them: %s', async (door, fields, message) => {
    expect((await owner.tell(door, fields)).body.error.message).toBe(message)
  })

  test('name what is not there, and what stands in the way', async () => {
    expect(await owner.tell('DELETE /blocklist/999999')).toMatchObject(refusal(404, 'not_found'))
    const twice = await owner.tell('POST /users', { name: owner.name, role: 'viewer' })
    expect(twice).toMatchObject(refusal(409, 'conflict'))
  })
})

describe('a file', () => {
  const headers = { 'content-type': 'application/octet-stream' }
  const door = 'POST /releases?product=&version=1.2&numeric_version=102'

  test('comes as the body of the request, its fields in the query', async () => {
    const product = await makeProduct(installation)
    const told = await operator.tell(
      `POST /releases?product=${product}&version=1.2&numeric_version=102&file=plugin.zip`,
      {},
      { headers, body: 'the program' },
    )
    expect(told).toMatchObject({ status: 200, body: { product_id: product, version: '1.2', file_size: 11 } })
    expect((await installation.cli('release', 'list', '--json')).json.releases).toMatchObject([
      { id: told.body.id, file_name: 'plugin.zip', sha256: sha256('the program') },
    ])
  })

  test.each([
    ['C:\\Users\\ada\\app.zip', 'app.zip'],
    ['../../etc/passwd', 'passwd'],
  ])('keeps of the name %s the last part', async (name, kept) => {
    const product = await makeProduct(installation)
    const added = `${door.replace('product=', `product=${product}`)}&file=${encodeURIComponent(name)}` as AdminDoor
    expect(await operator.tell(added, {}, { headers, body: 'x' })).toMatchObject({
      status: 200,
      body: { file_name: kept },
    })
  })

  test('has a name and a type of its own, and comes from no foreign page', async () => {
    expect(await operator.tell(door, {}, { headers, body: 'x' })).toMatchObject(refusal(422, 'invalid_input'))
    const named = `${door}&file=plugin.zip` as AdminDoor
    expect(await operator.tell(named)).toMatchObject(refusal(415, 'unsupported_media_type'))
    const { session } = await logIn(installation, operator)
    const foreign = { session, headers: { ...headers, 'sec-fetch-site': 'cross-site' }, body: 'x' }
    expect(await tell(installation, named, {}, foreign)).toMatchObject(refusal(403, 'forbidden'))
  })
})

describe('a change', () => {
  test('is written in the name of its user, with the name of its request', async () => {
    await operator.tell('POST /blocklist', { ip: '192.0.2.77' }, { headers: { 'x-request-id': 'order-66' } })
    const row = auditRows(installation).findLast(({ after }) => after?.includes('192.0.2.77'))
    expect(row).toMatchObject({ actor: `user ${operator.name}`, request_id: 'order-66', verb: 'blocklist.added' })
  })

  test('waits for another process that holds the database no longer than its patience, and is then 503', async () => {
    const letGo = await holdWriters(installation.folder)
    const told = await owner.tell('POST /blocklist', { ip: '192.0.2.88' })
    expect(told).toMatchObject(refusal(503, 'not_ready'))
    expect(told.headers.get('retry-after')).toBe('5')
    expect(await owner.tell('GET /blocklist')).toMatchObject({ status: 200 })
    await letGo()
    expect(await owner.tell('POST /blocklist', { ip: '192.0.2.88' })).toMatchObject({ status: 200 })
  })
})

test('a fault of the server is logged, and told without its text', async () => {
  const database = openRaw(installation.folder)
  database.run('alter table blocklist rename to elsewhere')
  const told = await owner.tell('GET /blocklist')
  database.run('alter table elsewhere rename to blocklist')
  database.close()
  expect(told).toMatchObject({ status: 500, body: { error: { code: 'internal_error', message: 'Internal error' } } })
  expect(await owner.tell('GET /blocklist')).toMatchObject({ status: 200 })
})

describe('a list', () => {
  test('comes in pages that lead from one to the next', async () => {
    for (let i = 1; i <= 5; i++) await owner.tell('POST /blocklist', { identifier: `device-${i}` })
    const seen: string[] = []
    let after: string | null = ''
    while (after !== null) {
      const asked: object = { kind: 'identifier', sort: '-value', limit: 2, ...(after && { after }) }
      const { body } = await viewer.tell('GET /blocklist', { ...asked })
      seen.push(...body.blocklist.map(({ value }: { value: string }) => value))
      after = body.next
    }
    expect(seen).toEqual(['device-5', 'device-4', 'device-3', 'device-2', 'device-1'])
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { binary, startInstallation, type TestInstallation } from '../support/installation'
import { auditRows, forgetProofs, logIn, makeOperator, type Operator, tell } from '../support/operator'
import { openRaw } from '../support/raw'

let installation: TestInstallation
let owner: Operator
let other: Operator
beforeAll(async () => {
  installation = await startInstallation()
  owner = await makeOperator(installation, 'owner')
  other = await makeOperator(installation, 'owner')
})
afterAll(() => installation.close())

const keyed = (key: string) => ({ headers: { 'idempotency-key': key } })

function rowsOf(sql: string) {
  const database = openRaw(installation.folder, { readonly: true })
  // biome-ignore lint/suspicious/noExplicitAny: rows differ from query to query
  const rows = database.query<any, []>(sql).all()
  database.close()
  return rows
}

describe('a change with an Idempotency-Key', () => {
  const fields = { name: 'shop', preset: 'all' }

  test('is made once, and each repeat gets its answer, the secret included', async () => {
    const first = await owner.tell('POST /api-keys', fields, keyed('make-shop'))
    expect(first.status).toBe(200)
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    const audited = auditRows(installation).length
    const again = await owner.tell('POST /api-keys', fields, keyed('make-shop'))
    expect(again).toMatchObject({ status: 200, body: first.body })
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(again.body.api_key).toBe(first.body.api_key)
    expect(auditRows(installation).length).toBe(audited)
  })

  test('is refused if key and request do not belong together', async () => {
    const asked = await owner.tell('POST /api-keys', { ...fields, name: 'another' }, keyed('make-shop'))
    expect([asked.status, asked.body.error.code]).toEqual([409, 'idempotency_key_reused'])
    const elsewhere = await owner.tell('POST /products', { name: 'App' }, keyed('make-shop'))
    expect(elsewhere.status).toBe(409)
    const malformed = await owner.tell('POST /products', { name: 'App' }, keyed('two words'))
    expect(malformed.status).toBe(422)
  })

  test('belongs to its user', async () => {
    const mine = await owner.tell('POST /products', { name: 'Mine' }, keyed('product'))
    const theirs = await other.tell('POST /products', { name: 'Mine' }, keyed('product'))
    expect(theirs.status).toBe(200)
    expect(theirs.body.id).not.toBe(mine.body.id)
  })

  test('is made once by many at once', async () => {
    const asked = { name: 'Raced' }
    const told = await Promise.all(Array.from({ length: 12 }, () => owner.tell('POST /products', asked, keyed('race'))))
    expect(new Set(told.map(({ body }) => body.id)).size).toBe(1)
    expect(told.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(11)
    expect(rowsOf("select id from products where name = 'Raced'")).toHaveLength(1)
  })

  test('may be sent again after a refusal, which changes nothing', async () => {
    const asked = { product: 'late', license_keys: ['LATE-1'] }
    expect((await owner.tell('POST /licenses', asked, keyed('late'))).status).toBe(404)
    await owner.tell('POST /products', { name: 'late', slug: 'late' })
    const told = await owner.tell('POST /licenses', asked, keyed('late'))
    expect([told.status, told.headers.get('idempotency-replayed')]).toEqual([200, null])
  })

  test('is told apart by its file', async () => {
    const csv = (key: string) => `license_key,product,activation_limit,validity,status\n${key},late,1,0,available\n`
    const send = (body: string) =>
      fetch(`${installation.url}/admin/api/import?file=keys.csv&table=licenses`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${owner.token}`,
          'content-type': 'text/csv',
          ...keyed('file').headers,
        },
        body,
      })
    const first = await (await send(csv('FILE-1'))).json()
    expect(first).toMatchObject({ made: 1 })
    expect(await (await send(csv('FILE-1'))).json()).toEqual(first)
    expect((await send(csv('FILE-2'))).status).toBe(409)
    expect(rowsOf("select id from licenses where license_key like 'FILE-%'")).toHaveLength(1)
  })

  test('asks for a proof again where the first request did', async () => {
    const { session } = await logIn(installation, owner)
    const browser = { session, headers: { 'sec-fetch-site': 'same-origin', ...keyed('user').headers } }
    const asked = { name: 'new-colleague', role: 'viewer' }
    const made = await tell(installation, 'POST /users', { ...asked, current_password: owner.password }, browser)
    expect(made.status).toBe(200)
    forgetProofs(installation)
    expect((await tell(installation, 'POST /users', asked, browser)).body.error.code).toBe('proof_required')
    const again = await tell(installation, 'POST /users', { ...asked, current_password: owner.password }, browser)
    expect(again.body).toEqual(made.body)
  })

  test('is stored with its answer sealed', () => {
    const rows = rowsOf("select * from operator_requests where key = 'make-shop'")
    expect(rows).toHaveLength(1)
    expect(Buffer.from(rows[0].sealed_answer).toString('latin1')).not.toContain('lk_')
    expect(JSON.stringify(rows)).not.toContain('"shop"')
  })

  test('whose answer is lost is not made again, and says where to look', async () => {
    await owner.tell('POST /products', { name: 'Lost' }, keyed('lost'))
    const database = openRaw(installation.folder)
    database.run("update operator_requests set sealed_answer = null where key = 'lost'")
    database.close()
    const told = await owner.tell('POST /products', { name: 'Lost' }, keyed('lost'))
    expect(told.status).toBe(409)
    expect(told.body.error.message).toContain('made this change before')
    const [{ operation, input }] = told.body.error.remedies
    expect(operation).toBe('audit list')
    const { entries } = (await owner.tell('GET /audit', input)).body
    expect(entries.map((each: { subject_name: string }) => each.subject_name)).toContain('Lost')
    expect(rowsOf("select id from products where name = 'Lost'")).toHaveLength(1)
  })

  test('is erased with a person, and forgotten after a day', async () => {
    const license = { product: 'late', license_keys: ['HERS'], owner_email: 'ada@example.com' }
    await owner.tell('POST /licenses', license, keyed('hers'))
    expect((await owner.tell('POST /customers/ada@example.com/erase')).status).toBe(200)
    expect(rowsOf('select key from operator_requests where sealed_answer is not null')).toEqual([])
    if (binary) return
    await installation.advance(24 * 3_600_000 + 1000)
    const fresh = await owner.tell('POST /products', { name: 'Raced' }, keyed('race'))
    expect([fresh.status, fresh.headers.get('idempotency-replayed')]).toEqual([200, null])
    expect(rowsOf('select key from operator_requests')).toHaveLength(1)
  })
})

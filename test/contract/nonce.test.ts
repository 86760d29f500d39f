import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let license_key: string
let product_id: number
let product_uuid: string
const identifier = 'büro-3'
beforeAll(async () => {
  installation = await startInstallation()
  product_id = await makeProduct(installation)
  product_uuid = (await installation.cli('product', 'show', String(product_id), '--json')).json.uuid
  license_key = await makeActiveLicense(installation, { product_id }, identifier)
})
afterAll(() => installation.close())

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const verify = (fields: Record<string, unknown>, asking = {}) =>
  installation.ask('POST /api/v1/verify', { license_key, identifier, ...fields }, asking)

describe('an answer to a request with a nonce', () => {
  test('holds it, and whom it is about, under the signature, last before the timestamp', async () => {
    const nonce = 'n0nce /+"\\ ~'
    const { response } = await verify({ nonce })
    expect(Object.entries(response).slice(0, -1)).toEqual([
      ['code', 200],
      ['message', 'Valid license key'],
      ['license_key_sha256', sha256(license_key)],
      ['identifier_sha256', sha256(identifier)],
      ['nonce', nonce],
      ['product_id', product_id],
      ['product_uuid', product_uuid],
    ])
  })

  test('names the product that decided, so that a licence of another cannot pass for one of it', async () => {
    const other = await makeProduct(installation)
    const cheap = await makeActiveLicense(installation, { product_id: other }, identifier)
    const nonce = 'whose-is-it'
    const named = { product_id: other, product_uuid: expect.not.stringMatching(product_uuid) }
    // On its way the product was taken out of the request.
    expect((await verify({ license_key: cheap, nonce })).response).toMatchObject({ code: 200, ...named })
    for (const path of ['activate', 'get-license-key-details', 'get-license-file'] as const) {
      const { response } = await installation.ask(`POST /api/v1/${path}`, { license_key: cheap, identifier, nonce })
      expect(response).toMatchObject(named)
    }
    const unseated = await verify({ license_key: cheap, identifier: 'elsewhere', nonce })
    expect(unseated).toMatchObject({ code: 202, response: named })
    const meant = await verify({ license_key: cheap, product_id, nonce })
    expect(meant.code).toBe(210)
    expect(meant.response).not.toHaveProperty('product_id')
  })

  test('names a product that got the id of a deleted one by its own uuid', async () => {
    const before = await makeProduct(installation)
    const first = await makeActiveLicense(installation, { product_id: before }, identifier)
    const nonce = 'an-id-again'
    const { response } = await verify({ license_key: first, nonce })
    await installation.cli('product', 'delete', String(before), '--yes')
    const uuid = '01234567-89ab-4cde-8f01-23456789abcd'
    const line = { id: before, uuid, name: 'Its heir', source: 'internal', external_reference: '', status: 'active' }
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-heir-'))
    await Bun.write(join(folder, 'products.jsonl'), JSON.stringify({ ...line, require_non_expired: 0 }))
    await installation.cli('import', join(folder, 'products.jsonl'), '--yes')
    rmSync(folder, { recursive: true })
    const heir = await makeActiveLicense(installation, { product_id: before }, identifier)
    expect(response.product_uuid).not.toBe(uuid)
    expect((await verify({ license_key: heir, nonce })).response).toMatchObject({
      code: 200,
      product_id: before,
      product_uuid: uuid,
    })
  })

  test('is about the fields as the server read them: spaces dropped, other names taken', async () => {
    const { response } = await installation.ask('POST /api/v1/verify', {
      license_key: ` ${license_key} `,
      hardwareId: identifier,
      nonce: 12345678,
    })
    expect(response).toMatchObject({
      code: 200,
      license_key_sha256: sha256(license_key),
      identifier_sha256: sha256(identifier),
      nonce: '12345678',
    })
  })

  test('says no as well, and holds what follows the payload', async () => {
    const { response } = await installation.ask('GET /api/v1/get-all-products', { nonce: 'x'.repeat(128) })
    expect(Object.keys(response)).toEqual(['code', 'message', 'products', 'nonce', 'timestamp'])
    expect(await verify({ license_key: 'UNKNOWN', nonce: 'eight888' })).toMatchObject({
      code: 210,
      response: { license_key_sha256: sha256('UNKNOWN'), nonce: 'eight888' },
    })
  })

  test('repeated under an Idempotency-Key carries the nonce of the repeat', async () => {
    const activate = (nonce: string) =>
      installation.ask(
        'POST /api/v1/activate',
        { license_key, identifier: 'second', nonce },
        { headers: { 'idempotency-key': 'once' } },
      )
    const [first, again] = [await activate('first-nonce'), await activate('second-nonce')]
    expect([first.code, again.code]).toEqual([300, 300])
    expect([first.response.nonce, again.response.nonce]).toEqual(['first-nonce', 'second-nonce'])
    expect(again.response.timestamp).toBe(first.response.timestamp)
  })
})

test.each(['', null])('the nonce %p is none, as is such a key_id', async (nothing) => {
  const { code, response } = await verify({ nonce: nothing, key_id: nothing })
  expect(code).toBe(200)
  expect(Object.keys(response)).toEqual(['code', 'message', 'timestamp'])
})

test.each(['seven77', 'x'.repeat(129), 'tab\tinside', 'ümlaut-nonce', [['list-of-one']], true])(
  'the nonce %p is refused: 9400 says what one is',
  async (nonce) => {
    const { code, response } = await verify({ nonce })
    expect(code).toBe(9400)
    expect(response.detail).toContain('8 to 128 printable ASCII characters')
    expect(response).not.toHaveProperty('nonce')
  },
)

test('a stranger has nothing signed that they wrote', async () => {
  const { code, response } = await verify({ nonce: 'stranger-nonce' }, { key: 'lk_wrong' })
  expect(code).toBe(100)
  expect(Object.keys(response)).toEqual(['code', 'message', 'timestamp'])
  const changelog = await installation.ask(
    'GET /api/v1/products/none/changelog',
    { nonce: 'stranger-nonce' },
    { key: null },
  )
  expect(changelog.response).not.toHaveProperty('nonce')
})

test('a client that sends none gets the answer of v1', async () => {
  expect(Object.keys((await verify({})).response)).toEqual(['code', 'message', 'timestamp'])
})

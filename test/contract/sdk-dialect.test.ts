import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createPublicKey, verify } from 'node:crypto'
import { startInstallation, type TestInstallation } from '../support/installation'
import { type Php, startPhp } from '../support/php'
import { makeActiveLicense, makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let product_id: number
let uuid: string
const slug = 'sdk-app'
let apiKey: string
let publicKey: string
let php: Php
const identifier = 'app.example.com'
const line = '\u2028'

beforeAll(async () => {
  php = await startPhp('<?php')
  installation = await startInstallation()
  const { json } = await installation.cli(
    'api-key',
    'create',
    '--name',
    'sdk',
    '--preset',
    'all',
    '--dialect',
    'sdk',
    '--json',
  )
  apiKey = json.api_key
  product_id = await makeProduct(installation)
  await installation.cli('product', 'set', String(product_id), '--slug', slug)
  uuid = (await installation.cli('product', 'show', String(product_id), '--json')).json.uuid
  publicKey = (await installation.cli('key', 'show', '--json')).json.keys[0].public_key
})
afterAll(async () => {
  php.exit()
  await installation.close()
})

// biome-ignore lint/suspicious/noExplicitAny: an answer is read as an untyped program reads it
type Envelope = Record<string, any>

/** What both SDKs send: the key as bearer and in the body or query, and JSON as the type, of a GET as well. */
async function send(method: string, path: string, fields: Envelope = {}, headers: Record<string, string> = {}) {
  const isGet = method === 'GET'
  const query = isGet ? `?${new URLSearchParams({ ...fields, api_key: apiKey })}` : ''
  const answer = await fetch(`${installation.url}${path}${query}`, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      accept: 'application/json',
      ...headers,
    },
    ...(!isGet && { body: JSON.stringify({ ...fields, api_key: apiKey }) }),
  })
  const text = await answer.text()
  return { status: answer.status, text, envelope: JSON.parse(text) as Envelope }
}

/** As both SDKs check: RSA with SHA-256 over the envelope without `signature`, written anew. */
const fits = (text: string, signature: string) =>
  verify('sha256', Buffer.from(text), createPublicKey(publicKey), Buffer.from(signature, 'base64'))

const rewrittenByPhp = (text: string) =>
  php.run(
    "$all = json_decode($input, true); unset($all['signature']); echo json_encode($all, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);",
    text,
  )

/** An answer with a success status, with a signature that fits for both SDKs and no `data` that would replace it. */
async function accepted(method: string, path: string, fields: Envelope = {}, headers: Record<string, string> = {}) {
  const { status, text, envelope } = await send(method, path, fields, headers)
  expect([status, envelope.success, envelope.message]).toEqual([200, true, envelope.response.message])
  const { signature, ...signed } = envelope
  expect(fits(JSON.stringify(signed), signature)).toBeTrue()
  expect(fits(await rewrittenByPhp(text), signature)).toBeTrue()
  expect(envelope).not.toHaveProperty('data')
  // 301 is no success to the PHP SDK.
  expect(envelope.code).toBe(envelope.response.code === 301 ? 300 : envelope.response.code)
  return envelope
}

/** An answer that neither SDK can take for success, by its status, and not by its fields either. */
async function refused(path: string, fields: Envelope, headers = {}) {
  const { status, envelope } = await send('POST', path, fields, headers)
  expect(status).toBeWithin(400, 500)
  expect(envelope).toMatchObject({ success: false, valid: false })
  expect(envelope).not.toHaveProperty('license')
  // The PHP SDK makes its exception of these three, by their types.
  expect([typeof envelope.response.code, typeof envelope.response.message]).toEqual(['number', 'string'])
  return envelope
}

describe('an API key with the dialect sdk', () => {
  test('shows a valid licence to both SDKs, with the types that they read', async () => {
    const license_key = await makeActiveLicense(installation, { product_id }, identifier)
    const asked = { license_key, identifier }
    const { license, activation, ...verified } = await accepted('POST', '/api/v1/verify', asked)
    expect(verified).toMatchObject({ code: 200, valid: true })
    expect(license).toMatchObject({ license_key, features: [], capabilities: [], metadata: [] })
    expect(new Date(license.expires_at).getTime()).toBeGreaterThan(installation.now().getTime())
    expect(license.expires_at).toEndWith('Z')
    expect(activation).toMatchObject({ id: expect.stringMatching(/^\d+$/), identifier, status: 'active' })
    // As the JavaScript SDK resolves the address.
    expect(await accepted('POST', '/v1/verify', { license_key, domain: identifier })).toMatchObject({ valid: true })
  })

  test('activates, and frees the seat, in both spellings of the device', async () => {
    const license_key = await makeLicense(installation, { product_id, activation_limit: 1 })
    const device = { license_key, hardwareId: 'pc' }
    const once = { 'idempotency-key': crypto.randomUUID() }
    const first = await accepted('POST', '/v1/activate', device, once)
    expect(first).toMatchObject({ code: 300, activation: { identifier: 'pc', status: 'active' } })
    expect((await accepted('POST', '/v1/activate', device, once)).activation).toEqual(first.activation)
    const again = await accepted('POST', '/v1/activate', device)
    expect(again).toMatchObject({
      code: 300,
      valid: true,
      message: 'License key already active',
      response: { code: 301 },
    })
    expect(await refused('/v1/activate', { license_key, identifier: 'other' })).toMatchObject({ code: 302 })
    const freed = await accepted('POST', '/v1/deactivate', { license_key, identifier: 'pc' })
    expect(freed).toMatchObject({ code: 400, valid: false, activation: { status: 'inactive' } })
    expect(await refused('/v1/deactivate', { license_key, identifier: 'pc' })).toMatchObject({ code: 401 })
  })

  test('never shows a blocked, expired, unknown, unassigned or unseated licence as valid', async () => {
    const blocked = await makeActiveLicense(installation, { product_id }, identifier)
    await installation.ask('POST /api/v1/update-license-key', { license_key: blocked, status: 'blocked' })
    const assigned_at = '2020-01-01 00:00:00'
    const expired = await makeLicense(installation, { product_id, validity: 1, assigned_at })
    const stock = await makeLicense(installation, { product_id, status: 'available' })
    const unseated = await makeLicense(installation, { product_id })
    const codes = { [blocked]: 204, [expired]: 205, unknown: 210, [stock]: 201, [unseated]: 202 }
    for (const [license_key, code] of Object.entries(codes)) {
      for (const path of ['/v1/verify', '/v1/get-license-key-details'])
        expect(await refused(path, { license_key, identifier })).toMatchObject({ code })
    }
    expect((await send('GET', `/v1/licenses/${blocked}/features/export`)).status).toBe(403)
    expect(await refused('/v1/activate', { license_key: expired, identifier })).toMatchObject({ code: 205 })
    expect((await refused('/v1/verify', { license_key: stock })).license).toBeUndefined()
  })

  test('answers details, features, lists, files, telemetry and the catalogue', async () => {
    const license_key = await makeActiveLicense(installation, { product_id }, identifier)
    const asked = { license_key, identifier }
    const details = await accepted('POST', '/v1/get-license-key-details', asked)
    expect(details).toMatchObject({ code: 500, license: { license_key }, licenseKey: { license_key } })
    expect(await accepted('GET', `/v1/licenses/${license_key}/features/export`)).toMatchObject({
      feature: 'export',
      enabled: false,
    })
    const { licFileContent } = await accepted('POST', '/v1/get-license-file', asked)
    expect(licFileContent.length).toBeGreaterThan(300)
    const told = { data_type: 'numeric-single-value', data_group: 'starts', numeric_data_single_value: 5 }
    // The SDKs leave out user, product and version; the record is kept all the same, so it is no error to them.
    const partly = await accepted('POST', '/v1/send-telemetry', { ...told, license_key })
    expect(partly).toMatchObject({ code: 831, valid: false })
    const kept = { data_type: 'numeric-single-value', data_group: 'starts' }
    expect((await accepted('GET', '/v1/get-telemetry-data', kept)).telemetry).toHaveLength(1)
    expect((await accepted('GET', '/v1/get-license-keys')).license_keys.length).toBeGreaterThan(0)
    expect((await accepted('GET', '/v1/get-product', { product_slug: slug })).product.uuid).toBe(uuid)
    for (const path of ['get-all-products', 'get-all-generators', 'get-all-contracts'])
      await accepted('GET', `/v1/${path}`)
    expect(await accepted('GET', '/v1/get-product-public-key', { product_uuid: uuid })).toHaveProperty('public_key')
    expect((await fetch(`${installation.url}/v1/products/${slug}/changelog`)).status).toBe(200)
  })

  test('writes what PHP and JavaScript would write differently so that they do not', async () => {
    const license_key = await makeActiveLicense(installation, { product_id }, identifier)
    const named = { license_key, identifier }
    for (const [key, value] of [
      ['1', 'b'],
      ['0', 'a'],
      ['line', `x${line}y/é"\u0001`],
    ])
      await accepted('POST', '/v1/create-license-key-meta', { ...named, meta_key: key, meta_value: value })
    const { license } = await accepted('POST', '/v1/verify', named)
    expect(license.metadata).toEqual({ 0: 'a', 1: 'b', line: 'x\ny/é"\u0001' })
  })

  test('lists features with their values, as both SDKs look them up', async () => {
    const featured = await makeProduct(installation)
    const features = ['export:boolean=true', 'seats:number=2.5', 'beta:boolean=false']
    await installation.cli('product', 'set', String(featured), ...features.flatMap((feature) => ['--feature', feature]))
    const license_key = await makeActiveLicense(installation, { product_id: featured }, identifier)
    const { license } = await accepted('POST', '/v1/verify', { license_key, identifier })
    expect(license).toMatchObject({ features: { export: true, seats: 2.5, beta: false }, capabilities: ['export'] })
    const feature = await accepted('GET', `/v1/licenses/${license_key}/features/seats`)
    expect(feature).toMatchObject({ feature: 'seats', enabled: true, value: 2.5 })
  })

  test('refuses by status also before it is admitted, and says so when it is disabled', async () => {
    const { json } = await installation.cli('api-key', 'create', '--name', 'off', '--preset', 'client', '--json')
    const standard = { key: json.api_key }
    const fields = { license_key: 'unknown', identifier }
    expect((await installation.ask('POST /api/v1/verify', fields, standard)).status).toBe(200)
    await installation.cli('api-key', 'edit', 'off', '--dialect', 'sdk')
    expect((await installation.cli('api-key', 'show', 'off', '--json')).json.dialect).toBe('sdk')
    const changed = await fetch(`${installation.url}/v1/verify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${json.api_key}` },
      body: new URLSearchParams(fields),
    })
    expect([changed.status, ((await changed.json()) as Envelope).code]).toEqual([404, 210])
    await installation.cli('api-key', 'disable', 'off')
    const disabled = await fetch(`${installation.url}/v1/verify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${json.api_key}` },
      body: new URLSearchParams(fields),
    })
    // Not worth a signature, which would cost as much as the answer that was refused.
    expect(await disabled.json()).toMatchObject({ code: 101, success: false, signature: 'Private key not set' })
    await installation.cli('api-key', 'enable', 'off')
    await installation.cli('api-key', 'edit', 'off', '--dialect', 'standard')
    expect((await installation.ask('POST /api/v1/verify', fields, standard)).status).toBe(200)
  })
})

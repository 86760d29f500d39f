import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { type Answer, startInstallation, type TestInstallation } from '../support/installation'
import { makeFile, makeProduct, makeRelease } from '../support/stock'

let installation: TestInstallation
let product_id: number
beforeAll(async () => {
  installation = await startInstallation()
  product_id = await makeProduct(installation)
  await makeRelease(installation, { product: product_id, number: 100, file: makeFile(installation, 'the program') })
})
afterAll(() => installation.close())

const post = (path: string, fields: object, asking = {}) =>
  installation.ask(`POST /api/v1/${path}`, fields as Record<string, unknown>, asking)

const make = (keys: string[], status = 'assigned') =>
  post('create-license-keys', { product_id, license_keys: keys, activation_limit: 0, validity: 365, status })

let count = 0
const newKey = () => `PasTed-${++count}-KEY`

/** A key and how it comes out of letters, documents and telephones. */
const ways: [how: string, written: (key: string) => string][] = [
  ['in lower case', (key) => key.toLowerCase()],
  ['in upper case', (key) => key.toUpperCase()],
  ['with zero-width characters', (key) => `\u200b${key.replace('c', '\u200dc')}\u2060\ufeff`],
  ['with bidi marks', (key) => `\u202a\u200e${key}\u202c\u200f`],
  ['with soft hyphens between letters', (key) => key.replace('c', '\u00adc')],
  ['with soft hyphens for hyphens', (key) => key.replaceAll('-', '\u00ad')],
  ...['\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212', '\u2043', '\ufe63', '\uff0d'].map(
    (dash): (typeof ways)[number] => [`with ${codes(dash)} for hyphens`, (key) => key.replaceAll('-', dash)],
  ),
  ...['\u00a0', '\u2009', '\u202f', '\u3000', ' ', '\t', '\r\n'].map((space): (typeof ways)[number] => [
    `with ${codes(space)} around and inside`,
    (key) => `${space}${key.replace('-', `${space}-${space}`)}${space}`,
  ]),
  ['in wide letters', (key) => key.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))],
  ['in all of these at once', (key) => `\u200f\u00a0${key.toLowerCase().replaceAll('-', '\u202f\u2013\u200b')}\u00ad`],
]

describe('a pasted key is found', () => {
  const key = 'Abcd-EFGH-1234'
  beforeAll(async () => {
    await make([key])
    await post('activate', { license_key: key, identifier: 'pc' })
  })
  test.each(ways)('%s', async (_, written) => {
    expect(written(key)).not.toBe(key)
    expect(await post('verify', { license_key: written(key), identifier: 'pc' })).toMatchObject({ code: 200 })
  })
})

const mangled = (key: string) => `\u200b${key.toLowerCase().replaceAll('-', '\u2013')}\u00a0`
const inPath = (key: string) => encodeURIComponent(mangled(key))
const device = (license_key: string, rest: object = {}) => ({ license_key, identifier: 'pc', ...rest })
const meta = (key: string) => device(key, { key: 'k', value: 'v' })
const owner = { owner_name: 'Ada', owner_email: 'ada@example.com' }

/** What each endpoint of a client is asked about a pasted key whose device holds a seat, and answers. */
const endpoints: [name: string, code: number | string, ask: (key: string) => Promise<Answer>][] = [
  ['verify', 200, (key) => post('verify', device(mangled(key)))],
  ['verify, as a form', 200, (key) => post('verify', device(mangled(key)), { as: 'form' })],
  ['verify, for its product', 200, (key) => post('verify', device(mangled(key), { product_id }))],
  ['activate', 301, (key) => post('activate', device(mangled(key)))],
  ['activate, for another device', 300, (key) => post('activate', device(mangled(key), { identifier: 'other' }))],
  ['deactivate', '400', (key) => post('deactivate', device(mangled(key)))],
  ['get-license-key-details', 500, (key) => post('get-license-key-details', device(mangled(key)))],
  ['create-license-key-meta', 453, (key) => post('create-license-key-meta', meta(mangled(key)))],
  ['update-license-key-meta', 353, (key) => noted(key, (key) => post('update-license-key-meta', meta(mangled(key))))],
  ['delete-license-key-meta', 252, (key) => noted(key, (key) => post('delete-license-key-meta', meta(mangled(key))))],
  ['POST access-downloadables', 600, (key) => post('access-downloadables', device(mangled(key)))],
  [
    'GET access-downloadables',
    600,
    (key) => installation.ask('GET /api/v1/access-downloadables', device(mangled(key))),
  ],
  ['get-license-file', 502, (key) => post('get-license-file', device(mangled(key)))],
  ['features', 9200, (key) => installation.ask(`GET /api/v1/licenses/${inPath(key)}/features/pro`)],
  ['assign-and-activate', 301, (key) => post('assign-and-activate-license-key', device(mangled(key), owner))],
]

async function noted(key: string, ask: (key: string) => Promise<Answer>) {
  await post('create-license-key-meta', meta(key))
  return ask(key)
}

describe('every endpoint of a client finds a pasted key', () => {
  let key: string
  beforeEach(async () => {
    key = newKey()
    await make([key], 'available')
    await post('assign-and-activate-license-key', device(key, owner))
  })

  test.each(endpoints)('%s', async (_, code, ask) => {
    expect(await ask(key)).toMatchObject({ code })
  })

  test('the details name the key as it is stored', async () => {
    const { response } = await post('get-license-key-details', device(mangled(key)))
    expect(response.licenseKey.license_key).toBe(key)
  })

  test('an offline file names the key as it is stored', async () => {
    const answer = await fetch(`${installation.url}/api/v1/licenses/${inPath(key)}/offline-file`, {
      method: 'POST',
      headers: { authorization: `Bearer ${installation.apiKey}` },
      body: new URLSearchParams({ identifier: 'pc' }),
    })
    const text = await answer.text()
    expect(answer.status).toBe(200)
    expect(text).toContain(key)
  })

  test('a link names the key as it is stored, and leads to the file', async () => {
    const { response } = await post('access-downloadables', device(mangled(key)))
    const [{ url }] = response.downloadables
    expect(url).toContain(key)
    expect(await (await fetch(url)).text()).toBe('the program')
  })

  test('a link that was put together with an API key leads to the file', async () => {
    const url = `${installation.url}/api/v1/download/${installation.apiKey}/${inPath(key)}/${btoa('pc')}/100`
    expect(await (await fetch(url)).text()).toBe('the program')
  })

  test('the seat is one, however its device writes the key', async () => {
    await post('activate', device(mangled(key)))
    const { json } = await installation.cli('activation', 'list', key, '--json')
    expect(json.activations).toHaveLength(1)
  })

  test('telemetry knows the key', async () => {
    const sent = { product_id, data_type: 'text', text_data: 'x', license_key: mangled(key) }
    expect(await post('send-telemetry-data', sent)).toMatchObject({ code: 831 })
    const { response } = await installation.ask('GET /api/v1/get-telemetry-data')
    expect(response.data.at(-1)).toMatchObject({ license_key_exists: 1 })
  })

  test('"license explain" says what clients are answered', async () => {
    const { json } = await installation.cli('license', 'explain', key.toLowerCase(), '--identifier', 'pc', '--json')
    expect(json.answer).toMatchObject({ code: 200 })
  })
})

test('a pasted key in stock is given to its owner', async () => {
  const key = newKey()
  await make([key], 'available')
  expect(await post('assign-license-key', { license_key: mangled(key), ...owner })).toMatchObject({ code: 800 })
  expect((await installation.cli('license', 'show', key, '--json')).json).toMatchObject({
    owner_email: owner.owner_email,
  })
})

test('a key that is there but given away is not taken for one that differs in case', async () => {
  await make(['Twice-1', 'tWICE-1'], 'available')
  expect(await post('assign-license-key', { license_key: 'Twice-1', ...owner })).toMatchObject({ code: 800 })
  expect(await post('assign-license-key', { license_key: 'Twice-1', ...owner })).toMatchObject({ code: 801 })
  expect((await installation.cli('license', 'show', 'tWICE-1', '--json')).json).toMatchObject({ status: 'available' })
})

describe('where several licences fit', () => {
  beforeAll(async () => {
    await make(['K-1', 'k-1', 'Q\u20111', 'Q-1'])
    for (const license_key of ['K-1', 'Q-1']) await post('activate', { license_key, identifier: 'pc' })
  })
  test.each([
    ['K-1', 200],
    ['k-1', 202],
    ['Q-1', 200],
    ['Q\u20111', 202],
    ['K\u20131', 210],
    ['k-1\u200b', 210],
    ['q\u20111', 210],
  ])('%j is that very key or none', async (license_key, code) => {
    expect(await post('verify', { license_key, identifier: 'pc' })).toMatchObject({ code })
    const asked = await post('assign-and-activate-license-key', { license_key, identifier: 'pc', ...owner })
    expect(asked.code).toBe(801)
  })
})

test.each(['-', '', '%', 'K_1', 'no such key', '\u200b', '\u2013', 'x'.repeat(255)])(
  '%j finds nothing',
  async (text) => {
    expect(await post('verify', { license_key: text, identifier: 'pc' })).toMatchObject({ code: 210 })
  },
)

test('letters beyond ASCII are found in any case and composed either way', async () => {
  await make(['SCHLÜSSEL-ÄÖ'])
  for (const written of ['schlüssel-äö', 'Schlüssel-ÄÖ', 'SCHLÜSSEL-ÄÖ'.normalize('NFD')]) {
    expect(await post('activate', { license_key: written, identifier: written })).toMatchObject({ code: 300 })
  }
})

test('a purchase code is found by every endpoint however it is written', async () => {
  const code = '86781236-23d0-4b3c-7dfa-c1c147e0dece'
  await make([code])
  const written = code.replaceAll('-', '').toUpperCase()
  expect(await post('activate', device(written))).toMatchObject({ code: 300 })
  expect(await post('verify', device(`${written.slice(0, 7)} ${written.slice(7)}`))).toMatchObject({ code: 200 })
  expect(await post('deactivate', device(written))).toMatchObject({ code: '400' })
})

test('the proof is of the key as it was sent', async () => {
  const license_key = newKey()
  await make([license_key])
  const sent = license_key.toLowerCase()
  const { response } = await post('verify', { license_key: sent, identifier: 'pc', nonce: '12345678' })
  expect(response).toMatchObject({
    code: 202,
    license_key_sha256: createHash('sha256').update(sent).digest('hex'),
  })
})

describe('what changes or removes a licence wants its exact key', () => {
  let key: string
  beforeEach(async () => {
    key = newKey()
    await make([key])
    await post('activate', device(key))
  })

  test.each([
    ['update-license-key', { status: 'blocked' }, 952],
    ['delete-license-key', {}, 851],
    ['contracts/destroy', {}, 1401],
  ])('%s', async (path, rest, code) => {
    expect(await post(path, { license_key: mangled(key), ...rest })).toMatchObject({ code })
    expect(await post('verify', device(key))).toMatchObject({ code: 200 })
  })

  test.each<[subject: string, verb: string, ...rest: string[]]>([
    ['license', 'block', '--yes'],
    ['license', 'delete', '--yes'],
    ['license', 'extend', '30d'],
    ['license', 'assign', '--owner-email', 'eve@example.com'],
    ['activation', 'deactivate', 'pc'],
  ])('%s %s', async (subject, verb, ...rest) => {
    const { exitCode, err } = await installation.cli(subject, verb, key.toLowerCase(), ...rest)
    expect({ exitCode, err }).toMatchObject({ exitCode: 1, err: expect.stringContaining('upper and lower case count') })
    expect(await post('verify', device(key))).toMatchObject({ code: 200 })
  })

  test('a key that differs in case is another key to make', async () => {
    expect((await make([key.toLowerCase()])).response).toMatchObject({ created: 1, duplicate: 0 })
  })
})

test('a key of a contract is destroyed by its exact text alone', async () => {
  await post('create-contract', {
    ...{ contract_key: 'C', contract_name: 'C', contract_information: 'I', product_id, license_keys_quantity: 9 },
    ...{ status: 'active', can_get_info: 1, can_generate: 1, can_destroy: 1, can_destroy_all: 1 },
  })
  await installation.cli('generator', 'create', '--product', String(product_id), '--method', 'uuid')
  const drawn = await post('contracts/generate', { contract_key: 'C', quantity: 1 })
  const [key] = drawn.response.license_keys as [string]
  expect(await post('contracts/destroy', { license_key: swapCase(key) })).toMatchObject({ code: 1401 })
  expect(await post('contracts/destroy', { license_key: key })).toMatchObject({ code: 1400 })
})

const swapCase = (text: string) => (text === text.toLowerCase() ? text.toUpperCase() : text.toLowerCase())

function codes(text: string) {
  return [...text].map((c) => `U+${c.codePointAt(0)!.toString(16).padStart(4, '0')}`).join(' ')
}

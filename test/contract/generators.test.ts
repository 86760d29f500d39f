import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import examples from '../fixtures/examples.json'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let product: number
beforeAll(async () => {
  installation = await startInstallation()
  product = await makeProduct(installation)
})
afterAll(() => installation.close())

const create = (...options: string[]) => installation.cli('generator', 'create', '--json', ...options)

/** A generator made on the command line; its id. */
async function makeGenerator(...options: string[]): Promise<number> {
  const { json, err } = await create('--product', String(product), ...options)
  if (!json) throw new Error(err)
  return json.id
}

const generate = (fields: Record<string, unknown>, asking = {}) =>
  installation.ask('POST /api/v1/generate', fields, asking)
const keysOf = async (product_id: number) =>
  (await installation.ask('GET /api/v1/get-license-keys', { product_id })).response.license_keys

describe('generate', () => {
  test.each([
    ['--method', 'uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    ['--chunk-length', '5', /^[0-9A-F]{5}(-[0-9A-F]{5}){3}$/],
    ['--charset', 'abcdefgh', /^[a-h]{4}(-[a-h]{4}){3}$/],
    ['--prefix', 'PRO-', /^PRO-[0-9A-F]{4}(-[0-9A-F]{4}){3}$/],
    ['--suffix', '/EU', /^[0-9A-F]{4}(-[0-9A-F]{4}){3}\/EU$/],
  ])('%s %s decides what keys look like', async (option, value, shape) => {
    const { response, code } = await generate({ generator_id: await makeGenerator(option, value), quantity: 10 })
    expect(code).toBe(815)
    expect(Object.keys(response)).toEqual(['code', 'message', 'licenseKeys', 'timestamp'])
    expect(response.licenseKeys).toHaveLength(10)
    for (const key of response.licenseKeys) expect(key).toMatch(shape)
  })

  test('a template decides what keys look like', async () => {
    const generator_id = await makeGenerator(
      '--method',
      'custom',
      '--template',
      'X-{A:5}-{9:4}-{x:6}{H:3}{check}',
      '--prefix',
      '#',
    )
    const { response } = await generate({ generator_id, quantity: 20 })
    for (const key of response.licenseKeys) expect(key).toMatch(/^#X-[A-Z]{5}-\d{4}-[0-9a-z]{6}[0-9A-F]{3}[0-9A-Z]$/)
  })

  test('its keys are in stock, with the terms of the generator or those of the request', async () => {
    const own = await makeProduct(installation)
    const { json } = await create('--product', String(own), '--activation-limit', '3', '--validity', '30')
    await generate({ generator_id: json.id, quantity: 1 })
    await generate({ generator_uuid: String(json.id), count: '2', activation_limit: '0', validity_days: '7' })
    await generate({ generator_id: json.id, quantity: 1, activation_limit: '', validity: '' })
    const terms = (await keysOf(own)).map(({ status, activation_limit, validity, owner_email, assigned_at }: never) => [
      status,
      activation_limit,
      validity,
      owner_email,
      assigned_at,
    ])
    expect(terms).toEqual([
      ['available', 3, 30, null, null],
      ['available', 0, 7, null, null],
      ['available', 0, 7, null, null],
      ['available', 3, 30, null, null],
    ])
    expect(await installation.ask('GET /api/v1/get-available-license-keys-count', { product_id: own })).toMatchObject({
      response: { count: 4 },
    })
  })

  test('is told how many of its keys are left', async () => {
    const own = await makeProduct(installation)
    const [one, two] = [await makeGenerator('--product', String(own)), await makeGenerator('--product', String(own))]
    await makeLicense(installation, { product_id: own, status: 'available' })
    const { response } = await generate({ generator_id: one, quantity: 3 })
    await generate({ generator_id: two, quantity: 1 })
    await installation.ask('POST /api/v1/assign-license-key', { license_key: response.licenseKeys[0] })
    const left = async (fields: object) =>
      (await installation.ask('GET /api/v1/get-available-license-keys-count', { product_id: own, ...fields })).response
        .count
    expect(await left({})).toBe(4)
    expect(await left({ generator_id: '' })).toBe(4)
    expect(await left({ generator_id: one })).toBe(2)
    expect(await left({ generator_uuid: two })).toBe(1)
    for (const generator_id of [999_999, 'unknown', `${one}e0`, -1]) expect(await left({ generator_id })).toBe(0)
    expect(await left({ product_id: product, generator_id: one })).toBe(0)
  })

  test('leaves its keys where they were moved to when it goes with its product', async () => {
    const [its, other] = [await makeProduct(installation), await makeProduct(installation)]
    const generator_id = await makeGenerator('--product', String(its))
    const { response } = await generate({ generator_id, quantity: 1 })
    const [license_key] = response.licenseKeys
    await installation.ask('POST /api/v1/update-license-key', { license_key, product_id: other })
    expect(await installation.ask('POST /api/v1/delete-product', { product_id: its })).toMatchObject({ code: 550 })
    expect(await installation.ask('POST /api/v1/assign-license-key', { license_key })).toMatchObject({ code: 800 })
  })

  test('gives a thousand keys at once, and no key twice to twenty who ask together', async () => {
    const generator_id = await makeGenerator()
    const most = await generate({ generator_id, quantity: 1000 })
    expect(new Set(most.response.licenseKeys).size).toBe(1000)
    const answers = await Promise.all(Array.from({ length: 20 }, () => generate({ generator_id, quantity: 50 })))
    const all = answers.flatMap(({ response }) => response.licenseKeys)
    expect(new Set([...all, ...most.response.licenseKeys]).size).toBe(2000)
  })

  test.each(['json', 'form', 'multipart', 'query'] as const)('takes its fields as %s', async (as) => {
    const { code, response } = await generate({ generator_id: String(await makeGenerator()), quantity: '2' }, { as })
    expect([code, response.licenseKeys.length]).toEqual([815, 2])
  })

  test('gives the same keys to a repeat with the same Idempotency-Key', async () => {
    const asked = { generator_id: await makeGenerator(), quantity: 3 }
    const headers = { 'idempotency-key': 'order-1' }
    const first = await generate(asked, { headers })
    expect((await generate(asked, { headers })).response).toEqual(first.response)
    expect((await generate(asked)).response.licenseKeys).not.toEqual(first.response.licenseKeys)
  })

  test('answers 806 for a generator that is unknown, disabled, or of an inactive product', async () => {
    const own = await makeProduct(installation)
    const { json } = await create('--product', String(own))
    for (const generator_id of [999_999, '', 'abc', '🔑', -1, 0, '1e3']) {
      expect(await generate({ generator_id, quantity: 1 })).toMatchObject({ code: 806, signedWith: 'global' })
    }
    expect(await generate({ quantity: 1 })).toMatchObject({ code: 806 })
    await installation.cli('generator', 'disable', String(json.id))
    expect(await generate({ generator_id: json.id, quantity: 1 })).toMatchObject({ code: 806 })
    await installation.cli('generator', 'enable', String(json.id))
    expect(await generate({ generator_id: json.id, quantity: 1 })).toMatchObject({ code: 815 })
    await installation.ask('POST /api/v1/update-product', { product_id: own, status: 'inactive' })
    expect(await generate({ generator_id: json.id, quantity: 1 })).toMatchObject({ code: 806 })
    expect(await keysOf(own)).toHaveLength(1)
  })

  test('says what is wrong with a quantity, a limit or a validity, and makes nothing', async () => {
    const own = await makeProduct(installation)
    const { json } = await create('--product', String(own))
    const faulty: [Record<string, unknown>, string][] = [
      [{}, 'The quantity field is required.'],
      [{ quantity: '' }, 'The quantity field is required.'],
      [{ quantity: null }, 'The quantity field is required.'],
      [{ quantity: 0 }, 'The quantity must be at least 1.'],
      [{ quantity: -5 }, 'The quantity must be at least 1.'],
      [{ quantity: 1001 }, 'The quantity must not be greater than 1000.'],
      [{ quantity: 1e15 }, 'The quantity must not be greater than 1000.'],
      [{ quantity: 1.5 }, 'The quantity must be an integer.'],
      [{ quantity: 'ten' }, 'The quantity must be an integer.'],
      [{ quantity: '🔟' }, 'The quantity must be an integer.'],
      [{ quantity: [3] }, 'The quantity must be an integer.'],
      [{ quantity: { n: 3 } }, 'The quantity must be an integer.'],
      [{ quantity: '1\0' }, 'A field contains a NUL character.'],
      [{ quantity: 1, validity: -1 }, 'The validity must be at least 0.'],
      [{ quantity: 1, activation_limit: -2 }, 'The activation limit must be at least -1.'],
      [{ quantity: 1, validity: 2 ** 40 }, 'The validity must not be greater than 2147483647.'],
      [{ quantity: 1, generator_id: { id: 1 } }, 'The generator id must be a string.'],
      [{ quantity: 1, generator_id: 'x'.repeat(300) }, 'The generator id must not be greater than 255 characters.'],
    ]
    for (const [fields, detail] of faulty) {
      const answer = await generate({ generator_id: json.id, ...fields })
      expect({ fields, ...answer }).toMatchObject({ fields, code: 9400, status: 400, response: { detail } })
    }
    expect(await keysOf(own)).toEqual([])
  })
})

describe('get-all-generators', () => {
  test('lists them under products, in the fields of the contract, all or one product only', async () => {
    const own = await makeProduct(installation)
    const options = ['--method', 'custom', '--template', '{X:12}', '--validity', '365']
    const { json } = await create('--product', String(own), ...options)
    const all = await installation.ask('GET /api/v1/get-all-generators')
    expect(all).toMatchObject({ code: 820, message: 'All generators', signedWith: 'global' })
    const example = examples.find(({ path }) => path === '/api/v1/get-all-generators')!.body.response
    expect(Object.keys(all.response)).toEqual(Object.keys(example))
    const [shown] = example.products as object[]
    for (const row of all.response.products) expect(Object.keys(row)).toEqual(Object.keys(shown!))
    expect(all.response.products.length).toBeGreaterThan(1)

    const filtered = await installation.ask('GET /api/v1/get-all-generators', { product_uuid: own })
    expect(filtered.response.products).toEqual([
      {
        id: json.id,
        product_id: own,
        method: 'custom',
        prefix: '',
        suffix: '',
        function_name: '{X:12}',
        number_of_chunks: 4,
        chunk_length: 4,
        activation_limit: 1,
        validity: 365,
        status: 1,
        charset: '0123456789ABCDEF',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z$/),
        updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z$/),
      },
    ])
    const none = await installation.ask('GET /v1/get-all-generators', { product_id: 999_999 })
    expect(none).toMatchObject({ code: 820, response: { products: [] } })
  })
})

describe('create-license-keys for licences without keys', () => {
  const draw = (licenses: unknown, asking = {}) =>
    installation.ask('POST /api/v1/create-license-keys', { licenses }, asking)

  test('draws one for each, in stock or assigned to the owner that is named', async () => {
    const own = await makeProduct(installation)
    await create('--product', String(own), '--validity', '365', '--activation-limit', '2')
    const { json } = await create('--product', String(own), '--prefix', 'TWO-')
    const answer = await draw([
      { product_uuid: own },
      {
        product_uuid: own,
        generator_uuid: json.id,
        customer_email: 'ada@example.com',
        activation_limit: 5,
        validity_days: 30,
      },
      { generator_id: json.id },
    ])
    expect(answer).toMatchObject({ code: 900, response: { created: 3, duplicate: 0 } })
    expect(await keysOf(own)).toMatchObject([
      { status: 'available', activation_limit: 2, validity: 365, owner_email: null, assigned_at: null },
      {
        status: 'assigned',
        activation_limit: 5,
        validity: 30,
        owner_email: 'ada@example.com',
        assigned_at: expect.any(String),
      },
      { status: 'available', activation_limit: 1, validity: 0, license_key: expect.stringMatching(/^TWO-/) },
    ])
  })

  test('takes them as the text of a JSON list in a form', async () => {
    const own = await makeProduct(installation)
    await create('--product', String(own))
    expect(await draw([{ product_id: own }, { product_id: own }], { as: 'form' })).toMatchObject({
      response: { code: 900, created: 2 },
    })
  })

  test('draws from the first generator that is active', async () => {
    const own = await makeProduct(installation)
    const { json: first } = await create('--product', String(own), '--prefix', 'ONE-')
    const { json: second } = await create('--product', String(own), '--prefix', 'TWO-')
    await draw([{ product_id: own }])
    await installation.cli('generator', 'disable', String(first.id))
    await draw([{ product_id: own }])
    await installation.cli('generator', 'disable', String(second.id))
    expect(await draw([{ product_id: own }])).toMatchObject({ code: 901 })
    const prefixes = (await keysOf(own)).map(({ license_key }: { license_key: string }) => license_key.slice(0, 4))
    expect(prefixes).toEqual(['ONE-', 'TWO-'])
  })

  test('names every faulty field of every licence, and makes none', async () => {
    const own = await makeProduct(installation)
    const other = await makeProduct(installation)
    await create('--product', String(own))
    const { json: foreign } = await create('--product', String(other))
    const answer = await draw([
      { product_id: own },
      { product_id: 999_999 },
      { product_id: own, generator_id: foreign.id },
      { product_id: own, activation_limit: -2, validity: 'soon' },
      {},
    ])
    expect(answer).toMatchObject({ code: 901, message: 'Incorrect data found' })
    expect(answer.response.errors).toEqual({
      'licenses.1.product_id': ['The selected product id is invalid.'],
      'licenses.2.generator_id': ['The selected generator id is invalid.'],
      'licenses.3.activation_limit': ['The activation limit must be at least -1.'],
      'licenses.3.validity': ['The validity must be an integer.'],
      'licenses.4.product_id': ['The selected product id is invalid.'],
    })
    for (const licenses of ['', 'nonsense', [], [1], ['KEY'], [null], [[]], { product_id: own }]) {
      const refused = await draw(licenses)
      expect({ licenses, ...refused }).toMatchObject({ licenses, code: 901 })
      expect(Object.keys(refused.response.errors)).toEqual(['licenses'])
    }
    expect(await draw(Array(1001).fill({ product_id: own }))).toMatchObject({ code: 901 })
    expect(await draw([{ product_id: own, customer_email: 'a\0b' }])).toMatchObject({ code: 9400 })
    expect(await keysOf(own)).toEqual([])
  })

  test('leaves keys that are brought along as they are', async () => {
    const key = `BROUGHT-${process.pid}`
    const answer = await installation.ask('POST /api/v1/create-license-keys', {
      license_keys: [key],
      product_id: product,
      activation_limit: 1,
      validity: 0,
      status: 'available',
      licenses: [{ product_id: product }],
    })
    expect(answer).toMatchObject({ code: 900, response: { created: 1, duplicate: 0 } })
  })
})

describe('latchkey generator', () => {
  test('says how many keys there are and how likely a collision is', async () => {
    const { json } = await create('--product', String(product), '--chunks', '4', '--chunk-length', '4')
    expect(json).toMatchObject({
      id: expect.any(Number),
      method: 'chunk-system',
      capacity: (2n ** 64n).toString(),
      collision: { keys: 1_000_000 },
      example: expect.stringMatching(/^[0-9A-F-]{19}$/),
    })
    expect(json.collision.likelihood).toBeCloseTo(2.71e-8, 10)
    const spoken = await installation.cli('generator', 'create', '--product', String(product), '--method', 'uuid')
    expect(spoken.out).toContain((2n ** 122n).toLocaleString('en-US'))
  })

  test('saves nothing on a dry run', async () => {
    const own = await makeProduct(installation)
    const { json, exitCode } = await create('--product', String(own), '--dry-run')
    expect([exitCode, json.capacity]).toEqual([0, (2n ** 64n).toString()])
    expect((await installation.cli('generator', 'list', '--product', String(own), '--json')).json.generators).toEqual(
      [],
    )
  })

  test.each([
    [['--chunks', '1'], 'raise --chunks or --chunk-length until a key has 10 drawn characters'],
    [['--charset', 'AB'], 'raise --chunks or --chunk-length until a key has 40 drawn characters'],
    [['--method', 'custom', '--template', '{9:8}'], 'could make 100,000,000 different keys'],
    [['--method', 'custom', '--template', 'fixed'], 'raise the lengths in the template'],
    [['--method', 'custom', '--template', '{Q:8}'], '{Q:8} is no placeholder'],
    [['--method', 'custom', '--template', '{X:12'], 'a brace that stands alone'],
    [['--method', 'custom', '--template', '{check}{X:12}'], '{check} cannot count what is drawn before it'],
    [['--method', 'custom', '--template', '{X:12}{check:9}'], '{check:9} cannot count what is drawn before it'],
    [['--method', 'custom', '--template', '{X:256}'], '256 characters, but 255 is the most'],
    [['--method', 'custom'], 'a custom generator needs a template'],
    [['--template', '{X:12}'], 'add --method custom'],
    [['--method', 'php'], '"php" is not one of uuid, chunk-system, custom'],
    [['--charset', 'ABCA'], 'the charset has "A" twice'],
    [['--charset', 'A'], 'give it at least two characters'],
    [['--charset', 'AB CD'], 'no spaces'],
    [['--prefix', '🔑'], 'printable ASCII'],
    [['--prefix', 'P'.repeat(250)], '269 characters, but 255 is the most'],
    [['--chunks', '0'], '--chunks: 0 is not a whole number from 1 to 255.'],
    [['--chunks', '99999999999'], '--chunks: 99999999999 is not a whole number from 1 to 255.'],
    [['--chunks', '255', '--chunk-length', '255'], '65279 characters, but 255 is the most'],
    [['--validity', '-1'], '--validity: -1 is not a whole number from 0 to 2147483647.'],
    [['--activation-limit', 'many'], '--activation-limit: "many" is not a whole number from -1 to 2147483647.'],
  ])('refuses %j and says what to do', async (options, sentence) => {
    const { exitCode, err, out } = await create('--product', String(product), ...options)
    expect([exitCode, out]).toEqual([2, ''])
    expect(err).toContain(sentence)
  })

  test('refuses a product or a generator that is not there', async () => {
    const refused = await create('--product', '999999')
    expect([refused.exitCode, refused.err]).toEqual([1, expect.stringContaining('there is no product "999999"')])
    for (const verb of ['preview', 'disable', 'enable']) {
      const { exitCode, err } = await installation.cli('generator', verb, '999999')
      expect([verb, exitCode]).toEqual([verb, 1])
      expect(err).toContain('there is no generator 999999: see "latchkey generator list"')
    }
  })

  test('previews keys without keeping any', async () => {
    const own = await makeProduct(installation)
    const { json } = await create('--product', String(own), '--prefix', 'P-')
    const preview = await installation.cli('generator', 'preview', String(json.id), '--count', '7', '--json')
    expect(preview.json.license_keys).toHaveLength(7)
    for (const key of preview.json.license_keys) expect(key).toMatch(/^P-[0-9A-F-]{19}$/)
    expect((await installation.cli('generator', 'preview', String(json.id))).out.trim().split('\n')).toHaveLength(5)
    expect(await keysOf(own)).toEqual([])
  })

  test('shows in its list what is disabled', async () => {
    const own = await makeProduct(installation)
    const { json } = await create('--product', String(own))
    const disabled = await installation.cli('generator', 'disable', String(json.id), '--json')
    expect(disabled.json).toMatchObject({ id: json.id, status: 0 })
    const { out } = await installation.cli('generator', 'list', '--product', String(own))
    expect(out).toContain('4×4 of 0123456789ABCDEF')
    expect(out).toContain('disabled')
    const listed = await installation.cli('generator', 'list', '--json')
    expect(listed.json.generators.find(({ id }: { id: number }) => id === json.id)).toMatchObject({ status: 0 })
  })
})

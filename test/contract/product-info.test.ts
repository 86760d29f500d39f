import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { openRaw } from '../support/raw'
import { insertRelease } from '../support/releases'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

const timestamp = expect.any(Number)
const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
const nobody = { key: null }
const set = (product: number, ...args: string[]) =>
  installation.cli('product', 'set', String(product), ...args, '--json')
const globalPem = async () => (await installation.cli('key', 'show', '--json')).json.keys[0].public_key

let slugs = 0
/** A product with a slug of its own. */
async function makePublicProduct(fields: Record<string, unknown> = {}) {
  const id = await makeProduct(installation, fields)
  const slug = `my-app-${++slugs}`
  await set(id, '--slug', slug)
  return { id, slug }
}

const noProduct = { status: 200, code: 551, message: 'Product not found', signedWith: 'global' }

describe('a product', () => {
  test('is described under its id, its uuid and its slug', async () => {
    const { id, slug } = await makePublicProduct({ name: 'Described', external_reference: 'X1' })
    await set(id, '--post-url', 'https://example.com/hook', '--feature', 'seats:number=5')
    await installation.ask('POST /api/v1/create-product-meta', { product_id: id, key: 'k', value: 'v' })
    const { response } = await installation.ask('GET /api/v1/get-product', { product_id: id })
    expect(response).toEqual({
      code: 631,
      message: 'Product information retrieved successfully',
      product: {
        id,
        uuid,
        slug,
        external_reference: 'X1',
        source: 'internal',
        name: 'Described',
        post_url: 'https://example.com/hook',
        description: 'For a test',
        status: 'active',
        require_non_expired: 0,
        created_at: expect.any(String),
        updated_at: expect.any(String),
        meta_data: [{ key: 'k', value: 'v' }],
        features: [{ key: 'seats', label: 'seats', type: 'number', default: 5, description: '' }],
      },
      timestamp,
    })
    const names = [{ product_slug: slug }, { product_uuid: response.product.uuid }, { productId: id }]
    for (const name of names) {
      expect((await installation.ask('GET /v1/get-product', name)).response.product).toEqual(response.product)
    }
    const meta = await installation.ask('GET /api/v1/get-product-meta', { product_slug: slug })
    expect(meta.response).toEqual({
      code: 631,
      message: response.message,
      meta_data: [{ key: 'k', value: 'v' }],
      timestamp,
    })
  })

  test('that nobody knows is not found, and one that cannot be named is malformed', async () => {
    const paths = ['get-product', 'get-product-meta', 'get-product-changelog', 'get-product-public-key']
    for (const path of paths) {
      for (const fields of [{}, { product_id: '' }, { product_id: 0 }, { product_id: -1 }, { product_id: 999_999 }]) {
        expect(await installation.ask(`GET /api/v1/${path}`, fields)).toMatchObject(noProduct)
      }
      expect(await installation.ask(`GET /api/v1/${path}`, { product_slug: '😀' })).toMatchObject(noProduct)
      expect(await installation.ask(`GET /api/v1/${path}`, { product_id: 'x'.repeat(256) })).toMatchObject({
        code: 9400,
      })
      expect(await installation.ask(`GET /api/v1/${path}`, { product_id: 'a\0' })).toMatchObject({ code: 9400 })
      expect(await installation.ask(`GET /api/v1/${path}`, {}, nobody)).toMatchObject({ code: 100 })
    }
  })

  test('names the key its answers verify under, the global one until it has its own', async () => {
    const { id, slug } = await makePublicProduct({ name: 'Keyed' })
    const before = await installation.ask('GET /api/v1/get-product-public-key', { product_id: id })
    expect(before.response).toEqual({
      code: 632,
      message: 'Public key retrieved successfully',
      public_key: await globalPem(),
      product: { id, uuid, slug, name: 'Keyed' },
      timestamp,
    })
    const { json } = await installation.cli(
      'key',
      'generate',
      '--yes',
      '--product',
      String(id),
      '--bits',
      '2048',
      '--json',
    )
    for (const path of ['/api/v1', '/v1', '/api/api/v1']) {
      const after = await installation.ask(`GET ${path as '/v1'}/get-product-public-key`, { product_id: id })
      expect(after).toMatchObject({ code: 632, signedWith: 'product' })
      expect(after.response.public_key).toBe(json.public_key)
    }
  })

  test('has no public key to name where there is no key at all', async () => {
    const keyless = await startInstallation()
    try {
      const product_id = await makeProduct(keyless)
      const raw = openRaw(keyless.folder)
      raw.run('delete from signing_keys')
      raw.close()
      const headers = { authorization: `Bearer ${keyless.apiKey}` }
      const answer = await fetch(`${keyless.url}/api/v1/get-product-public-key?product_id=${product_id}`, { headers })
      expect(await answer.json()).toMatchObject({
        response: { code: 633, message: 'Public key not available for product' },
        private_key_used: 'global',
        signature: 'Private key not set',
      })
    } finally {
      await keyless.close()
    }
  })
})

describe('the public key file', () => {
  const get = async (query = '') => {
    const answer = await fetch(`${installation.url}/api/product/public-key${query}`)
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
  }

  test('is for everybody: the global key, or that of the product named', async () => {
    const { id, slug } = await makePublicProduct()
    const plain = { status: 200, type: 'text/plain; charset=utf-8' }
    const text = await globalPem()
    expect(text).toStartWith('-----BEGIN PUBLIC KEY-----')
    expect(await get()).toEqual({ ...plain, text })
    expect(await get(`?product_id=${id}`)).toEqual({ ...plain, text })
    const { json } = await installation.cli(
      'key',
      'generate',
      '--yes',
      '--product',
      String(id),
      '--bits',
      '2048',
      '--json',
    )
    expect(await get(`?product_slug=${slug}`)).toEqual({ ...plain, text: json.public_key })
    expect(await get()).toEqual({ ...plain, text })
  })

  test('of a product that is not there is not found', async () => {
    expect(await get('?product_id=999999')).toMatchObject({ status: 404 })
    expect(await get('?product_id=unknown')).toMatchObject({ status: 404 })
    expect(await installation.ask('GET /api/product/public-key', { product_id: 'x'.repeat(256) })).toMatchObject({
      code: 9400,
    })
  })
})

describe('the changelog', () => {
  const newer = { version: '1.10.0', numeric_version: 1100, update_summary: 'Faster', changelog: '- speed\n- "é"' }
  const older = { version: '1.2.0', numeric_version: 120, release_date: '2025-12-31T23:59:59Z' }

  test('is public under the slug: published releases, the newest version first', async () => {
    const { id, slug } = await makePublicProduct({ name: 'Chronicled' })
    insertRelease(installation, { product_id: id, ...older })
    insertRelease(installation, { product_id: id, ...newer })
    insertRelease(installation, { product_id: id, version: '2.0.0', numeric_version: 2000, published: 0 })
    const open = await installation.ask(`GET /api/v1/products/${slug}/changelog`, {}, nobody)
    expect(open).toMatchObject({ status: 200, signedWith: 'global' })
    expect(open.response).toEqual({
      code: 1600,
      message: 'Changelog retrieved successfully',
      product: { name: 'Chronicled', slug },
      changelog: [
        {
          version: '1.10.0',
          release_date: '2026-01-02 03:04:05',
          update_summary: 'Faster',
          changelog: '- speed\n- "é"',
        },
        { version: '1.2.0', release_date: '2025-12-31 23:59:59', update_summary: '', changelog: '' },
      ],
      timestamp,
    })
    const keyed = await installation.ask('GET /v1/get-product-changelog', { product_id: id })
    expect(keyed.response).toEqual({ ...open.response, timestamp })
  })

  test('comes in pages, a hundred releases at most', async () => {
    const { id, slug } = await makePublicProduct()
    for (let i = 1; i <= 103; i++)
      insertRelease(installation, { product_id: id, version: `1.0.${i}`, numeric_version: i })
    const path = `/api/v1/products/${slug}/changelog` as const
    const page = async (query: string) => (await installation.ask(`GET ${path}${query}`, {}, nobody)).response
    const versions = ({ changelog }: { changelog: { version: string }[] }) => changelog.map(({ version }) => version)
    const first = await page('')
    expect([versions(first).length, versions(first)[0], first.next_page]).toEqual([100, '1.0.103', 2])
    expect(versions(await page('?page=2'))).toEqual(['1.0.3', '1.0.2', '1.0.1'])
    expect(await page('?page=2')).not.toHaveProperty('next_page')
    expect(versions(await page('?page=2&per_page=2'))).toEqual(['1.0.101', '1.0.100'])
    const keyed = await installation.ask('GET /api/v1/get-product-changelog', { product_id: id, per_page: 1 })
    expect(versions(keyed.response)).toEqual(['1.0.103'])
    for (const query of ['?page=0', '?per_page=0', '?per_page=101', '?page=x']) {
      expect(await page(query)).toMatchObject({ code: 9400 })
    }
  })

  test('of a product without releases is empty', async () => {
    const { slug } = await makePublicProduct()
    const { response } = await installation.ask(`GET /v1/products/${slug}/changelog`, {}, nobody)
    expect(response).toMatchObject({ code: 1600, changelog: [] })
  })

  test('is not public where the product has it off', async () => {
    const { id, slug } = await makePublicProduct()
    insertRelease(installation, { product_id: id, ...newer })
    expect((await set(id, '--changelog', 'off')).json).toMatchObject({ changelog: 'off' })
    const refusal = { code: 1602, message: 'Changelog not enabled for this product' }
    const open = await installation.ask(`GET /api/v1/products/${slug}/changelog`, {}, nobody)
    expect(open.response).toEqual({ ...refusal, timestamp })
    expect(await installation.ask('GET /api/v1/get-product-changelog', { product_id: id })).toMatchObject(refusal)
    await set(id, '--changelog', 'on')
    expect(await installation.ask(`GET /api/v1/products/${slug}/changelog`, {}, nobody)).toMatchObject({ code: 1600 })
  })

  test('is found by slug alone: no id, no uuid, and no field says otherwise', async () => {
    const { id, slug } = await makePublicProduct()
    const { response } = await installation.ask('GET /api/v1/get-product', { product_id: id })
    for (const name of [String(id), response.product.uuid, 'no-such-slug', '%F0%9F%98%80', slug.toUpperCase()]) {
      expect(await installation.ask(`GET /api/v1/products/${name}/changelog`, {}, nobody)).toMatchObject(noProduct)
    }
    const tricked = await installation.ask(
      'GET /api/v1/products/no-such-slug/changelog',
      { slug, product_slug: slug },
      nobody,
    )
    expect(tricked).toMatchObject(noProduct)
    expect(await installation.ask('GET /api/v1/products/a%00b/changelog', {}, nobody)).toMatchObject({ code: 9400 })
    const long = 'x'.repeat(256)
    expect(await installation.ask(`GET /api/v1/products/${long}/changelog`, {}, nobody)).toMatchObject({ code: 9400 })
  })

  test('is off for everybody where the setting says so', async () => {
    const quiet = await startInstallation({ changelog: 'off' })
    try {
      const product_id = await makeProduct(quiet)
      await quiet.cli('product', 'set', String(product_id), '--slug', 'quiet-app')
      const refusal = { code: 1601, message: 'Changelog feature is disabled globally', signedWith: 'global' } as const
      expect(await quiet.ask('GET /api/v1/products/quiet-app/changelog', {}, nobody)).toMatchObject(refusal)
      expect(await quiet.ask('GET /api/v1/get-product-changelog', { product_id })).toMatchObject(refusal)
    } finally {
      await quiet.close()
    }
  })
})

describe('a feature of a licence', () => {
  test('is what the product had when the licence was made', async () => {
    const product_id = await makeProduct(installation)
    const features = [
      'export:boolean=true',
      'beta:boolean=false',
      'seats:number=2.5',
      'none:number=0',
      'tier:string=pro=1',
    ]
    await set(product_id, ...features.flatMap((feature) => ['--feature', feature]))
    const license_key = await makeLicense(installation, { product_id })
    await set(product_id, '--feature', 'export:boolean=false', '--remove-feature', 'tier')
    const cases: [string, boolean, unknown][] = [
      ['export', true, true],
      ['beta', false, false],
      ['seats', true, 2.5],
      ['none', false, 0],
      ['tier', true, 'pro=1'],
      ['unknown', false, null],
      ['constructor', false, null],
      ['Export', false, null],
    ]
    for (const [feature, enabled, value] of cases) {
      const { response } = await installation.ask(`GET /api/v1/licenses/${license_key}/features/${feature}`)
      expect(response).toEqual({ code: 9200, message: 'License feature', feature, enabled, value, timestamp })
    }
    const later = await makeLicense(installation, { product_id })
    const { response } = await installation.ask(`GET /v1/licenses/${later}/features/export`)
    expect(response).toMatchObject({ enabled: false, value: false })
  })

  test('is told of a licence that stands, to whoever may ask', async () => {
    const product_id = await makeProduct(installation)
    const inactive = await makeProduct(installation, { status: 'inactive' })
    const cases: [number, string][] = [
      [210, 'no-such-key'],
      [210, '%F0%9F%94%91'],
      [210, 'x'.repeat(300)],
      [204, await makeLicense(installation, { product_id, status: 'blocked' })],
      [201, await makeLicense(installation, { product_id, status: 'available' })],
      [203, await makeLicense(installation, { product_id: inactive })],
      [205, await makeLicense(installation, { product_id, validity: 1, assigned_at: '2020-01-01' })],
    ]
    for (const [code, key] of cases) {
      expect(await installation.ask(`GET /api/v1/licenses/${key}/features/export`)).toMatchObject({ code, status: 200 })
    }
    const key = await makeLicense(installation, { product_id })
    expect(await installation.ask(`GET /api/v1/licenses/${key}/features/export`, {}, nobody)).toMatchObject({
      code: 100,
    })
    expect(await installation.ask(`GET /api/v1/licenses/${key}/features/a%00b`)).toMatchObject({ code: 9400 })
    const other = { license_key: key, feature: 'export' }
    expect(await installation.ask('GET /api/v1/licenses/no-such-key/features/export', other)).toMatchObject({
      code: 210,
    })
    const shop = await installation.cli('api-key', 'create', '--name', 'shop', '--preset', 'shop', '--json')
    const asShop = { key: shop.json.api_key }
    expect(await installation.ask(`GET /api/v1/licenses/${key}/features/export`, {}, asShop)).toMatchObject({
      code: 102,
    })
  })
})

describe('latchkey product', () => {
  test('lists products and shows one under each of its names', async () => {
    const { id, slug } = await makePublicProduct({ name: 'Shown' })
    const { json } = await installation.cli('product', 'list', '--json')
    const row = json.products.find((product: { id: number }) => product.id === id)
    expect(row.uuid).toEqual(uuid)
    expect(row).toMatchObject({ id, slug, name: 'Shown', status: 'active', changelog: 'on', post_url: '' })
    for (const name of [String(id), slug, row.uuid]) {
      const shown = await installation.cli('product', 'show', name, '--json')
      const { for_sale: forSale, is_low: _, ...shared } = row
      expect(shown.json).toMatchObject({ ...shared, meta_data: [], key_id: null, counts: { for_sale: forSale } })
    }
    expect((await installation.cli('product', 'list')).out).toContain('Shown')
    expect((await installation.cli('product', 'show', slug)).out).toContain(row.uuid)
    const key = await installation.cli('key', 'generate', '--yes', '--product', slug, '--bits', '2048', '--json')
    expect((await installation.cli('product', 'show', slug, '--json')).json.key_id).toBe(key.json.key_id)
  })

  test('sets what is named, keeps the rest, and clears what is named empty', async () => {
    const id = await makeProduct(installation)
    const slug = `set-${id}`
    const first = await set(id, '--slug', slug, '--post-url', 'http://localhost:1/x', '--feature', 'a:boolean=true')
    expect(first.json).toMatchObject({
      slug,
      post_url: 'http://localhost:1/x',
      features: [{ key: 'a', default: true }],
    })
    const second = await set(id, '--feature', 'b:string=', '--feature', 'b:string=x')
    expect(second.json).toMatchObject({ slug, features: [{ key: 'a' }, { key: 'b', type: 'string', default: 'x' }] })
    const third = await set(id, '--slug', '', '--post-url', '', '--remove-feature', 'a')
    expect(third.json).toMatchObject({ slug: null, post_url: '', features: [{ key: 'b' }] })
  })

  test('refuses what cannot be, and changes nothing then', async () => {
    const { id, slug } = await makePublicProduct()
    const other = await makeProduct(installation)
    const cases: [string[], number, string][] = [
      ...['ab', 'x'.repeat(51), 'Upper', 'with space', 'é-é-é', '12345', 'a_b'].map(
        (name): [string[], number, string] => [['--slug', name], 2, '--slug'],
      ),
      ...['admin', 'api', 'login', 'logout'].map((name): [string[], number, string] => [
        ['--slug', name],
        2,
        'reserved',
      ]),
      [['--slug', '2964c3c9-0b5d-4d89-b3ac-4668f30bc492'], 2, 'uuid'],
      [['--slug', slug], 1, `product ${id} has the slug`],
      [['--post-url', 'ftp://example.com'], 2, 'http'],
      [['--post-url', 'nonsense'], 2, 'http'],
      [['--post-url', `https://example.com/${'x'.repeat(2048)}`], 2, '2048'],
      [['--changelog', 'maybe'], 2, 'neither on nor off'],
      [['--feature', 'seats'], 2, 'type'],
      [['--feature', 'seats:number=many'], 2, 'type'],
      [['--feature', 'seats:number='], 2, 'type'],
      [['--feature', 'seats:boolean=1'], 2, 'type'],
      [['--feature', 'with space:string=x'], 2, 'type'],
      [['--remove-feature', 'seats'], 1, 'no feature'],
      [[], 2, 'say what to change'],
      [['--slug', 'good-slug', '--post-url', 'nonsense'], 2, 'http'],
    ]
    const before = (await installation.cli('product', 'show', String(other), '--json')).json
    for (const [args, exitCode, err] of cases) {
      const said = await installation.cli('product', 'set', String(other), ...args)
      expect(said).toMatchObject({ exitCode, err: expect.stringContaining(err) })
    }
    expect((await installation.cli('product', 'show', String(other), '--json')).json).toEqual(before)
    expect(await installation.cli('product', 'show', '999999')).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('product list'),
    })
  })
})

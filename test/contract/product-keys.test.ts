import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { responseProblemOf } from '../../src/signing/check'
import { type Answer, startInstallation, type TestInstallation } from '../support/installation'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let globalPem: string
beforeAll(async () => {
  installation = await startInstallation()
  globalPem = (await installation.cli('key', 'show', '--json')).json.keys[0].public_key
})
afterAll(() => installation.close())

const identifier = 'site.test'

/** A product with a key pair of its own, and the public half. */
async function makeSealedProduct() {
  const id = await makeProduct(installation)
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
  return { id, publicPem: json.public_key as string }
}

const keysOf = async (productId: number) =>
  (await installation.cli('key', 'show', '--json')).json.keys.filter(
    (key: { product_id: number; algorithm: string }) => key.product_id === productId && key.algorithm === 'RS256',
  )

/** An RSA private key in a file. */
function keyFile(name: string, bits = 2048) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  const path = join(installation.folder, name)
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return { path, publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString() }
}

describe("a product's own key", () => {
  test('signs what is said about the product and its keys, and only that', async () => {
    const { id: product_id, publicPem } = await makeSealedProduct()
    const license_key = await makeLicense(installation, { product_id })
    const stocked = await makeLicense(installation, { product_id, status: 'available' })
    const device = { license_key, identifier }
    const meta = { ...device, key: 'k', value: 'v' }
    const productMeta = { product_id, key: 'k', value: 'v' }
    const stock = { product_id, license_keys: ['OWN-KEY-1'], activation_limit: 0, validity: 0, status: 'available' }
    const { json: generator } = await installation.cli(
      ...['generator', 'create', '--product', String(product_id), '--method', 'uuid', '--json'],
    )
    const draft = { source: 'internal', name: 'A', description: 'B', require_non_expired: 0, status: 'active' }

    const steps: [`${'GET' | 'POST'} /${string}`, Record<string, unknown>, number | string, 'product' | 'global'][] = [
      ['POST /api/v1/verify', { ...device, license_key: stocked }, 201, 'product'],
      ['POST /api/v1/verify', device, 202, 'product'],
      ['POST /api/v1/verify', { license_key }, 215, 'product'],
      ['POST /api/v1/verify', { ...device, license_key: 'unknown' }, 210, 'global'],
      ['POST /api/v1/activate', device, 300, 'product'],
      ['POST /api/v1/activate', device, 301, 'product'],
      ['POST /api/v1/verify', device, 200, 'product'],
      ['POST /api/v1/get-license-key-details', device, 500, 'product'],
      ['POST /api/v1/create-license-key-meta', meta, 453, 'product'],
      ['POST /api/v1/create-license-key-meta', meta, 452, 'product'],
      ['POST /api/v1/update-license-key-meta', meta, 353, 'product'],
      ['POST /api/v1/update-license-key-meta', { ...meta, key: 'other' }, 352, 'product'],
      ['POST /api/v1/delete-license-key-meta', meta, 252, 'product'],
      ['POST /api/v1/create-product-meta', productMeta, 273, 'product'],
      ['POST /api/v1/create-product-meta', { ...productMeta, product_id: 999_999 }, 274, 'global'],
      ['POST /api/v1/update-product-meta', productMeta, 373, 'product'],
      ['POST /api/v1/update-product-meta', { ...productMeta, key: 'other' }, 372, 'product'],
      ['POST /api/v1/delete-product-meta', productMeta, 482, 'product'],
      ['POST /api/v1/create-license-keys', stock, 900, 'product'],
      ['POST /api/v1/update-license-key', { license_key, owner_name: 'Ada' }, 950, 'product'],
      ['GET /api/v1/get-product', { product_id }, 631, 'product'],
      ['GET /api/v1/get-product-public-key', { product_id }, 632, 'product'],
      ['GET /api/v1/get-product-changelog', { product_id }, 1600, 'product'],
      ['POST /api/v1/access-downloadables', device, 600, 'product'],
      ['POST /api/v1/get-license-file', device, 502, 'product'],
      ['POST /api/v1/generate', { generator_id: generator.id, quantity: 1 }, 815, 'product'],
      ['POST /api/v1/random-assign-license-keys', { product_id, quantity: 999 }, 802, 'product'],
      ['GET /api/v1/get-all-generators', { product_id }, 820, 'global'],
      ['GET /api/v1/get-all-contracts', {}, 846, 'global'],
      ['GET /api/v1/get-license-keys', { product_id }, 730, 'global'],
      ['GET /api/v1/get-available-license-keys-count', { product_id }, 741, 'global'],
      ['GET /api/v1/get-available-license-keys-count', { product_id: 999_999 }, 740, 'global'],
      [
        'POST /api/v1/assign-license-key',
        { license_key: stocked, owner_name: 'A', owner_email: 'a@b.c' },
        800,
        'global',
      ],
      [
        'POST /api/v1/assign-license-key',
        { license_key: stocked, owner_name: 'A', owner_email: 'a@b.c' },
        801,
        'global',
      ],
      ['POST /api/v1/random-assign-license-keys', { product_id, owner_email: 'a@b.c', generate: 1 }, 803, 'product'],
      ['GET /api/v1/get-all-products', {}, 810, 'global'],
      ['POST /api/v1/send-telemetry-data', { product_id }, 831, 'global'],
      ['GET /api/v1/get-telemetry-data', { product_id }, 970, 'global'],
      ['POST /api/v1/create-product', draft, 750, 'global'],
      ['POST /api/v1/create-product', {}, 751, 'global'],
      ['POST /api/v1/update-product', { product_id, name: 'C' }, 650, 'global'],
      ['POST /api/v1/update-product', { product_id, status: 'none' }, 651, 'global'],
      ['POST /api/v1/deactivate', device, '400', 'global'],
      ['POST /api/v1/deactivate', device, 401, 'product'],
      ['POST /api/v1/delete-license-key', { license_key }, 850, 'product'],
      ['POST /api/v1/delete-product', { product_id }, 550, 'global'],
    ]
    for (const [door, fields, code, signedWith] of steps) {
      const answer = await installation.ask(door, fields)
      expect(answer).toMatchObject({ code, signedWith })
      expect(responseProblemOf(answer.text, signedWith === 'product' ? publicPem : globalPem)).toBeUndefined()
    }
  })

  test('does not sign for another product', async () => {
    await makeSealedProduct()
    const license_key = await makeLicense(installation, { product_id: await makeProduct(installation) })
    const answer = await installation.ask('POST /api/v1/verify', { license_key, identifier })
    expect(answer.signedWith).toBe('global')
    expect(responseProblemOf(answer.text, globalPem)).toBeUndefined()
  })

  test('is replaced under a running server, and the public key before it stays visible', async () => {
    const { id, publicPem } = await makeSealedProduct()
    const ask = (): Promise<Answer> => installation.ask('GET /api/v1/get-product-public-key', { product_id: id })
    expect((await ask()).response.public_key).toBe(publicPem)
    const rotated = await installation.cli(
      'key',
      'rotate',
      '--overlap',
      '0',
      '--yes',
      '--product',
      String(id),
      '--bits',
      '2048',
      '--json',
    )
    expect(rotated.exitCode).toBe(0)
    const after = await ask()
    expect(after.response.public_key).toBe(rotated.json.public_key)
    expect(responseProblemOf(after.text, rotated.json.public_key)).toBeUndefined()
    expect(await keysOf(id)).toMatchObject([
      { key_id: rotated.json.key_id, public_key: rotated.json.public_key, retired_at: null },
      { public_key: publicPem, retired_at: expect.any(String) },
    ])
  })

  test('can be imported, the very key of another product included', async () => {
    const [a, b] = [await makeProduct(installation), await makeProduct(installation)]
    const { path, publicPem } = keyFile('imported.pem')
    for (const product_id of [a, b]) {
      const imported = await installation.cli('key', 'import', '--yes', path, '--product', String(product_id), '--json')
      expect(imported.json).toMatchObject({ product_id, bits: 2048, public_key: publicPem })
      const answer = await installation.ask('GET /api/v1/get-product', { product_id })
      expect(answer.signedWith).toBe('product')
      expect(responseProblemOf(answer.text, publicPem)).toBeUndefined()
    }
    expect(await keysOf(a)).toHaveLength(1)
    const again = await installation.cli('key', 'import', '--yes', path, '--product', String(a))
    expect(again).toMatchObject({ exitCode: 0, out: expect.stringContaining(`Answers about product ${a}`) })
    expect(await keysOf(a)).toMatchObject([{ retired_at: null }])
  })

  test('may be the global key as well: then the label alone tells whose it is', async () => {
    const single = await startInstallation()
    try {
      const [bare, own] = [await makeProduct(single), await makeProduct(single)]
      const { path, publicPem } = keyFile('both.pem')
      await single.cli('key', 'import', '--yes', path)
      await single.cli('key', 'import', '--yes', path, '--product', String(own))
      for (const [product_id, signedWith] of [
        [bare, 'global'],
        [own, 'product'],
      ] as const) {
        const answer = await single.ask('GET /api/v1/get-product', { product_id })
        expect(answer.signedWith).toBe(signedWith)
        expect(responseProblemOf(answer.text, publicPem)).toBeUndefined()
      }
    } finally {
      await single.close()
    }
  })

  test('is made once, and replaced only where there is one', async () => {
    const { id } = await makeSealedProduct()
    const bare = await makeProduct(installation)
    const cases: [string[], number, string][] = [
      [['generate', '--product', String(id)], 1, 'key rotate --product'],
      [['generate'], 1, 'key rotate'],
      [['rotate', '--product', String(bare), '--overlap', '0'], 1, 'key generate --product'],
      [['generate', '--product', '999999'], 1, 'product list'],
      [['generate', '--product', ''], 1, 'product list'],
      [['import', keyFile('small.pem', 1024).path, '--product', String(bare)], 1, 'at least 2048'],
      [['import', join(installation.folder, 'nowhere.pem'), '--product', String(bare)], 1, 'cannot read'],
      [['generate', '--product', String(bare), '--bits', '1024'], 2, '2048'],
    ]
    for (const [args, exitCode, err] of cases) {
      expect(await installation.cli('key', ...args)).toMatchObject({ exitCode, err: expect.stringContaining(err) })
    }
    expect(await keysOf(id)).toHaveLength(1)
    expect(await keysOf(bare)).toEqual([])
  })

  test('is shown by "key show" as the product\'s, after the global one', async () => {
    const { id } = await makeSealedProduct()
    const shown = await installation.cli('key', 'show')
    expect(shown.out).toContain(`product ${id}`)
    expect(shown.out.indexOf('global')).toBeLessThan(shown.out.indexOf(`product ${id}`))
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { makeFile, makeProduct, makeRelease } from '../support/stock'

let installation: TestInstallation
let owner: Operator
let product: number
const name = 'FotoPro 5'
beforeAll(async () => {
  installation = await startInstallation()
  owner = await makeOperator(installation, 'owner')
  product = await makeProduct(installation, { name })
  for (let i = 0; i < 2; i++) await makeProduct(installation, { name: 'Twin' })
})
afterAll(() => installation.close())

const done = async (...line: string[]) => {
  const spoken = await installation.cli(...line, '--json')
  expect([line.join(' '), spoken.exitCode, spoken.err]).toEqual([line.join(' '), 0, expect.any(String)])
  return spoken.json
}
const refused = async (line: string[], ...sentences: string[]) => {
  const { exitCode, err } = await installation.cli(...line)
  expect([exitCode, err]).toEqual([1, expect.any(String)])
  for (const sentence of sentences) expect(err).toContain(sentence)
}

describe('a product is named by its name', () => {
  test.each([name, 'fotopro 5'])('in every command that asks for one: %s', async (by) => {
    await done('generator', 'create', '--product', by)
    await done('license', 'create', '--product', by, '--key', `KEY-${by}`)
    await done('license', 'edit', `KEY-${by}`, '--product', by)
    await done('contract', 'create', '--product', by, '--name', `Acme ${by}`, '--quantity', '3')
    await done('product', 'meta', 'set', by, 'k', 'v')
    await done('product', 'set', by, '--description', 'Photos')
    expect(await done('product', 'show', by)).toMatchObject({ id: product })
    for (const subject of ['license', 'generator', 'contract', 'release', 'activation']) {
      await done(subject, 'list', '--product', by)
    }
    const { licenses } = await done('license', 'list', '--product', by)
    expect(licenses[0]).toMatchObject({ product_id: product, product_name: name })
    expect((await installation.cli('license', 'list', '--product', by)).out).toContain(name)
  })

  test('for releases and signing keys, and in every route', async () => {
    await makeRelease(installation, {
      product: name as unknown as number,
      number: 1,
      file: makeFile(installation, 'bytes'),
    })
    expect(await done('key', 'generate', '--yes', '--product', name, '--bits', '2048')).toMatchObject({
      product_id: product,
    })
    expect((await owner.tell('GET /releases', { product: name })).body.releases).toHaveLength(1)
    expect(await owner.tell(`GET /products/${encodeURIComponent(name)}`)).toMatchObject({ status: 200 })
  })

  test('but not where several have it, nor by an id or slug of another', async () => {
    await refused(['license', 'list', '--product', 'Twin'], 'there are 2 products named "Twin"', '2 "Twin", 3 "Twin"')
    expect(await owner.tell('GET /licenses', { product: 'Twin' })).toMatchObject({ status: 409 })
    await refused(['license', 'list', '--product', 'foto'], 'there is no product "foto"', `did you mean 1 "${name}"?`)
    const number = await makeProduct(installation, { name: '1' })
    expect(await done('product', 'show', '1')).toMatchObject({ id: product })
    await done('product', 'set', String(number), '--slug', 'my-slug')
    await makeProduct(installation, { name: 'my-slug' })
    expect(await done('product', 'show', 'my-slug')).toMatchObject({ id: number })
  })

  test('and by no client of the API, to which ids, uuids and slugs alone are known', async () => {
    expect(await installation.ask('GET /api/v1/get-available-license-keys-count', { product_id: name })).toMatchObject({
      code: 740,
    })
  })
})

test('an import that makes products gives them slugs', async () => {
  const file = makeFile(
    installation,
    'license_key,product,activation_limit\nI-1,Über Präzision!,1\nI-2,FOTO/Neu,1\nI-3,foto neu,1\n',
    'k.csv',
  )
  const { exitCode } = await installation.cli('import', file, '--create-products', '--yes')
  expect(exitCode).toBe(0)
  const slugOf = async (by: string) => (await done('product', 'show', by)).slug
  expect(await slugOf('Über Präzision!')).toBe('uber-prazision')
  expect(await slugOf('FOTO/Neu')).toBe('foto-neu')
  expect(await slugOf('foto neu')).toBeNull()
})

test('API keys, webhooks and contracts are named by their names', async () => {
  await done('api-key', 'create', '--name', 'ops', '--preset', 'all')
  expect(await done('api-key', 'rotate', 'ops', '--overlap', '0', '--yes')).toMatchObject({ name: 'ops' })
  for (const verb of ['show', 'disable', 'enable']) await done('api-key', verb, 'Ops')
  expect(await owner.tell('GET /api-keys/ops')).toMatchObject({ status: 200, body: { name: 'ops' } })
  await done('api-key', 'create', '--name', 'ops', '--preset', 'all')
  await refused(['api-key', 'show', 'ops'], 'there are 2 API keys named "ops"', '2 "ops", 3 "ops"')
  await refused(['api-key', 'show', 'shop'], 'there is no API key "shop"')

  await done('webhook', 'add', '--name', 'shop', '--url', 'https://shop.example.com/', '--events', 'all')
  for (const verb of ['show', 'disable', 'enable', 'deliveries']) await done('webhook', verb, 'shop')
  await refused(['webhook', 'show', 'none'], 'there is no webhook "none"')

  await done('contract', 'create', '--product', name, '--name', 'Globex', '--quantity', '3')
  expect(await done('contract', 'show', 'globex')).toMatchObject({ name: 'Globex' })
  await done('license', 'list', '--contract', 'Globex')
})

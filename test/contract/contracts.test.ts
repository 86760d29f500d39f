import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomUUID } from 'node:crypto'
import examples from '../fixtures/examples.json'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeFile, makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let product: number
beforeAll(async () => {
  installation = await startInstallation()
  product = await makeStockedProduct()
})
afterAll(() => installation.close())

/** A product whose keys can be drawn. */
async function makeStockedProduct(): Promise<number> {
  const id = await makeProduct(installation)
  await installation.cli('generator', 'create', '--product', String(id), '--activation-limit', '2', '--validity', '90')
  return id
}

const draft = (fields: Record<string, unknown> = {}) => ({
  contract_key: randomUUID(),
  contract_name: 'Test Contract',
  contract_information: 'Test information',
  product_id: String(product),
  license_keys_quantity: '65',
  status: 'active',
  can_get_info: '1',
  can_generate: '1',
  can_destroy: '1',
  can_destroy_all: '1',
  ...fields,
})

async function makeContract(fields: Record<string, unknown> = {}) {
  const { response } = await installation.ask('POST /api/v1/create-contract', draft(fields), { as: 'form' })
  return response.contract as { id: number; contract_key: string }
}

const update = (fields: Record<string, unknown>) => installation.ask('POST /api/v1/update-contract', fields)
const generate = (fields: Record<string, unknown>, asking = {}) =>
  installation.ask('POST /api/v1/contracts/generate', fields, asking)
const destroy = (fields: Record<string, unknown>) => installation.ask('POST /api/v1/contracts/destroy', fields)
const destroyAll = (fields: Record<string, unknown>) => installation.ask('POST /api/v1/contracts/destroy-all', fields)
const info = (fields: Record<string, unknown>) => installation.ask('GET /api/v1/contracts/get-info', fields)
const listed = async (id: number) =>
  (await installation.ask('GET /api/v1/get-all-contracts')).response.contracts.find(
    (row: { id: number }) => row.id === id,
  )

const documented = (path: string, code: number) =>
  examples.find(({ path: of, body }) => of === `/api/v1/${path}` && body.response.code === code)!.body
    .response as unknown as { [key: string]: Record<string, string> }

describe('contracts', () => {
  test.each(['form', 'json', 'multipart'] as const)(
    'are created from a %s, and come back as they were sent',
    async (as) => {
      const sent = draft()
      const { response, status } = await installation.ask('POST /api/v1/create-contract', sent, { as })
      const example = documented('create-contract', 841)
      const stamps = { created_at: expect.any(String), updated_at: expect.any(String), id: expect.any(Number) }
      expect([status, Object.keys(response)]).toEqual([200, Object.keys(example)])
      expect(Object.keys(response.contract)).toEqual(Object.keys(example.contract!))
      expect(response.contract).toEqual({
        ...example.contract,
        ...stamps,
        contract_key: sent.contract_key,
        product_id: String(product),
      })
      expect(response.contract.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000000Z$/)
    },
  )

  test('are told in text however the numbers came', async () => {
    const sent = draft({ product_id: product, license_keys_quantity: 65, can_generate: true, can_destroy: false })
    const { response } = await installation.ask('POST /api/v1/create-contract', sent)
    expect(response.contract).toMatchObject({
      product_id: String(product),
      license_keys_quantity: '65',
      can_generate: '1',
      can_destroy: '0',
    })
  })

  test.each(['create-contract', 'update-contract'])(
    '%s says all that is wrong at once, a sentence each',
    async (path) => {
      const { id } = await makeContract()
      const empty = Object.fromEntries(Object.keys(draft()).map((name) => [name, '']))
      const { response, code } = await installation.ask(`POST /api/v1/${path}`, { contract_id: id, ...empty })
      expect(code).toBe(825)
      expect(response).toEqual({ ...documented(path, 825), timestamp: expect.any(Number) })
      expect(Object.keys(response.errors)).toEqual(Object.keys(documented(path, 825).errors!))
    },
  )

  test('create-contract asks for every field', async () => {
    const { response } = await installation.ask('POST /api/v1/create-contract')
    expect(response.errors).toEqual(documented('create-contract', 825).errors)
  })

  test.each([
    ['contract_key', ['x'.repeat(256), ['a'], { a: 1 }]],
    ['contract_name', ['', 'x'.repeat(256), { a: 1 }]],
    ['contract_information', ['', 'x'.repeat(65_537), ['a']]],
    ['product_id', ['', 999_999, -1, 0, 'no-such-slug', '🔑', { id: 1 }]],
    ['license_keys_quantity', ['', 0, -3, 1.5, 'many', 2 ** 40, [65], '🔟']],
    ['status', ['', 'suspended', 1, ['active'], '🔑']],
    ['can_get_info', ['', 2, -1, 'yes', [1], { a: 1 }]],
    ['can_generate', ['', 2, 'x']],
    ['can_destroy', ['', 2, 'x']],
    ['can_destroy_all', ['', 2, 'x']],
  ])('refuses a bad %s alone, on creation and on update, and changes nothing', async (name, values) => {
    const { id } = await makeContract()
    const before = await listed(id)
    const count = (await installation.ask('GET /api/v1/get-all-contracts')).response.contracts.length
    const sentence = documented('create-contract', 825).errors![name]!
    for (const value of values) {
      const created = await installation.ask('POST /api/v1/create-contract', draft({ [name]: value }))
      expect({ value, ...created.response }).toMatchObject({ value, code: 825, errors: { [name]: sentence } })
      expect(Object.keys(created.response.errors)).toEqual([name])
      const updated = await update({ contract_id: id, [name]: value })
      expect({ value, ...updated.response }).toMatchObject({ value, code: 825, errors: { [name]: sentence } })
    }
    expect(await installation.ask('POST /api/v1/create-contract', draft({ [name]: 'a\0b' }))).toMatchObject({
      code: 9400,
    })
    const after = (await installation.ask('GET /api/v1/get-all-contracts')).response.contracts
    expect(after).toHaveLength(count)
    expect(await listed(id)).toEqual(before)
  })

  test('never share a key', async () => {
    const [one, two] = [await makeContract(), await makeContract()]
    const twin = await installation.ask('POST /api/v1/create-contract', draft({ contract_key: one.contract_key }))
    const errors = { contract_key: 'Contract key is required and must be unique.' }
    expect(twin.response).toMatchObject({ code: 825, errors })
    expect((await update({ contract_id: two.id, contract_key: one.contract_key })).response).toMatchObject({ errors })
    expect(await update({ contract_id: one.id, contract_key: one.contract_key })).toMatchObject({ code: 842 })
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        installation.ask('POST /api/v1/create-contract', draft({ contract_key: 'race' })),
      ),
    )
    expect(answers.map(({ code }) => code).filter((code) => code === 841)).toHaveLength(1)
  })

  test('keep what an update leaves out, and show the rest as it was sent', async () => {
    const { id, contract_key } = await makeContract({ contract_name: 'Before' })
    const { response, code } = await update({ contract_id: String(id), contract_name: 'After', can_destroy: '0' })
    const example = documented('update-contract', 842)
    expect([code, Object.keys(response)]).toEqual([842, Object.keys(example)])
    expect(Object.keys(response.contract)).toEqual(Object.keys(example.contract!))
    expect(response.contract).toMatchObject({
      id,
      contract_key,
      name: 'After',
      information: 'Test information',
      license_keys_quantity: '65',
      product_id: String(product),
      can_get_info: '1',
      can_destroy: '0',
      status: 'active',
      license_keys_count: 0,
    })
    const everything = draft({ contract_name: 'New', license_keys_quantity: '7', status: 'inactive' })
    expect((await update({ contract_id: id, ...everything })).response.contract).toMatchObject({
      contract_key: everything.contract_key,
      name: 'New',
      license_keys_quantity: '7',
      status: 'inactive',
    })
  })

  test('are listed with numbers, in the fields of the contract', async () => {
    const { id, contract_key } = await makeContract()
    await generate({ contract_id: id, quantity: 3 })
    const answer = await installation.ask('GET /api/v1/get-all-contracts')
    expect(answer).toMatchObject({ code: 846, message: 'All contracts', signedWith: 'global' })
    const row = await listed(id)
    const [shown] = documented('get-all-contracts', 846).contracts as unknown as object[]
    expect(Object.keys(row)).toEqual(Object.keys(shown!))
    expect(row).toMatchObject({
      contract_key,
      license_keys_quantity: 65,
      product_id: product,
      can_get_info: 1,
      can_generate: 1,
      can_destroy: 1,
      can_destroy_all: 1,
      license_keys_count: 3,
    })
  })

  test('are deleted without their keys', async () => {
    const { id } = await makeContract()
    const { response } = await generate({ contract_id: id, quantity: 2 })
    const [license_key] = response.license_keys
    const answer = await installation.ask('POST /api/v1/delete-contract', { contract_id: id })
    expect(answer.response).toEqual({ code: 843, message: 'contract deleted', timestamp: expect.any(Number) })
    expect(await installation.ask('POST /api/v1/delete-contract', { contract_id: id })).toMatchObject({ code: 844 })
    expect(await listed(id)).toBeUndefined()
    expect(await destroy({ license_key })).toMatchObject({ code: 1401 })
    expect(await installation.ask('POST /api/v1/assign-license-key', { license_key })).toMatchObject({ code: 800 })
  })

  test.each(['update-contract', 'delete-contract'])('%s answers 844 for a contract that is not there', async (path) => {
    for (const contract_id of [undefined, '', 999_999, -1, 'nonsense', '🔑', ['1'], { id: 1 }, 'x'.repeat(70_000)]) {
      const answer = await installation.ask(`POST /api/v1/${path}`, { contract_id })
      expect({ contract_id, ...answer }).toMatchObject({ contract_id, code: 844, message: 'Contract not found' })
    }
  })

  test('have a quota that may rise, and fall to what is used, and no further', async () => {
    const { id } = await makeContract({ license_keys_quantity: 5 })
    await generate({ contract_id: id, quantity: 4 })
    const tooFew = await update({ contract_id: id, license_keys_quantity: 3 })
    expect(tooFew.response).toMatchObject({
      code: 825,
      errors: { license_keys_quantity: 'License keys quantity must be 4 or more.' },
    })
    expect(await listed(id)).toMatchObject({ license_keys_quantity: 5 })
    expect(await update({ contract_id: id, license_keys_quantity: 4 })).toMatchObject({ code: 842 })
    expect(await generate({ contract_id: id, quantity: 1 })).toMatchObject({ code: 1205 })
    expect(await update({ contract_id: id, license_keys_quantity: 6 })).toMatchObject({ code: 842 })
    expect(await generate({ contract_id: id, quantity: 2 })).toMatchObject({ code: 1300 })
  })
})

describe('keys drawn under a contract', () => {
  const stock = async (product_id: number) =>
    (await installation.ask('GET /api/v1/get-available-license-keys-count', { product_id })).response.count

  test('are not for sale, before the contract is deleted and after', async () => {
    const product_id = await makeStockedProduct()
    const contract = await makeContract({ product_id })
    await generate({ contract_id: contract.id, quantity: 3 })
    const order = { product_id, owner_email: 'a@b.c' }
    for (const step of ['drawn', 'deleted']) {
      if (step === 'deleted') await installation.ask('POST /api/v1/delete-contract', { contract_id: contract.id })
      expect({ step, count: await stock(product_id) }).toEqual({ step, count: 0 })
      const { response } = await installation.ask('POST /api/v1/random-assign-license-keys', order)
      expect({ step, ...response }).toMatchObject({ step, code: 802, available_quantity: 0 })
    }
  })

  test('go to the stock when an operator says so', async () => {
    const product_id = await makeStockedProduct()
    const contract = await makeContract({ product_id })
    const { response } = await generate({ contract_id: contract.id, quantity: 2 })
    await installation.ask('POST /api/v1/delete-contract', { contract_id: contract.id })
    await installation.cli('license', 'edit', response.license_keys[0], '--status', 'available')
    expect(await stock(product_id)).toBe(1)
  })

  test('are moved in and out as what they are', async () => {
    const product_id = await makeStockedProduct()
    const contract = await makeContract({ product_id })
    const { response } = await generate({ contract_id: contract.id, quantity: 1 })
    const [license_key] = response.license_keys
    await installation.ask('POST /api/v1/delete-contract', { contract_id: contract.id })
    const { out } = await installation.cli('export', 'licenses')
    const lines = out.trim().split('\n')
    const line = lines.map((text) => JSON.parse(text)).find((row) => row.license_key === license_key)
    expect(line).toMatchObject({ status: 'available', withheld: 1 })
    await installation.ask('POST /api/v1/delete-license-key', { license_key })
    const file = makeFile(installation, `${JSON.stringify(line)}\n`, 'licenses.jsonl')
    expect(await installation.cli('import', file, '--yes')).toMatchObject({ exitCode: 0 })
    expect(await stock(product_id)).toBe(0)
  })

  test('are not deleted by its holder once they are a customer’s, whatever became of them since', async () => {
    const { id, contract_key } = await makeContract()
    const { response } = await generate({ contract_id: id, quantity: 4 })
    const [sold, blocked, gone, free] = response.license_keys as string[]
    for (const license_key of [sold, blocked])
      await installation.ask('POST /api/v1/assign-license-key', { license_key })
    await installation.ask('POST /api/v1/update-license-key', { license_key: blocked, status: 'blocked' })
    for (const license_key of [sold, blocked])
      expect(await destroy({ license_key, contract_key })).toMatchObject({ code: 1401 })
    expect(await destroy({ license_key: gone, contract_key })).toMatchObject({ code: 1400 })
    expect(await destroyAll({ contract_key })).toMatchObject({ code: 1500 })
    expect(await destroyAll({ contract_key })).toMatchObject({ code: 1501 })
    expect(await installation.ask('POST /api/v1/activate', { license_key: sold, identifier: 'pc' })).toMatchObject({
      code: 300,
    })
    expect(await installation.ask('POST /api/v1/activate', { license_key: free, identifier: 'pc' })).toMatchObject({
      code: 210,
    })
  })
})

describe('the holder of a contract', () => {
  test('names it by key, uuid or id', async () => {
    const { id, contract_key } = await makeContract()
    const { json } = await installation.cli('contract', 'show', contract_key, '--json')
    for (const name of [
      { contract_id: id },
      { contract_key },
      { contract_uuid: json.uuid },
      { contract_id: contract_key },
    ]) {
      expect((await info(name)).response).toMatchObject({ code: 1204, contract: { id } })
      expect(await generate({ ...name, quantity: 1 })).toMatchObject({ code: 1300 })
      expect(await destroyAll(name)).toMatchObject({ code: 1500 })
      expect(await update({ ...name, contract_name: 'Same' })).toMatchObject({ code: 842 })
    }
    expect(await installation.ask('POST /api/v1/delete-contract', { contract_key })).toMatchObject({ code: 843 })
  })

  describe('with an API key that cannot list contracts', () => {
    let reseller: { key: string }
    beforeAll(async () => {
      const can = 'contracts.get-info,contracts.generate,contracts.destroy,contracts.destroy-all'
      reseller = {
        key: (await installation.cli('api-key', 'create', '--name', 'reseller', '--can', can, '--json')).json.api_key,
      }
    })

    test.each([
      ['GET contracts/get-info', 1204, 1200],
      ['POST contracts/generate', 1300, 1200],
      ['POST contracts/destroy-all', 1500, 1200],
    ] as const)('%s takes a contract by its secret and no other way', async (endpoint, granted, refused) => {
      const [mine, other] = [await makeContract(), await makeContract()]
      const [method, path] = endpoint.split(' ') as ['GET' | 'POST', string]
      const ask = (fields: object) =>
        installation.ask(`${method} /api/v1/${path}`, { quantity: 1, ...fields }, reseller)
      const uuidOf = async ({ contract_key }: { contract_key: string }) =>
        (await installation.cli('contract', 'show', contract_key, '--json')).json.uuid as string
      await generate({ contract_id: other.id, quantity: 3 })
      for (const contract_id of [other.id, String(other.id), ` ${other.id}`, `0${other.id}`, 'Test Contract']) {
        for (const fields of [
          { contract_id },
          { contractId: contract_id },
          { contract_id, contract_key: mine.contract_key },
        ]) {
          expect({ fields, ...(await ask(fields)) }).toMatchObject({ fields, code: refused })
        }
      }
      expect(await ask({ contract_uuid: await uuidOf(other), contract_key: mine.contract_key })).toMatchObject({
        code: refused,
      })
      expect(await listed(other.id)).toMatchObject({ license_keys_count: 3 })
      for (const fields of [{ contract_key: mine.contract_key }, { contract_uuid: await uuidOf(mine) }]) {
        await generate({ contract_id: mine.id, quantity: 1 })
        expect(await ask(fields)).toMatchObject({ code: granted })
      }
    })

    test('contracts/destroy of another contract’s key is refused where an id names that contract', async () => {
      const { id, contract_key } = await makeContract()
      const { response } = await generate({ contract_id: id, quantity: 1 })
      const [license_key] = response.license_keys
      const byId = { license_key, contract_id: id }
      expect(await installation.ask('POST /api/v1/contracts/destroy', byId, reseller)).toMatchObject({ code: 1401 })
      const byKey = { license_key, contract_key }
      expect(await installation.ask('POST /api/v1/contracts/destroy', byKey, reseller)).toMatchObject({ code: 1400 })
    })
  })

  test('may be told of it', async () => {
    const { id, contract_key } = await makeContract()
    const { response } = await info({ contract_key })
    expect(response).toEqual({
      code: 1204,
      message: 'Contract found',
      contract: await listed(id),
      timestamp: expect.any(Number),
    })
    await update({ contract_id: id, status: 'inactive' })
    expect(await info({ contract_key })).toMatchObject({ code: 1204 })
    expect(await info({ contract_key: 'unknown' })).toMatchObject({ code: 1200, message: 'Contract not found' })
    expect(await info({})).toMatchObject({ code: 1200 })
  })

  test('draws keys that are in stock and carry the terms of the generator', async () => {
    const { contract_key } = await makeContract()
    const { response, code } = await generate({ contract_key, count: '2' }, { as: 'form' })
    expect([code, Object.keys(response)]).toEqual([1300, ['code', 'message', 'license_keys', 'timestamp']])
    expect(response.license_keys).toHaveLength(2)
    const stock = await installation.ask('GET /api/v1/get-license-keys', { search: response.license_keys[0] })
    expect(stock.response.license_keys).toMatchObject([{ status: 'available', activation_limit: 2, validity: 90 }])
  })

  test('never gets more than the quota, when a hundred ask for its last keys together', async () => {
    const { id } = await makeContract({ license_keys_quantity: 10 })
    const answers = await Promise.all(Array.from({ length: 100 }, () => generate({ contract_id: id, quantity: 1 })))
    const codes = answers.map(({ code }) => code)
    expect(codes.filter((code) => code === 1300)).toHaveLength(10)
    expect(codes.filter((code) => code === 1205)).toHaveLength(90)
    const drawn = answers.flatMap(({ response }) => response.license_keys ?? [])
    expect(new Set(drawn).size).toBe(10)
    expect(await listed(id)).toMatchObject({ license_keys_count: 10 })
  })

  test('gets 1206 for a quantity that is none or more than what is left, and no key', async () => {
    const { id } = await makeContract({ license_keys_quantity: 5000 })
    await generate({ contract_id: id, quantity: 10 })
    for (const quantity of [undefined, '', null, 0, -1, 1.5, 'x', '🔟', [1], { n: 1 }, 1001, 4991, 2 ** 40]) {
      const answer = await generate({ contract_id: id, quantity })
      expect({ quantity, ...answer }).toMatchObject({ quantity, code: 1206, message: 'Cannot generate this quantity' })
    }
    expect(await generate({ contract_id: id, quantity: '1\0' })).toMatchObject({ code: 9400 })
    expect(await listed(id)).toMatchObject({ license_keys_count: 10 })
  })

  test('gets 1200 for a contract that is unknown or inactive', async () => {
    const { id } = await makeContract({ status: 'inactive' })
    for (const contract_id of [id, undefined, '', 999_999, 'nonsense', '🔑', ['1'], { id: 1 }]) {
      expect(await generate({ contract_id, quantity: 1 })).toMatchObject({ code: 1200 })
    }
    for (const contract_id of [undefined, '', 999_999, '🔑', { id: 1 }]) {
      expect(await destroyAll({ contract_id })).toMatchObject({ code: 1200 })
    }
  })

  test('gets 1202 while the product is inactive, and 1203 while it has no active generator', async () => {
    const own = await makeProduct(installation)
    const { id } = await makeContract({ product_id: own })
    expect(await generate({ contract_id: id, quantity: 1 })).toMatchObject({
      code: 1203,
      message: 'Generator not found',
    })
    const { json } = await installation.cli('generator', 'create', '--product', String(own), '--json')
    await installation.cli('generator', 'disable', String(json.id))
    expect(await generate({ contract_id: id, quantity: 1 })).toMatchObject({ code: 1203 })
    await installation.cli('generator', 'enable', String(json.id))
    expect(await generate({ contract_id: id, quantity: 1, generator_id: 999_999 })).toMatchObject({ code: 1203 })
    expect(await generate({ contract_id: id, quantity: 1, generator_uuid: json.id })).toMatchObject({ code: 1300 })
    await installation.ask('POST /api/v1/update-product', { product_id: own, status: 'inactive' })
    expect(await generate({ contract_id: id, quantity: 1 })).toMatchObject({ code: 1202, message: 'Product not found' })
  })

  test('destroys a key of the contract, which frees its place', async () => {
    const { id, contract_key } = await makeContract({ license_keys_quantity: 1 })
    const other = await makeContract()
    const { response } = await generate({ contract_id: id, quantity: 1 })
    const [license_key] = response.license_keys
    expect(await generate({ contract_id: id, quantity: 1 })).toMatchObject({ code: 1205 })
    expect(await destroy({ license_key, contract_key: other.contract_key })).toMatchObject({ code: 1401 })
    expect(await destroy({ license_key, contract_id: '', contract_key: other.contract_key })).toMatchObject({
      code: 1401,
    })
    expect(await destroy({ license_key, contract_id: 'unknown' })).toMatchObject({ code: 1401 })
    expect(await destroy({ license_key, contract_key })).toMatchObject({ code: 1400, message: 'License key deleted' })
    expect(await destroy({ license_key, contract_key })).toMatchObject({ code: 1401, message: 'License key not found' })
    expect(await generate({ contract_id: id, quantity: 1 })).toMatchObject({ code: 1300 })
  })

  test('cannot destroy a key of no contract', async () => {
    const license_key = await makeLicense(installation, { product_id: product })
    for (const key of [license_key, undefined, '', 'nonsense', '🔑', [license_key], { a: 1 }, 'x'.repeat(70_000)]) {
      expect(await destroy({ license_key: key })).toMatchObject({ code: 1401 })
    }
    expect(await installation.ask('POST /api/v1/delete-license-key', { license_key })).toMatchObject({ code: 850 })
  })

  test('destroys all keys of the contract, and no other', async () => {
    const [mine, other] = [await makeContract(), await makeContract()]
    await generate({ contract_id: mine.id, quantity: 3 })
    await generate({ contract_id: other.id, quantity: 2 })
    expect(await destroyAll({ contract_key: mine.contract_key })).toMatchObject({
      code: 1500,
      message: 'License keys deleted',
    })
    expect(await destroyAll({ contract_key: mine.contract_key })).toMatchObject({
      code: 1501,
      message: 'No license keys found',
    })
    expect(await listed(mine.id)).toMatchObject({ license_keys_count: 0 })
    expect(await listed(other.id)).toMatchObject({ license_keys_count: 2 })
  })

  test.each(['can_get_info', 'can_generate', 'can_destroy', 'can_destroy_all'])(
    'is denied what %s = 0 denies',
    async (right) => {
      const { id } = await makeContract()
      const { response } = await generate({ contract_id: id, quantity: 1 })
      await update({ contract_id: id, [right]: 0 })
      const answers = {
        can_get_info: await info({ contract_id: id }),
        can_generate: await generate({ contract_id: id, quantity: 1 }),
        can_destroy: await destroy({ license_key: response.license_keys[0] }),
        can_destroy_all: await destroyAll({ contract_id: id }),
      }
      for (const [name, answer] of Object.entries(answers)) {
        if (name === right) expect(answer).toMatchObject({ code: 150, status: 403, message: 'Access denied' })
        else expect(answer).toMatchObject({ status: 200 })
      }
    },
  )

  test('gets the same keys for the same idempotency key, in the body or in the header', async () => {
    const { id } = await makeContract()
    const asked = { contract_id: id, quantity: 2, idempotency_key: 'reorder-7' }
    const first = await generate(asked)
    expect((await generate(asked)).text).toBe(first.text)
    expect(await generate({ ...asked, quantity: 1 })).toMatchObject({ code: 9409, status: 409 })
    const headers = { 'idempotency-key': 'reorder-8' }
    const second = await generate({ contract_id: id, quantity: 1 }, { headers })
    expect((await generate({ contract_id: id, quantity: 1 }, { headers })).text).toBe(second.text)
    expect(await generate({ ...asked, idempotency_key: '' })).toMatchObject({ code: 1300 })
    for (const idempotency_key of ['with space', ['a b'], { a: 'b c' }, 'x'.repeat(256), 'né']) {
      expect(await generate({ ...asked, idempotency_key })).toMatchObject({ code: 9400, status: 400 })
    }
    expect(await listed(id)).toMatchObject({ license_keys_count: 5 })
  })

  test('needs an API key that may do it', async () => {
    const { json } = await installation.cli(
      'api-key',
      'create',
      '--name',
      'info',
      '--can',
      'contracts.get-info',
      '--json',
    )
    const { contract_key } = await makeContract()
    const asking = { key: json.api_key }
    expect(await installation.ask('GET /api/v1/contracts/get-info', { contract_key }, asking)).toMatchObject({
      code: 1204,
    })
    for (const path of ['generate', 'destroy', 'destroy-all'] as const) {
      const answer = await installation.ask(`POST /api/v1/contracts/${path}`, { contract_key, quantity: 1 }, asking)
      expect(answer).toMatchObject({ code: 102, status: 401 })
    }
  })
})

describe('latchkey contract', () => {
  test('shows how much of each quota is used', async () => {
    const { id, contract_key } = await makeContract({
      contract_name: 'Reseller',
      license_keys_quantity: 9,
      can_destroy_all: 0,
    })
    const drawn = await generate({ contract_id: id, quantity: 2 })
    const list = await installation.cli('contract', 'list', '--json')
    const facts = { id, license_keys_quantity: 9, license_keys_count: 2, license_keys_remaining: 7, can_destroy_all: 0 }
    expect(list.json.contracts.find((row: { id: number }) => row.id === id)).toMatchObject(facts)
    const shown = await installation.cli('contract', 'show', String(id), '--json')
    const license_keys = drawn.response.license_keys.map((key: string) => ({ license_key: key, status: 'available' }))
    expect(shown.json).toMatchObject({ ...facts, contract_key, license_keys })
    const { out } = await installation.cli('contract', 'show', contract_key)
    expect(out).toContain('2 of 9 used, 7 left')
    expect(out).toContain('get-info, generate, destroy\n')
    const lines = (await installation.cli('contract', 'list')).out
    expect(lines).toMatch(/Reseller +\d+ Test product +2 +9 +get-info, generate, destroy +active/)
    expect(lines).not.toContain(contract_key)
  })

  test('says so when there is no such contract', async () => {
    const { exitCode, err } = await installation.cli('contract', 'show', 'nonsense')
    expect([exitCode, err]).toEqual([
      1,
      expect.stringContaining('there is no contract "nonsense": see "latchkey contract list"'),
    ])
  })
})

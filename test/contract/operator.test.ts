import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeFile, makeLicense, makeProduct, makeRelease } from '../support/stock'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

const cli = async (...args: string[]) => (await installation.cli(...args, '--json')).json
const refused = async (line: string[], exitCode: number, reason: string) =>
  expect(await installation.cli(...line)).toMatchObject({ exitCode, out: '', err: expect.stringContaining(reason) })

describe('products', () => {
  test('are made with no more than a name, and with all that can be said of them', async () => {
    expect(await cli('product', 'create', '--name', 'Plain')).toMatchObject({
      name: 'Plain',
      description: '',
      source: 'internal',
      status: 'active',
      require_non_expired: 0,
      slug: null,
      changelog: 'on',
      features: [],
    })
    const full = ['--slug', 'full-app', '--source', 'envato', '--external-reference', '17', '--changelog', 'off']
    const made = await cli('product', 'create', '--name', 'Full', ...full, '--feature', 'seats:number=5')
    expect(made).toMatchObject({ slug: 'full-app', source: 'envato', external_reference: '17', changelog: 'off' })
    expect(made.features).toMatchObject([{ key: 'seats', default: 5 }])
    await refused(['product', 'create', '--name', 'Again', '--slug', 'full-app'], 1, 'has the slug "full-app" already')
    await refused(['product', 'create', '--name', ' '], 2, '--name')
    await refused(['product', 'create', '--name', 'x', '--feature', 'seats'], 2, 'give a key, a type and a default')
    expect((await cli('product', 'list', '--name', 'FULL')).products).toMatchObject([{ slug: 'full-app' }])
    expect((await cli('product', 'list', '--name', 'again')).products).toEqual([])
  })

  test('go with all that is their own, once somebody has read what that is', async () => {
    const id = await makeProduct(installation, { name: 'Doomed' })
    const key = await makeActiveLicense(installation, { product_id: id }, 'pc')
    await makeLicense(installation, { product_id: id })
    await installation.cli('generator', 'create', '--product', String(id))
    await makeRelease(installation, { product: id, number: 100, file: makeFile(installation, 'x') })
    const said = '"Doomed" for good, with 2 licence keys, 1 generator, no contracts and 1 release. Say --yes'
    await refused(['product', 'delete', String(id)], 2, said)
    expect(await installation.ask('POST /api/v1/verify', { license_key: key, identifier: 'pc' })).toMatchObject({
      code: 200,
    })
    expect(await cli('product', 'delete', String(id), '--yes')).toMatchObject({ id, name: 'Doomed' })
    expect(await installation.ask('POST /api/v1/verify', { license_key: key, identifier: 'pc' })).toMatchObject({
      code: 210,
    })
    await refused(['product', 'delete', String(id), '--yes'], 1, `there is no product "${id}"`)
    await refused(['product', 'delete', String(id)], 1, `there is no product "${id}"`)
  })

  test('carry metadata', async () => {
    const id = String(await makeProduct(installation))
    await cli('product', 'meta', 'set', id, 'homepage', 'https://one.test/')
    await cli('product', 'meta', 'set', id, 'homepage', 'https://two.test/')
    const shown = await cli('product', 'show', id)
    expect(shown.meta_data).toEqual([{ key: 'homepage', value: 'https://two.test/' }])
    await cli('product', 'meta', 'unset', id, 'homepage')
    expect((await cli('product', 'show', id)).meta_data).toEqual([])
    await refused(['product', 'meta', 'unset', id, 'homepage'], 1, 'has no metadata "homepage"')
    await refused(['product', 'meta', 'set', id, 'homepage', ' '], 2, '<value>')
    await refused(['product', 'meta', 'set', 'nowhere', 'a', 'b'], 1, 'there is no product "nowhere"')
  })
})

describe('generators', () => {
  test('change what their keys will be like, and go without the keys they have made', async () => {
    const product = String(await makeProduct(installation))
    const { id } = await cli('generator', 'create', '--product', product, '--method', 'custom', '--template', '{X:12}')
    const [{ license_key }] = (await cli('license', 'create', '--generator', String(id))).licenses
    const edited = await cli('generator', 'edit', String(id), '--template', 'N-{X:12}', '--validity', '30')
    expect(edited).toMatchObject({ function_name: 'N-{X:12}', validity: 30, activation_limit: 1 })
    expect(edited.example).toMatch(/^N-/)
    await refused(['generator', 'edit', String(id), '--template', '{9:4}'], 2, 'could make 10,000 different keys')
    await refused(['generator', 'edit', String(id)], 2, 'say what to change')
    await refused(['generator', 'edit', '999999', '--validity', '1'], 1, 'there is no generator 999999')
    await refused(['generator', 'delete', String(id)], 2, 'the keys it has made stay. Say --yes')
    await cli('generator', 'delete', String(id), '--yes')
    expect((await cli('generator', 'list', '--product', product)).generators).toEqual([])
    expect(await cli('license', 'show', license_key)).toMatchObject({ generator_id: null, state: 'available' })
    const plain = await cli('generator', 'create', '--product', product)
    await refused(['generator', 'edit', String(plain.id), '--template', '{X:12}'], 2, 'only custom ones')
  })
})

describe('contracts', () => {
  test('are made, changed within what was drawn of them, and deleted without their keys', async () => {
    const product = String(await makeProduct(installation))
    await installation.cli('generator', 'create', '--product', product)
    const make = ['contract', 'create', '--product', product, '--name', 'Acme', '--quantity', '3']
    const contract = await cli(...make)
    expect(contract).toMatchObject({ name: 'Acme', can_get_info: 1, can_generate: 1, can_destroy: 0, status: 'active' })
    expect(contract.contract_key).toMatch(/^contract_[\w-]{43}$/)
    const { contract_key } = contract
    expect(await installation.ask('POST /api/v1/contracts/generate', { contract_key, quantity: 2 })).toMatchObject({
      code: 1300,
    })
    const id = String(contract.id)
    await refused(['contract', 'edit', id, '--quantity', '1'], 1, '2 keys were drawn')
    await refused(['contract', 'edit', id], 2, 'say what to change')
    await refused(['contract', 'edit', id, '--can-generate', 'maybe'], 2, '--can-generate')
    expect(await cli('contract', 'edit', id, '--quantity', '2', '--status', 'inactive')).toMatchObject({
      license_keys_quantity: 2,
      license_keys_remaining: 0,
      status: 'inactive',
    })
    const held = makeFile(installation, contract_key, 'contract.key')
    await refused([...make, '--contract-key-file', held], 1, `contract ${id} has that key already`)
    await refused([...make.slice(0, -1), '0'], 2, 'is not a whole number from 1')
    await refused(['contract', 'delete', id], 2, 'the 2 keys drawn from it stay')
    await cli('contract', 'delete', contract_key, '--yes')
    await refused(['contract', 'show', id], 1, `there is no contract "${id}"`)
    expect((await cli('license', 'list', '--product', product)).licenses).toMatchObject([
      { contract_id: null },
      { contract_id: null },
    ])
  })
})

describe('lists', () => {
  test('have licences by state, owner, beginning, product and page', async () => {
    const product = String(await makeProduct(installation))
    const make = (key: string, ...args: string[]) =>
      cli('license', 'create', '--product', product, '--key', key, ...args)
    const ada = ['--owner-email', 'Ada@Example.com', '--owner-name', 'Ada']
    await make('LIST-free')
    await make('LIST-held', '--status', 'reserved')
    await make('LIST-idle', ...ada, '--validity', '9')
    await make('list-busy', ...ada, '--validity', '5')
    await make('LIST-over', ...ada, '--validity', '1', '--assigned-at', '2020-01-01')
    await make('LIST-shut', ...ada)
    await make('LIST-gone', ...ada)
    await installation.ask('POST /api/v1/activate', { license_key: 'list-busy', identifier: 'pc' })
    await cli('license', 'block', 'LIST-shut')
    await cli('license', 'revoke', 'LIST-gone', '--yes')
    const keys = async (...args: string[]) =>
      (await cli('license', 'list', '--product', product, ...args)).licenses.map((row: { license_key: string }) =>
        row.license_key.slice(5),
      )
    const assigned = ['idle', 'busy', 'over']
    const states = { available: ['free'], reserved: ['held'], assigned, active: ['busy'], expired: ['over'] }
    const blocked = { blocked: ['shut', 'gone'], suspended: ['shut'], inactive: ['shut'], revoked: ['gone'] }
    for (const [state, expected] of Object.entries({ ...states, ...blocked })) {
      expect([state, await keys('--status', state)]).toEqual([state, expected])
    }
    expect(await keys('--owner-email', 'ADA@example.COM')).toHaveLength(5)
    expect(await keys('--key', 'LIST-S')).toEqual(['shut'])
    expect(await keys('--sort', 'license_key')).toEqual(['busy', 'free', 'gone', 'held', 'idle', 'over', 'shut'])
    expect(await keys('--sort', '-expires_at')).toEqual(['idle', 'busy', 'over'])
    expect((await cli('license', 'search', 'list-')).licenses).toHaveLength(7)
    const walked: string[] = []
    for (let after: string[] = []; ; ) {
      const page = await cli('license', 'list', '--product', product, '--limit', '3', '--sort', '-id', ...after)
      walked.push(...page.licenses.map((row: { license_key: string }) => row.license_key.slice(5)))
      if (!page.next) break
      after = ['--after', page.next]
    }
    expect(walked).toEqual(['gone', 'shut', 'over', 'busy', 'idle', 'held', 'free'])
    await refused(['license', 'list', '--status', 'lost'], 2, 'is not one of available')
    await refused(['license', 'list', '--product', 'nowhere'], 1, 'there is no product "nowhere"')
    await refused(['license', 'list', '--contract', 'nowhere'], 1, 'there is no contract "nowhere"')
    await refused(['license', 'list', '--after', 'nonsense'], 2, '"after" takes the "next"')
    await refused(['license', 'list', '--limit', '0'], 2, '--limit')
    await refused(['license', 'list', '--sort', 'colour'], 2, 'is not one of')
    expect((await installation.cli('license', 'search', 'nothing-like-it')).out).toBe('No licence matches.\n')
  })

  test('have activations of all licences by product, device and state', async () => {
    const product = String(await makeProduct(installation))
    const first = await makeActiveLicense(installation, { product_id: Number(product) }, 'shared')
    const second = await makeActiveLicense(installation, { product_id: Number(product) }, 'shared')
    await installation.ask('POST /api/v1/activate', { license_key: first, identifier: 'own' })
    await cli('activation', 'deactivate', second, 'shared')
    const seats = async (...args: string[]) =>
      (await cli('activation', 'list', '--product', product, ...args)).activations.map(
        ({ license_key, identifier }: Record<string, string>) => [license_key, identifier],
      )
    expect(await seats()).toEqual([
      [first, 'shared'],
      [second, 'shared'],
      [first, 'own'],
    ])
    expect(await seats('--identifier', 'shared', '--status', 'active')).toEqual([[first, 'shared']])
    expect(await seats('--status', 'inactive', '--sort', '-last_verified_at')).toEqual([[second, 'shared']])
    await refused(['activation', 'list', 'no-such-key'], 1, 'there is no licence key "no-such-key"')
  })
})

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EmptyInstallation, emptyInstallation, textsIn } from '../support/empty-installation'
import { startInstallation, type TestInstallation } from '../support/installation'
import { until } from '../support/wait'

// Each step is a run of the program, which takes its time on a busy machine.
setDefaultTimeout(60_000)

let installation: TestInstallation
let place: string
beforeAll(async () => {
  installation = await startInstallation()
  place = join(installation.folder, '..')
  await fill(installation)
})
afterAll(() => installation.close())

/** A bit of everything, by the ways on which it comes in daily life. */
async function fill({ ask, cli }: TestInstallation) {
  const named = (name: string) => ({
    source: 'internal',
    name,
    description: 'It',
    require_non_expired: 1,
    status: 'active',
  })
  await ask('POST /api/v1/create-product', named('App'))
  await ask('POST /api/v1/create-product', named('Gone'))
  await ask('POST /api/v1/delete-product', { product_id: 2 })
  await ask('POST /api/v1/create-product', { ...named('Naïve "App", ½'), status: 'inactive' })
  await ask('POST /api/v1/create-product-meta', { product_id: 1, key: 'colour', value: '=1+1' })
  await cli('product', 'set', '1', '--slug', 'my-app', '--feature', 'seats:number=5')
  await cli('generator', 'create', '--product', '1', '--chunks', '4', '--chunk-length', '5', '--limit', '2')
  const contract = { contract_key: 'holder', contract_name: 'Reseller', contract_information: 'x', product_id: 1 }
  const rights = { can_get_info: 1, can_generate: 1, can_destroy: 0, can_destroy_all: 0 }
  await ask('POST /api/v1/create-contract', { ...contract, license_keys_quantity: 10, status: 'active', ...rights })
  await ask('POST /api/v1/contracts/generate', { contract_key: 'holder', quantity: 2 })
  const keys = { license_keys: ['ONE', 'TWO', '=3+3', 'FOUR'], activation_limit: 2, validity: 0, status: 'available' }
  await ask('POST /api/v1/create-license-keys', { ...keys, product_id: 1 })
  await ask('POST /api/v1/assign-license-key', {
    license_key: 'ONE',
    owner_name: 'Ada',
    owner_email: 'ada@example.com',
  })
  for (const identifier of ['old', 'new']) await ask('POST /api/v1/activate', { license_key: 'ONE', identifier })
  await ask('POST /api/v1/deactivate', { license_key: 'ONE', identifier: 'old' })
  await ask('POST /api/v1/create-license-key-meta', { license_key: 'ONE', identifier: 'new', key: 'a', value: 'b' })
  await ask('POST /api/v1/update-license-key', { license_key: 'TWO', status: 'revoked' })
  await cli('blocklist', 'add', '--ip', '203.0.113.0/24', '--reason', 'abuse')
  await cli('webhook', 'add', '--name', 'shop', '--url', 'https://shop.example.com/x', '--events', 'license.created')
  await cli('key', 'generate', '--yes', '--product', '1', '--bits', '2048')
  // A second later the server writes down when its API key was used, and is still then.
  await until(
    'the API key has been used',
    async () => (await cli('api-key', 'list', '--json')).json.api_keys[0].last_used_at,
  )
}

const exported = async (of: Pick<EmptyInstallation, 'cli'>, to: string, ...args: string[]) => {
  const { exitCode, err } = await of.cli('export', '--to', to, ...args)
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  return to
}

describe('export', () => {
  test('imported into an empty folder gives equal files, in a folder as in one file', async () => {
    const empty = await emptyInstallation()
    const out = await exported(installation, join(place, 'out'))
    const { exitCode, out: said } = await empty.cli('import', out, '--yes', '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(said)).toMatchObject({ already_there: 0, refused: 0 })
    expect(textsIn(await exported(empty, empty.path('out')))).toEqual(textsIn(out))
    const file = await exported(installation, join(place, 'out.jsonl'))
    expect(readFileSync(await exported(empty, empty.path('out.jsonl')), 'utf8')).toBe(readFileSync(file, 'utf8'))
    empty.remove()
  })

  test('holds no secret: API keys as hashes, webhooks without theirs, signing keys not at all', async () => {
    const out = await exported(installation, join(place, 'secrets'))
    const text = Object.values(textsIn(out)).join('')
    expect(Object.keys(textsIn(out))).not.toContain('signing_keys.jsonl')
    expect(text).not.toContain(installation.apiKey)
    expect(text).not.toMatch(/whsec_|PRIVATE KEY/)
    expect(statSync(join(out, 'api_keys.jsonl')).mode & 0o077).toBe(0)
  })

  test('with the signing keys lets old clients go on: same API key, same public key, same devices', async () => {
    const moved = await startInstallation()
    writeFileSync(join(place, 'passphrase'), 'a long one\n')
    const keys = ['--with-keys', '--passphrase-file', join(place, 'passphrase')]
    const out = await exported(installation, join(place, 'with-keys'), ...keys)
    expect(readFileSync(join(out, 'signing_keys.jsonl'), 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY')
    const locked = await moved.cli('import', out, '--yes')
    expect(locked.exitCode).toBe(1)
    expect(locked.out).toContain('private keys open with --passphrase-file')
    const opened = await moved.cli('import', out, '--yes', '--passphrase-file', join(place, 'passphrase'))
    expect(opened.exitCode).toBe(0)
    const device = { license_key: 'ONE', identifier: 'new' }
    const verified = await moved.ask('POST /api/v1/verify', device, { key: installation.apiKey })
    expect(verified).toMatchObject({ code: 200, signedWith: 'product' })
    const current = async (of: TestInstallation) => (await of.cli('key', 'show', '--json')).json.keys
    const ids = (await current(moved)).map(({ id }: { id: string }) => id)
    for (const { id } of await current(installation)) expect(ids).toContain(id)
    await moved.close()
  })

  test('of one table goes to standard output, and as CSV is safe in a spreadsheet and can be imported', async () => {
    const { out } = await installation.cli('export', 'licenses', '--format', 'csv')
    expect(out).toContain(",'=3+3,")
    expect(out.split('\n')[0]).toEndWith(',expires_at')
    const empty = await emptyInstallation()
    for (const table of ['products', 'generators', 'contracts']) {
      await empty.cli('import', empty.file(`${table}.jsonl`, (await installation.cli('export', table)).out), '--yes')
    }
    expect((await empty.cli('import', empty.file('licenses.csv', out), '--yes')).exitCode).toBe(0)
    expect((await empty.cli('export', 'licenses')).out).toBe((await installation.cli('export', 'licenses')).out)
    empty.remove()
  })

  test('writes over nothing, and asks for what it lacks', async () => {
    await exported(installation, join(place, 'taken'))
    const again = await installation.cli('export', '--to', join(place, 'taken'))
    expect(again.err).toContain('taken exists already: name a place that is free with --to')
    expect(await installation.cli('export')).toMatchObject({ exitCode: 2 })
    expect(await installation.cli('export', '--to', join(place, 'x'), '--with-keys')).toMatchObject({ exitCode: 2 })
    expect(await installation.cli('export', '--format', 'csv', '--to', join(place, 'x'))).toMatchObject({ exitCode: 2 })
  })
})

import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { speak, startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator } from '../support/operator'
import { secretFile } from '../support/secret-file'
import { makeActiveLicense, makeFile, makeProduct, makeRelease } from '../support/stock'

let installation: TestInstallation
beforeEach(async () => {
  installation = await startInstallation()
})
afterEach(() => installation.close())

const set = async (name: string, value: string) => {
  const { exitCode, err } = await installation.cli('setting', 'set', name, value)
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
}
const unset = async (name: string) =>
  expect(await installation.cli('setting', 'unset', name)).toMatchObject({ exitCode: 0 })

async function shown(name: string) {
  const { json } = await installation.cli('setting', 'list', '--json')
  return json.settings.find((setting: { name: string }) => setting.name === name)
}

const listProducts = (headers: Record<string, string> = {}) =>
  installation.ask('GET /api/v1/get-all-products', {}, { headers })

describe('a stored setting holds from the next request on, without a restart', () => {
  test('the pace of an address', async () => {
    for (let i = 0; i < 3; i++) expect(await listProducts()).toMatchObject({ code: 810 })
    await set('rate_limit_per_address', '1')
    await listProducts()
    expect(await listProducts()).toMatchObject({ code: 9429 })
    await unset('rate_limit_per_address')
    expect(await listProducts()).toMatchObject({ code: 810 })
  })

  test('the pace of telemetry', async () => {
    const send = () => installation.ask('POST /api/v1/send-telemetry-data', { data_group: 'pace' })
    for (let i = 0; i < 3; i++) expect(await send()).toMatchObject({ code: 831 })
    await set('telemetry_per_minute', '1')
    await send()
    expect(await send()).toMatchObject({ code: 9429 })
    await set('telemetry_per_minute', '0')
    expect(await send()).toMatchObject({ code: 831 })
  })

  test('the pace of downloads', async () => {
    const product_id = await makeProduct(installation)
    await makeRelease(installation, { product: product_id, number: 100, file: makeFile(installation, 'the program') })
    const device = { license_key: await makeActiveLicense(installation, { product_id }, 'pc'), identifier: 'pc' }
    const { response } = await installation.ask('POST /api/v1/access-downloadables', device)
    const load = async () => (await fetch(response.downloadables[0].url)).status
    expect(await load()).toBe(200)
    await set('downloads_per_minute', '1')
    await load()
    expect(await load()).toBe(429)
    await set('downloads_per_minute', '0')
    expect(await load()).toBe(200)
  })

  test('the pace of guesses, once a proxy is named', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.9' }
    let guesses = 0
    const guess = () =>
      installation.ask('POST /api/v1/verify', { license_key: `GUESS-${++guesses}`, identifier: 'x' }, { headers })
    for (let i = 0; i < 3; i++) expect(await guess()).toMatchObject({ code: 210 })
    await set('trusted_proxies', '127.0.0.0/8, ::1')
    await set('guesses_per_minute', '1')
    await guess()
    expect(await guess()).toMatchObject({ code: 9429 })
    await set('guesses_per_minute', '0')
    expect(await guess()).toMatchObject({ code: 210 })
  })

  test('whose word for an address is taken', async () => {
    const options = ['--name', 'n', '--preset', 'all', '--allow-ip', '192.0.2.7', '--json']
    const { json } = await installation.cli('api-key', 'create', ...options)
    const fromAfar = { key: json.api_key, headers: { 'x-forwarded-for': '192.0.2.7' } }
    expect(await installation.ask('GET /api/v1/get-all-products', {}, fromAfar)).toMatchObject({ code: 103 })
    await set('trusted_proxies', '127.0.0.0/8, ::1')
    expect(await installation.ask('GET /api/v1/get-all-products', {}, fromAfar)).toMatchObject({ code: 810 })
    await set('trusted_proxies', '')
    expect(await installation.ask('GET /api/v1/get-all-products', {}, fromAfar)).toMatchObject({ code: 103 })
  })

  test('whether telemetry is kept', async () => {
    const kept = async () =>
      (await installation.ask('GET /api/v1/get-telemetry-data', { product_id: 1 })).response.data.length
    const product = { source: 'internal', name: 'n', description: 'd', require_non_expired: 0, status: 'active' }
    await installation.ask('POST /api/v1/create-product', product)
    const report = { product_id: 1, data_type: 'text', data_group: 'g', data: 'x', license_key: 'none' }
    await set('telemetry', 'off')
    await installation.ask('POST /api/v1/send-telemetry-data', report)
    expect(await kept()).toBe(0)
    await set('telemetry', 'on')
    await installation.ask('POST /api/v1/send-telemetry-data', report)
    expect(await kept()).toBe(1)
  })
})

describe('setting list', () => {
  test('has every setting with its value, its origin and its documentation', async () => {
    await set('keep_calls', '7')
    expect(await shown('keep_calls')).toEqual({
      name: 'keep_calls',
      value: '7',
      source: 'stored',
      is_overridden: false,
      default: '30',
      is_storable: true,
      ...{ subject: 'retention', type: 'number', choices: [], minimum: 0, maximum: 36_500 },
      ...{ is_secret: false, is_path: false, flag: '--keep-calls', variable: 'LATCHKEY_KEEP_CALLS' },
      updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
      doc: expect.stringContaining('days'),
    })
    expect(await shown('call_log')).toMatchObject({
      ...{ value: 'all', source: 'default', updated_at: null },
      ...{ type: 'choice', choices: ['all', 'refusals', 'off'] },
    })
    expect(await shown('data_dir')).toMatchObject({
      value: installation.folder,
      source: 'variable',
      is_storable: false,
    })
    const { out } = await installation.cli('setting', 'list')
    expect(out).toMatch(/keep_calls +7 +stored +30 /)
  })

  test('shows what the process was given as it was written', async () => {
    const timed = await startInstallation({ backup_keep: '07' })
    const { json } = await timed.cli('setting', 'list', '--json')
    const keep = json.settings.find((setting: { name: string }) => setting.name === 'backup_keep')
    expect(keep).toMatchObject({ value: '07', source: 'variable' })
    await timed.close()
  })

  test('shows a secret to nobody, and its file holds it sealed', async () => {
    const token = 'envato-7c1f2ab9-very-secret'
    const file = join(installation.folder, '..', 'token')
    writeFileSync(file, `${token}\n`)
    const stored = await installation.cli('setting', 'set', 'envato_token', '--value-file', file)
    expect(stored).toMatchObject({ exitCode: 0, err: '' })
    expect(await shown('envato_token')).toMatchObject({ value: '•••', source: 'stored' })
    const { out } = await installation.cli('setting', 'list')
    expect(stored.out + out).not.toContain(token)
    for (const name of readdirSync(installation.folder)) {
      expect(readFileSync(join(installation.folder, name)).includes(token), name).toBeFalse()
    }
  })
})

describe('what cannot be is refused, and nothing is changed', () => {
  test.each<[string, string[], number, RegExp]>([
    ['a setting nobody knows', ['set', 'colour', 'blue'], 2, /"colour".*setting list/],
    ['one that belongs to the process', ['set', 'port', '80'], 2, /port.*--port.*LATCHKEY_PORT/],
    ['a value that does not parse', ['set', 'keep_jobs', 'long'], 2, /keep_jobs is "long".*whole number/],
    ['a proxy that is no address', ['set', 'trusted_proxies', 'nginx'], 2, /trusted_proxies.*CIDR/],
    ['no value at all', ['set', 'keep_jobs'], 2, /--value-file/],
    ['an end to what is not there', ['unset', 'keep_jobs'], 1, /nothing is stored for keep_jobs.*setting list/],
  ])('%s', async (_, args, code, sentence) => {
    const before = await installation.cli('setting', 'list')
    const { exitCode, out, err } = await installation.cli('setting', ...args)
    expect({ exitCode, out, err }).toEqual({ exitCode: code, out: '', err: expect.stringMatching(sentence) })
    expect((await installation.cli('setting', 'list')).out).toBe(before.out)
  })

  test('what contradicts another setting', async () => {
    const refusal = async (...args: string[]) => {
      const { exitCode, err } = await installation.cli('setting', ...args)
      expect(exitCode).toBe(2)
      return err
    }
    await set('webhook_allow_list', '10.0.0.0/8')
    expect(await refusal('set', 'allow_private_webhooks', 'on')).toContain('webhook_allow_list says nothing')
    await unset('webhook_allow_list')
    await set('allow_private_webhooks', 'on')
    expect(await refusal('set', 'webhook_allow_list', '10.0.0.0/8')).toContain('webhook_allow_list says nothing')
    await set('envato_url', 'http://envato.example')
    expect(await refusal('set', 'envato_token', '--value-file', secretFile('x'))).toContain('unencrypted')
  })
})

test('a variable of the process goes before what is stored, and that is said', async () => {
  const bound = await startInstallation({ changelog: 'on', telemetry: 'on' })
  const { exitCode, out } = await bound.cli('setting', 'set', 'changelog', 'off')
  expect(exitCode).toBe(0)
  expect(out).toContain('The variable goes before what is stored')
  const list = await bound.cli('setting', 'list', '--json')
  const changelog = list.json.settings.find((setting: { name: string }) => setting.name === 'changelog')
  expect(changelog).toMatchObject({ value: 'on', source: 'variable', is_overridden: true })
  await bound.close()
})

test.each([
  ['ON', 'on'],
  ['True', 'on'],
  ['yes', 'on'],
  ['1', 'on'],
  ['Off', 'off'],
  ['FALSE', 'off'],
  ['no', 'off'],
  ['0', 'off'],
])('a switch takes "%s", stored or as a variable, and is shown as %s', async (word, value) => {
  await set('changelog', word)
  expect(await shown('changelog')).toMatchObject({ value, source: 'stored' })
  const audit = await installation.cli('audit', 'list', '--json')
  expect(JSON.stringify(audit.json)).toContain(`"after":{"value":"${value}"}`)
  const { json } = await speak(['setting', 'show', 'changelog', '--json'], {
    LATCHKEY_DATA_DIR: installation.folder,
    LATCHKEY_CHANGELOG: word,
  })
  expect(json).toMatchObject({ value, source: 'variable' })
})

test('a word that is neither yes nor no is refused by a switch', async () => {
  const { exitCode, err } = await installation.cli('setting', 'set', 'changelog', 'maybe')
  expect({ exitCode, err }).toEqual({ exitCode: 2, err: expect.stringContaining('"maybe", but it takes on or off') })
})

test("a path on the server's machine is stored at its shell alone", async () => {
  const owner = await makeOperator(installation, 'owner')
  const { status, body } = await owner.tell('PUT /settings/backup_passphrase_file', { value: '/srv/www' })
  expect({ status, body }).toEqual({
    status: 422,
    body: { error: expect.objectContaining({ message: expect.stringContaining('setting set') }) },
  })
  expect(await shown('backup_passphrase_file')).toMatchObject({ source: 'default' })
})

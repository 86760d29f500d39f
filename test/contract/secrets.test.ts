import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { startInstallation, type TestInstallation } from '../support/installation'
import { secretFile } from '../support/secret-file'
import { makeActiveLicense, makeProduct } from '../support/stock'

setDefaultTimeout(60_000)

let installation: TestInstallation
/** Every secret of the story, as bytes, by what it is. */
const secrets = new Map<string, Buffer>()
let backup: string
beforeAll(async () => {
  installation = await startInstallation()
  const cli = async (...args: string[]) => {
    const spoken = await installation.cli(...args, '--json')
    if (spoken.exitCode) throw new Error(spoken.err)
    return spoken.json
  }
  const file = (name: string, content: string) => {
    const path = join(installation.folder, '..', name)
    writeFileSync(path, content)
    return path
  }
  const keep = (what: string, secret: string | Buffer) => secrets.set(what, Buffer.from(secret))

  keep('API key', installation.apiKey)
  const { id, api_key } = await cli('api-key', 'create', '--name', 'rotated', '--preset', 'client')
  keep('API key before its rotation', api_key)
  keep('API key after its rotation', (await cli('api-key', 'rotate', String(id), '--overlap', '1d')).api_key)
  keep('imported API key', 'string-of-an-older-server-0815')
  await cli(
    'api-key',
    'create',
    '--name',
    'old',
    '--preset',
    'client',
    '--import-file',
    secretFile('string-of-an-older-server-0815'),
  )
  keep('password', 'correct horse battery staple 77')
  const password = file('password', 'correct horse battery staple 77\n')
  await cli('user', 'create', '--name', 'ada', '--role', 'owner', '--password-file', password)
  keep('operator token', (await cli('user', 'tokens', 'create', 'ada', '--name', 'script')).token)
  const login = await fetch(`${installation.url}/admin/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ name: 'ada', password: 'correct horse battery staple 77' }),
  })
  expect(login.status).toBe(200)
  keep('session', /=([^;]+)/.exec(login.headers.get('set-cookie')!)![1]!)
  const webhook = await cli('webhook', 'add', '--name', 'x', '--url', 'https://shop.test/', '--events', 'all')
  keep('webhook secret', webhook.secret)
  keep('Envato token', 'envato-token-of-the-vendor')
  await cli('setting', 'set', 'envato_token', '--value-file', file('envato', 'envato-token-of-the-vendor'))
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  keep(
    'private key',
    Buffer.from(
      createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })).export({ format: 'jwk' }).p!,
      'base64url',
    ),
  )
  await cli('key', 'import', '--yes', file('key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()))

  const license_key = await makeActiveLicense(installation, { product_id: await makeProduct(installation) }, 'laptop')
  for (const key of [installation.apiKey, api_key, 'no-key-of-ours-at-all']) {
    await installation.ask('POST /api/v1/verify', { license_key, identifier: 'laptop' }, { key })
  }
  keep('passphrase', 'the passphrase of the backup')
  backup = join(installation.folder, '..', 'all.tar.gz')
  await cli('backup', backup, '--passphrase-file', file('passphrase', 'the passphrase of the backup'))
})
afterAll(() => installation.close())

const found = (bytes: Buffer) => [...secrets].filter(([, secret]) => bytes.includes(secret)).map(([what]) => what)

describe('after a story in which every kind of secret was used', () => {
  test('there are as many of them as there are kinds', () => {
    expect(secrets.size).toBe(11)
    expect([...secrets.values()].every(({ length }) => length >= 16)).toBe(true)
  })

  test('the data folder holds none of them', () => {
    const names = readdirSync(installation.folder, { recursive: true }).map(String)
    const files = names.map((name) => join(installation.folder, name)).filter((path) => statSync(path).isFile())
    expect(files.some((path) => path.endsWith('sealing.key'))).toBe(true)
    expect(files.map((path) => [path, found(readFileSync(path))])).toEqual(files.map((path) => [path, []]))
  })

  test('the backup holds none of them, nor the sealing key', () => {
    const sealingKey = readFileSync(join(installation.folder, 'sealing.key'), 'utf8').trim()
    const content = gunzipSync(readFileSync(backup))
    expect(content.includes('latchkey.db')).toBe(true)
    expect(found(content)).toEqual([])
    expect(content.includes(sealingKey)).toBe(false)
    expect(content.includes(Buffer.from(sealingKey, 'hex'))).toBe(false)
  })

  test('nothing that lists or shows gives one away', async () => {
    for (const list of [
      'api-key list',
      'user list',
      'user tokens list ada',
      'webhook list',
      'setting list',
      'key show',
      'audit list',
      'call list',
    ]) {
      const { out, exitCode } = await installation.cli(...list.split(' '), '--json')
      expect({ list, exitCode, gaveAway: found(Buffer.from(out)) }).toEqual({ list, exitCode: 0, gaveAway: [] })
    }
  })
})

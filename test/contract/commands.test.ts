import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { version } from '../../package.json'
import { buildProgram } from '../../src/cli/program'
import { responseProblemOf } from '../../src/signing/check'
import { binary, startInstallation, type TestInstallation } from '../support/installation'
import { secretFile } from '../support/secret-file'
import { makeActiveLicense, makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
})
afterAll(() => installation.close())

/** A file beside the data folder that holds this; its path. */
function file(name: string, text: string) {
  const path = join(installation.folder, '..', name)
  writeFileSync(path, text)
  return path
}

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey
const pemOf = (key: KeyObject) => createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
const answer = async () => (await installation.ask('POST /api/v1/verify')).text

describe('init', () => {
  test('says what exists and replaces nothing', async () => {
    const [first, second] = [await installation.cli('init', '--json'), await installation.cli('init', '--json')]
    expect(Object.keys(first.json)).toEqual(['data_dir', 'key_id', 'public_key'])
    expect(second.json).toEqual(first.json)
    expect(first.json.data_dir).toBe(installation.folder)
    expect(responseProblemOf(await answer(), first.json.public_key)).toBeUndefined()
    expect((await installation.cli('init')).out).toContain('nothing was changed')
  })
})

describe('key import', () => {
  const forms: [string, (key: KeyObject) => string][] = [
    ['PKCS#1', (key) => key.export({ type: 'pkcs1', format: 'pem' }).toString()],
    ['PKCS#8', (key) => key.export({ type: 'pkcs8', format: 'pem' }).toString()],
  ]

  test.each(forms)('takes %s; the very next answer is signed with it', async (name, write) => {
    const key = rsa(2048)
    const imported = await installation.cli('key', 'import', '--yes', file(`${name}.pem`, write(key)), '--json')
    expect(imported).toMatchObject({ exitCode: 0, json: { public_key: pemOf(key), bits: 2048, retired_at: null } })
    expect(responseProblemOf(await answer(), pemOf(key))).toBeUndefined()
  })

  // What it signed is counted a moment later.
  const withoutUses = ({ keys }: { keys: { uses: unknown }[] }) => keys.map(({ uses, ...key }) => key)

  const encrypted = (key: KeyObject, type: 'pkcs1' | 'pkcs8') =>
    key.export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' }).toString()

  test.each(['pkcs1', 'pkcs8'] as const)('takes an encrypted %s key with its passphrase alone', async (type) => {
    const key = rsa(3072)
    const pem = file('encrypted.pem', encrypted(key, type))
    const before = await installation.cli('key', 'show', '--json')

    const without = await installation.cli('key', 'import', '--yes', pem)
    expect(without).toMatchObject({ exitCode: 1, out: '', err: expect.stringContaining('--passphrase-file') })
    const wrong = await installation.cli(
      'key',
      'import',
      '--yes',
      pem,
      '--passphrase-file',
      file('wrong', 'abracadabra\n'),
    )
    expect(wrong).toMatchObject({ exitCode: 1, out: '', err: expect.stringContaining('passphrase') })
    expect(withoutUses((await installation.cli('key', 'show', '--json')).json)).toEqual(withoutUses(before.json))

    const right = await installation.cli(
      'key',
      'import',
      '--yes',
      pem,
      '--passphrase-file',
      file('right', 'open sesame\n'),
    )
    expect(right.exitCode).toBe(0)
    expect(responseProblemOf(await answer(), pemOf(key))).toBeUndefined()
  })

  const pkcs8 = { type: 'pkcs8', format: 'pem' } as const
  test.each<[string, string, RegExp]>([
    [
      'an elliptic curve key',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pkcs8).toString(),
      /RSA key is needed/,
    ],
    ['a key of 1024 bits', rsa(1024).export(pkcs8).toString(), /1024 bits; at least 2048/],
    ['a public key', pemOf(rsa(2048)), /not a private key/],
    ['a letter', 'Dear Sir or Madam', /not a private key/],
  ])('refuses %s and goes on with the key it has', async (_, text, reason) => {
    const before = await installation.cli('key', 'show', '--json')
    const { exitCode, out, err } = await installation.cli('key', 'import', '--yes', file('bad.pem', text), '--json')
    expect({ exitCode, out, err }).toEqual({ exitCode: 1, out: '', err: expect.stringMatching(reason) })
    expect(withoutUses((await installation.cli('key', 'show', '--json')).json)).toEqual(withoutUses(before.json))
  })

  test('takes a key it had before again', async () => {
    const key = rsa(2048)
    const pem = file('again.pem', key.export(pkcs8).toString())
    await installation.cli('key', 'import', '--yes', pem)
    await installation.cli('key', 'rotate', '--overlap', '0', '--yes', '--bits', '2048')
    expect((await installation.cli('key', 'import', '--yes', pem)).exitCode).toBe(0)
    expect(responseProblemOf(await answer(), pemOf(key))).toBeUndefined()
    const { keys } = (await installation.cli('key', 'show', '--json')).json
    expect(keys.filter((each: { retired_at: string | null }) => each.retired_at === null)).toHaveLength(2)
  })
})

describe('key rotate', () => {
  test('signs the very next answer with a fresh key and keeps the old public key in sight', async () => {
    const [before] = (await installation.cli('key', 'show', '--json')).json.keys
    const rotated = await installation.cli('key', 'rotate', '--overlap', '0', '--yes', '--bits', '2048', '--json')
    expect(rotated.json.key_id).not.toBe(before.key_id)
    expect(responseProblemOf(await answer(), rotated.json.public_key)).toBeUndefined()
    const { keys } = (await installation.cli('key', 'show', '--json')).json
    expect(keys[0]).toMatchObject({ key_id: rotated.json.key_id, bits: 2048, retired_at: null })
    expect(keys[1]).toMatchObject({ key_id: before.key_id, public_key: before.public_key })
    expect(keys[1].retired_at).toEqual(expect.any(String))
  })
})

describe('verify-response', () => {
  test('tells a genuine answer from an altered one', async () => {
    const text = await answer()
    const genuine = await installation.cli('verify-response', file('genuine.json', text))
    expect(genuine).toMatchObject({ exitCode: 0, err: '', out: expect.stringContaining('Genuine') })
    const altered = file('altered.json', text.replace('Invalid license key', 'Valid license key'))
    expect(await installation.cli('verify-response', altered)).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining('Not genuine'),
    })
    const { out, exitCode } = await installation.cli('verify-response', altered, '--json')
    expect(exitCode).toBe(1)
    expect(JSON.parse(out)).toEqual({ genuine: false, reason: expect.stringContaining('response') })
  })

  test('knows the answers of a retired key, and asks a given key alone', async () => {
    const [{ public_key }] = (await installation.cli('key', 'show', '--json')).json.keys
    const old = file('old.json', await answer())
    const rotated = await installation.cli('key', 'rotate', '--overlap', '0', '--yes', '--bits', '2048', '--json')
    expect((await installation.cli('verify-response', old)).exitCode).toBe(0)
    const oldKey = file('old.pem', public_key)
    const newKey = file('new.pem', rotated.json.public_key)
    expect((await installation.cli('verify-response', '--public-key', oldKey, old)).exitCode).toBe(0)
    expect((await installation.cli('verify-response', '--public-key', newKey, old)).exitCode).toBe(1)
  })

  test('takes nothing for an answer but what has a code and a timestamp, signed as it may be', async () => {
    const { response } = await installation.ask('GET /api/v1/keys')
    const [{ signature }] = response.signatures
    const keys = JSON.parse(Buffer.from(response.signed_keys, 'base64').toString())
    const envelope = { response: keys, response_base64: response.signed_keys, private_key_used: 'global', signature }
    const { exitCode, out } = await installation.cli('verify-response', file('keys.json', JSON.stringify(envelope)))
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: expect.stringContaining('no answer') })
  })

  test('says what was signed, and whether it is the answer that was asked for, each in a line of its own', async () => {
    const product_id = await makeProduct(installation)
    const { uuid } = (await installation.cli('product', 'show', String(product_id), '--json')).json
    const license_key = await makeActiveLicense(installation, { product_id }, 'd')
    const { text } = await installation.ask('POST /api/v1/verify', {
      license_key,
      identifier: 'd',
      nonce: 'my-own-nonce',
    })
    const path = file('bound.json', text)
    const said = await installation.cli('verify-response', path)
    expect(said.out).toMatch(/^200 "Valid license key", signed at .+\.\nGenuine: .*\n$/)
    const code = async (...args: string[]) => (await installation.cli('verify-response', path, ...args)).exitCode
    for (const product of [String(product_id), uuid]) {
      expect(await code('--nonce', 'my-own-nonce', '--product', product, '--max-age', '1d')).toBe(0)
    }
    for (const args of [
      ['--nonce', 'another-nonce'],
      ['--product', '99'],
      ['--product', uuid.replace(/^./, 'x')],
    ]) {
      expect([args, await code(...args)]).toEqual([args, 1])
    }
    for (const age of ['0', 'long', '5']) expect([age, await code('--max-age', age)]).toEqual([age, 2])
    const wrong = await installation.cli('verify-response', path, '--nonce', 'another-nonce')
    expect(wrong.out).toContain('Genuine, but not what was asked for: it holds another nonce.')
    const bare = file('bare.json', await answer())
    for (const [option, value] of [
      ['--nonce', 'my-own-nonce'],
      ['--product', uuid],
    ] as const) {
      const { exitCode, out } = await installation.cli('verify-response', bare, option, value)
      expect({ exitCode, out }).toEqual({ exitCode: 1, out: expect.stringMatching(/holds no nonce|names no product/) })
    }
  })

  test('checks an offline file as well: its signature, nonce, product and age', async () => {
    const product = await makeProduct(installation)
    const license_key = await makeActiveLicense(installation, { product_id: product }, 'd')
    const ask = async (fields: object) =>
      (
        await fetch(`${installation.url}/api/v1/licenses/${license_key}/offline-file`, {
          method: 'POST',
          headers: { authorization: `Bearer ${installation.apiKey}`, 'content-type': 'application/json' },
          body: JSON.stringify({ identifier: 'd', ...fields }),
        })
      ).text()
    const text = await ask({ nonce: 'my-own-nonce' })
    const bound = file('bound-file.json', text)
    const check = (...args: string[]) => installation.cli('verify-response', ...args)
    const expected = ['--nonce', 'my-own-nonce', '--product', String(product), '--max-age', '1d']
    expect(await check(bound, ...expected)).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(
        new RegExp(`^Offline file of ${license_key} for "d", signed at .+\\.\nGenuine: .*\n$`),
      ),
    })
    for (const [path, args, said] of [
      [bound, ['--product', '99'], `about product ${product}`],
      [bound, ['--nonce', 'another-nonce'], 'another nonce'],
      [file('plain-file.json', await ask({})), ['--product', String(product)], 'names no product'],
      [file('altered-file.json', text.replace('"grace_period_days":0', '"grace_period_days":9')), [], 'does not fit'],
    ] as const) {
      expect(await check(path, ...args)).toMatchObject({ exitCode: 1, out: expect.stringContaining(said) })
    }
  })

  test.skipIf(Boolean(binary))('tells an answer that is older than was asked for', async () => {
    await installation.advance(-2 * 86_400_000)
    const old = file('old-answer.json', await answer())
    await installation.advance(2 * 86_400_000)
    expect((await installation.cli('verify-response', old, '--max-age', '3d')).exitCode).toBe(0)
    const late = await installation.cli('verify-response', old, '--max-age', '1d')
    expect(late).toMatchObject({ exitCode: 1, out: expect.stringContaining('seconds ago') })
  })

  test.each(['', 'no answer', '{}'])('calls "%s" no answer', async (text) => {
    expect((await installation.cli('verify-response', file('none.json', text))).exitCode).toBe(1)
  })

  test('says what it cannot read', async () => {
    const genuine = file('genuine.json', await answer())
    for (const args of [['nowhere.json'], ['--public-key', 'nowhere.pem', genuine]]) {
      const { exitCode, out, err } = await installation.cli('verify-response', ...args)
      expect({ exitCode, out, err }).toEqual({
        exitCode: 1,
        out: '',
        err: expect.stringContaining('cannot read nowhere'),
      })
    }
    const noKey = await installation.cli('verify-response', '--public-key', file('none.pem', 'no key'), genuine)
    expect(noKey).toMatchObject({ exitCode: 1, out: '', err: expect.stringContaining('none.pem') })
  })
})

/** The words that lead to every command and group of commands. */
function waysTo(command: Command, words: string[] = []): string[][] {
  return [words, ...command.commands.flatMap((child) => waysTo(child, [...words, child.name()]))]
}
const program = buildProgram({ env: {}, out() {}, err() {} })
const ways = waysTo(program)

/** The lists that need no further word. */
const lists = program.commands.flatMap((group) =>
  group.commands
    .filter((command) => command.name() === 'list' && !command.registeredArguments.some(({ required }) => required))
    .map(() => `${group.name()} list`),
)

describe('the command line', () => {
  test.each(ways.map((words) => [['latchkey', ...words].join(' '), words] as const))(
    '%s --help says how to use it',
    async (name, words) => {
      const { exitCode, out, err } = await installation.cli(...words, '--help')
      expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
      expect(out).toStartWith(`Usage: ${name} `)
      expect(out.split('\n').filter((line) => line.length > 80)).toEqual([])
      expect(out).not.toMatch(/default: (\[\]|"")/)
    },
  )

  test.each(ways.map((words) => [['latchkey', ...words].join(' '), words] as const))(
    '%s refuses an option it does not know',
    async (_, words) => {
      const { exitCode, out, err } = await installation.cli(...words, '--no-such-option')
      expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
      expect(err).toMatch(/unknown option '--no-such-option'|required option/)
    },
  )

  test.each([
    ['nonsense', /nonsense/],
    ['key nonsense', /nonsense/],
    ['api-key nonsense', /nonsense/],
    ['init nonsense', /too many arguments/],
    ['api-key revoke', /missing required argument 'id'/],
    ['key import', /missing required argument/],
  ])('refuses "%s"', async (line, reason) => {
    const { exitCode, out, err } = await installation.cli(...line.split(' '))
    expect({ exitCode, out, err }).toEqual({ exitCode: 2, out: '', err: expect.stringMatching(reason) })
    expect(err).toStartWith('latchkey: ')
  })

  test('shows what strangers wrote without the commands a terminal would take from it', async () => {
    const product_id = await makeProduct(installation)
    const license_key = await makeLicense(installation, { product_id })
    await installation.ask('POST /api/v1/activate', { license_key, identifier: 'a\u001b[2Jb\u009bc\nd' })
    const { out } = await installation.cli('activation', 'list', license_key)
    expect(out).toContain('\na\\u001b[2Jb\\u009bc\\nd  taken')
    expect((await installation.cli('activation', 'list', license_key, '--json')).json.activations).toMatchObject([
      { identifier: 'a\u001b[2Jb\u009bc\nd' },
    ])
  })

  test('shows moments so that options take them', async () => {
    const add = ['blocklist', 'add', '--ip', '203.0.113.99', '--expires-at']
    const { json } = await installation.cli(...add, '2040-01-02T03:04:56+02:00', '--json')
    expect((await installation.cli('blocklist', 'list')).out).toContain('203.0.113.99  2040-01-02 01:04')
    expect((await installation.cli(...add, '2040-01-02T01:04Z', '--json')).json).toEqual({
      ...json,
      expires_at: '2040-01-02T01:04:00.000Z',
    })
  })

  test('says its version', async () => {
    expect(await installation.cli('--version')).toMatchObject({ exitCode: 0, out: `${version}\n`, err: '' })
  })

  test.each([
    'init',
    'key show',
    'key rotate --bits 2048 --overlap 0 --yes',
    'api-key create --name j --can verify',
    'api-key revoke 1 --yes',
    ...lists,
  ])('%s --json prints exactly one JSON document', async (line) => {
    const { exitCode, out, err } = await installation.cli(...line.split(' '), '--json')
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(typeof JSON.parse(out)).toBe('object')
  })
})

describe('api-key create', () => {
  test.each<[string[], number, RegExp]>([
    [['--preset', 'all'], 2, /--name/],
    [['--name', ' ', '--preset', 'all'], 2, /--name: .* required/],
    [['--name', 'x'], 2, /--preset .* --can/],
    [['--name', 'x', '--can', 'fly'], 2, /"fly" is not one of/],
    [['--name', 'x', '--preset', 'king'], 2, /king/],
    [['--name', 'x', '--preset', 'all', '--allow-ip', '10.0.0.0/33'], 2, /10\.0\.0\.0\/33/],
    [['--name', 'x', '--preset', 'all', '--rate-limit', '0'], 2, /--rate-limit: 0 is not a whole number from 1/],
    [
      ['--name', 'x', '--preset', 'all', '--expires-at', 'tomorrow'],
      2,
      /--expires-at: "tomorrow" is not a date: write 2030-01-31/,
    ],
    [['--name', 'x', '--preset', 'all', '--expires-at', '2020-01-01'], 2, /past/],
    [['--name', 'x', '--preset', 'all', '--import-file', secretFile('with space')], 2, /without spaces/],
    [['--name', 'x', '--preset', 'all', '--import-file', secretFile('nineteen-characters')], 2, /takes a key of 20 to/],
  ])('%p is refused and makes nothing', async (args, exitCode, reason) => {
    const before = (await installation.cli('api-key', 'list', '--json')).json
    const spoken = await installation.cli('api-key', 'create', ...args)
    expect(spoken).toMatchObject({ exitCode, out: '', err: expect.stringMatching(reason) })
    expect((await installation.cli('api-key', 'list', '--json')).json).toEqual(before)
  })

  test('refuses a value that is there already, and revoke an id that is not', async () => {
    const args = [
      'api-key',
      'create',
      '--name',
      'x',
      '--preset',
      'all',
      '--import-file',
      secretFile('twice-the-same-string'),
    ]
    expect((await installation.cli(...args)).exitCode).toBe(0)
    expect(await installation.cli(...args)).toMatchObject({ exitCode: 1, out: '' })
    expect(await installation.cli('api-key', 'revoke', '999', '--yes')).toMatchObject({ exitCode: 1, out: '' })
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { languages } from '../../src/clients/languages'
import { hostile } from '../support/hostile-text'
import { startInstallation, type TestInstallation } from '../support/installation'
import { fenced, pages } from '../support/readme'
import { secretFile } from '../support/secret-file'
import { makeProduct } from '../support/stock'
import { missing, present } from './toolchains'

let installation: TestInstallation
let top: string
let product: string
beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), 'latchkey-printed-'))
  installation = await startInstallation()
  product = String(await makeProduct(installation, { name: 'Printed' }))
  await installation.cli('product', 'set', product, '--feature', 'seats:number=5', '--feature', 'tier:string=basic')
})
afterAll(async () => {
  await installation.close()
  rmSync(top, { recursive: true, force: true })
})

const print = (...args: string[]) => installation.cli('client', ...args)

describe('latchkey client', () => {
  test('lists the languages', async () => {
    const { out, json } = await print('list', '--json')
    expect(json.map(({ name }: { name: string }) => name)).toEqual(languages.map(({ name }) => name))
    expect(out).toContain('licensing.py')
    for (const { name, floor } of languages) expect((await print('list')).out).toContain(`${name.padEnd(12)}${floor}`)
  })

  test('fills in server, product and public keys, and nothing is left to fill in', async () => {
    const shown = await installation.cli('key', 'show', '--json')
    const uuid = (await installation.cli('product', 'show', product, '--json')).json.uuid
    for (const { name, fileName } of languages) {
      const { out, json } = await print(name, '--server', 'https://licences.example.com/keys/', '--json')
      const { source, file_name } = json
      expect(file_name).toBe(fileName)
      expect(source).toMatch(/["']https:\/\/licences\.example\.com\/keys["']/)
      expect(source).toContain(uuid)
      for (const { public_key } of shown.json.keys) {
        expect(source).toContain(public_key.replace(/-----[^-]+-----|\s/g, ''))
      }
      expect(source).not.toMatch(/["']@[a-z-]+@["']|biome-ignore/)
      expect(JSON.parse(out).source).toBe(source)
      expect((await print(name, '--server', 'https://licences.example.com/keys')).out).toBe(source)
    }
  })

  test('makes an API key with the preset client on request alone', async () => {
    const count = async () => (await installation.cli('api-key', 'list', '--json')).json.api_keys.length
    const before = await count()
    await print('python', '--server', installation.url)
    expect(await count()).toBe(before)
    const unprintable = await print('python', '--server', 'nowhere', '--new-api-key')
    expect(unprintable).toMatchObject({ exitCode: 2, out: '' })
    expect(await count()).toBe(before)
    const { json } = await print('python', '--server', installation.url, '--new-api-key', '--json')
    const [, token] = /^API_KEY = "(\S+)"$/m.exec(json.source)!
    expect(await count()).toBe(before + 1)
    const { api_keys } = (await installation.cli('api-key', 'list', '--json')).json
    expect(api_keys.map(({ name }: { name: string }) => name)).toContain(json.api_key_name)
    const verify = await installation.ask('POST /api/v1/verify', { license_key: 'X', identifier: 'y' }, { key: token! })
    expect(verify.code).toBe(210)
    const sell = await installation.ask('GET /api/v1/get-all-products', {}, { key: token! })
    expect(sell.code).toBe(102)
  })

  test('puts in an API key that is handed in, if it may do no more than a customer', async () => {
    const made = async (...args: string[]) => {
      const { json } = await installation.cli('api-key', 'create', '--name', 'Handed in', ...args, '--json')
      return { ...json, file: secretFile(json.api_key) }
    }
    const put = (file: string, ...more: string[]) =>
      print('python', '--product', product, '--server', installation.url, '--api-key-file', file, ...more)
    const client = await made('--preset', 'client')
    expect((await put(client.file)).out).toContain(`API_KEY = "${client.api_key}"`)
    const [shop, all, weak] = [
      await made('--preset', 'shop'),
      await made('--preset', 'all'),
      await made('--can', 'activate'),
    ]
    const revoked = await made('--preset', 'client')
    await installation.cli('api-key', 'revoke', String(revoked.id), '--yes')
    for (const [file, said] of [
      [shop.file, 'may do more than a customer (assign-license-key'],
      [all.file, 'may do more than a customer (*)'],
      [weak.file, 'may not verify licences'],
      [revoked.file, 'is revoked'],
      [secretFile('lk_nobody-has-this-key'), 'there is no API key with this value'],
    ] as const) {
      const { exitCode, out, err } = await put(file)
      expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
      expect(err).toContain(said)
      expect(err.trim().split('\n')).toHaveLength(1)
    }
    expect(await put(client.file, '--new-api-key')).toMatchObject({ exitCode: 2, out: '' })
  })

  test('takes the grace of the product, where it is shorter than the usual one', async () => {
    const graceIn = async () =>
      (await print('python', '--server', installation.url)).out.match(/^GRACE_DAYS = .*$/m)![0]
    expect(await graceIn()).toBe('GRACE_DAYS = 7')
    await installation.cli('product', 'set', product, '--offline-grace-days', '3')
    expect(await graceIn()).toBe('GRACE_DAYS = 3')
    await installation.cli('product', 'set', product, '--offline-grace-days', '30')
  })

  test('takes no name for a place to fill in', async () => {
    for (const name of ['@public-keys@', '@api-key@', 'GRACE_DAYS = 7']) {
      const named = String(await makeProduct(installation, { name }))
      await installation.cli('product', 'set', named, '--offline-grace-days', '3')
      const { out } = await print('python', '--product', named, '--server', installation.url)
      expect(out).toContain(`PRODUCT_NAME = "${name}"\n`)
      expect(out).toContain('\nGRACE_DAYS = 3\n')
      await installation.ask('POST /api/v1/delete-product', { product_id: named })
    }
  })

  test('trusts the named keys alone', async () => {
    const [key] = (await installation.cli('key', 'show', '--json')).json.keys
    const { out } = await print('python', '--server', installation.url, '--key-id', key.key_id)
    expect(out.match(/^ +"MI/gm)).toHaveLength(1)
  })

  test.each([
    ['an unknown language', ['pyton', '--server', 'https://a.example'], 'did you mean "python"?'],
    ['no server', ['python'], 'add --server'],
    ['a server without a scheme', ['python', '--server', 'licences.example.com'], 'not the address of a server'],
    ['another scheme', ['python', '--server', 'javascript:alert(1)'], 'not the address of a server'],
    ['an address with a password', ['python', '--server', 'https://a:b@c.example'], 'not the address of a server'],
    ['an address with a query', ['python', '--server', 'https://c.example/?a'], 'not the address of a server'],
    ['an unknown key', ['python', '--server', 'https://a.example', '--key-id', 'x'], 'see "latchkey key show"'],
  ])('refuses %s in one sentence', async (_, args, said) => {
    const { exitCode, out, err } = await print(...args)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    expect(err).toStartWith('latchkey: ')
    expect(err).toContain(said)
    expect(err.trim().split('\n')).toHaveLength(1)
  })

  test('asks which product, and refuses one that is not there', async () => {
    const other = await makeProduct(installation, { name: 'Another' })
    const [several, unknown] = [
      await print('python', '--server', installation.url),
      await print('python', '--server', installation.url, '--product', 'nonesuch'),
    ]
    expect(several).toMatchObject({ exitCode: 2, err: expect.stringContaining('name one with --product') })
    expect(unknown).toMatchObject({ exitCode: 1, err: expect.stringContaining('there is no product "nonesuch"') })
    await installation.ask('POST /api/v1/delete-product', { product_id: other })
  })
})

test.each(missing)('%s is not proved here: its tools are not installed', (name, { tool }) => {
  console.warn(`Not proved: ${name}, for want of ${tool}.`)
})

/** A program without the namespace that a product has in PHP. */
const neutral = (program: string) => program.replace(/Latchkey\\P[0-9a-f]{8}/g, 'Latchkey\\P')

test('the guide has the program of each language as it is printed', async () => {
  for (const language of languages) {
    const { program } = (await print(language.name, '--product', product, '--server', installation.url, '--json')).json
    const tag = language.name === 'typescript' ? 'ts' : language.name
    expect(fenced(tag, pages.licensing).map(neutral)).toContain(neutral(program))
  }
})

describe.each(present)('a file printed for %s', (name, toolchain) => {
  test('is sound, whatever the names are', async () => {
    const named = await makeProduct(installation, { name: hostile('client', 255), external_reference: "'" })
    const server = `https://licences.example.com/'"\`\${x}\\*/?>%22`.replace('?', '')
    const { json, err } = await print(toolchain.language, '--product', String(named), '--server', server, '--json')
    expect(err).toBe('')
    const folder = join(top, name.replaceAll(' ', '-'))
    mkdirSync(folder)
    await toolchain.compile(folder, json.source)
    await installation.ask('POST /api/v1/delete-product', { product_id: named })
  })
})

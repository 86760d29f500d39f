import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { type Php, startPhp } from '../support/php'
import { fenced, pages } from '../support/readme'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let php: Php
let folder: string
let publicKey: string
let device: { license_key: string; identifier: string }
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-readme-'))
  const [typescript = ''] = fenced('ts', pages.integrate)
  await Bun.write(join(folder, 'latchkey.ts'), typescript)
  await Bun.write(join(folder, 'latchkey.mjs'), new Bun.Transpiler({ loader: 'ts' }).transformSync(typescript))
  php = await startPhp(fenced('php', pages.integrate)[0])

  installation = await startInstallation()
  publicKey = (await installation.cli('key', 'show', '--json')).json.keys[0].public_key
  const product_id = await makeProduct(installation)
  device = { license_key: await makeLicense(installation, { product_id }), identifier: 'my-laptop' }
  await installation.ask('POST /api/v1/activate', device)
})
afterAll(async () => {
  php.exit()
  await installation.close()
  rmSync(folder, { recursive: true, force: true })
})

const verdictOf = (said: string) =>
  ({ 'not signed by': 'not genuine', 'is old': 'not fresh' })[/not signed by|is old/.exec(said)?.[0] ?? ''] ?? said

/** The ways a client reads an answer: the code that was signed, or why there is none. */
const readers = {
  async 'TypeScript on Bun'(answer: string, pem: string) {
    const { openAnswer } = await import(join(folder, 'latchkey.ts'))
    try {
      return openAnswer(answer, pem).code
    } catch (error) {
      return verdictOf(String(error))
    }
  },
  async 'TypeScript on Node'(answer: string, pem: string) {
    const script = `import { openAnswer } from './latchkey.mjs'
      const [answer, pem] = JSON.parse(process.argv[1])
      try { console.log(openAnswer(answer, pem).code) } catch (error) { console.log(String(error)) }`
    const node = Bun.spawn(['node', '--input-type=module', '-e', script, JSON.stringify([answer, pem])], {
      cwd: folder,
      stdout: 'pipe',
    })
    const said = (await new Response(node.stdout).text()).trim()
    return /^\d+$/.test(said) ? Number(said) : verdictOf(said)
  },
  async PHP(answer: string, pem: string) {
    const code = `try { echo json_encode(latchkey_open_answer($input[0], $input[1])['code']); }
      catch (RuntimeException | JsonException $problem) { echo json_encode($problem->getMessage()); }`
    const said = JSON.parse(await php.run(code, [answer, pem]))
    return typeof said === 'number' ? said : verdictOf(said)
  },
}

const verify = async (identifier = device.identifier) =>
  (await installation.ask('POST /api/v1/verify', { ...device, identifier })).text

/** The answer with one character of one of its texts replaced by another that base64 knows. */
function alter(answer: string, name: 'response_base64' | 'signature', at: number) {
  const envelope = JSON.parse(answer)
  const text: string = envelope[name]
  envelope[name] = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
  return JSON.stringify(envelope)
}

describe.each(Object.entries(readers))('the example for clients, %s', (_, read) => {
  test('finds a real answer genuine', async () => {
    expect(await read(await verify(), publicKey)).toBe(200)
  })

  test('finds it not genuine once a byte is changed', async () => {
    const answer = await verify()
    for (const name of ['response_base64', 'signature'] as const) {
      for (const at of [0, 40]) expect(await read(alter(answer, name, at), publicKey)).toBe('not genuine')
    }
  })

  test('believes what was signed, whatever the readable copy says', async () => {
    const envelope = JSON.parse(await verify('another-laptop'))
    envelope.response.code = 200
    expect(await read(JSON.stringify(envelope), publicKey)).toBe(202)
  })

  test("finds an answer not genuine under somebody else's key", async () => {
    const { publicKey: other } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    expect(await read(await verify(), String(other.export({ type: 'spki', format: 'pem' })))).toBe('not genuine')
  })

  test.each([-301, 320])('refuses an answer from a clock %d seconds away', async (seconds) => {
    await installation.advance(seconds * 1000)
    const answer = await verify()
    await installation.advance(-seconds * 1000)
    expect(await read(answer, publicKey)).toBe('not fresh')
  })

  test('finds an answer without a signature not genuine', async () => {
    const { response_base64 } = JSON.parse(await verify())
    for (const signature of [undefined, null, '', 'Private key not set', [1]]) {
      expect(await read(JSON.stringify({ response_base64, signature }), publicKey)).toBe('not genuine')
    }
    expect(await read('{}', publicKey)).toBe('not genuine')
  })

  test('throws at what is no answer at all', async () => {
    expect(await read('<html>', publicKey)).toMatch(/JSON|Syntax/i)
  })
})

describe('the examples for devices without a connection', () => {
  const day = 86_400_000

  async function example(name: string) {
    const file = join(folder, `${name}.ts`)
    await Bun.write(file, fenced('ts', pages.integrate).find((block) => block.includes(`function ${name}(`))!)
    return (await import(file))[name] as (
      text: string,
      pem: string,
      identifier: string,
      now?: number,
      product?: string,
    ) => { result: string; why: string; license?: { [field: string]: unknown } }
  }

  const otherKey = String(
    generateKeyPairSync('rsa', { modulusLength: 4096 }).publicKey.export({ type: 'spki', format: 'pem' }),
  )

  const good = { result: 'good' }
  const ended = { result: 'refused', why: expect.stringContaining('ended') }
  const cannotTell = { result: 'cannot tell', why: expect.any(String) }
  const unclear = (why: string) => ({ ...cannotTell, why: expect.stringContaining(why) })

  test('open the signed JSON file, and no other', async () => {
    const open = await example('openOfflineFile')
    const ask = async (fields: Record<string, string>) => {
      const url = `${installation.url}/api/v1/licenses/${device.license_key}/offline-file`
      const headers = { authorization: `Bearer ${installation.apiKey}` }
      return (await fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields) })).text()
    }
    const text = await ask({ hardware_id: device.identifier })
    const now = installation.now().getTime()
    expect(open(text, publicKey, device.identifier)).toMatchObject({
      ...good,
      license: { key: device.license_key, status: 'active' },
    })
    expect(open(text, otherKey, device.identifier)).toMatchObject(unclear('not signed'))
    expect(open(text.replace('"active"', '"Active"'), publicKey, device.identifier)).toMatchObject(
      unclear('not signed'),
    )
    expect(open(text, publicKey, 'another-laptop')).toMatchObject(unclear('another device'))
    expect(open(text, publicKey, device.identifier, now + 1.01 * day)).toMatchObject(unclear('lapsed'))
    expect(open(text, publicKey, device.identifier, now - 3_600_000)).toMatchObject(unclear('clock'))
    const graceful = await ask({ hardware_id: device.identifier, grace_period_days: '3' })
    expect(open(graceful, publicKey, device.identifier, now + 3.9 * day)).toHaveProperty(
      'license.key',
      device.license_key,
    )
    expect(open(graceful, publicKey, device.identifier, now + 4.1 * day)).toMatchObject(unclear('lapsed'))
    const named = await ask({ hardware_id: device.identifier, nonce: 'my-own-nonce' })
    const { product_uuid } = JSON.parse(named)
    expect(open(named, publicKey, device.identifier, now, product_uuid)).toMatchObject(good)
    expect(open(named, publicKey, device.identifier, now, 'another')).toMatchObject(unclear('another product'))
    expect(open(text, publicKey, device.identifier, now, product_uuid)).toMatchObject(unclear('another product'))
    const change = (validity: number) =>
      installation.ask('POST /api/v1/update-license-key', { license_key: device.license_key, validity })
    await change(3)
    const ending = await ask({ hardware_id: device.identifier, grace_period_days: '30' })
    expect(open(ending, publicKey, device.identifier, now + 1.8 * day)).toHaveProperty(
      'license.key',
      device.license_key,
    )
    // The grace is of whole days, and ends before the licence does.
    expect(open(ending, publicKey, device.identifier, now + 2.1 * day)).toMatchObject(unclear('lapsed'))
    expect(open(ending, publicKey, device.identifier, now + 3.1 * day)).toMatchObject(ended)
    await change(365)
  })

  test('open the .lic file, and no other', async () => {
    const open = await example('openLicenseFile')
    const { response } = await installation.ask('POST /api/v1/get-license-file', device)
    const text: string = response.licFileContent
    expect(open(text, publicKey, device.identifier)).toMatchObject({
      ...good,
      license: { license_key: device.license_key, licenseCheckInterval: 1, forceLicenseValidation: 7 },
    })
    expect(open(text, otherKey, device.identifier)).toMatchObject(cannotTell)
    // A name longer than a block, the only thing that can be mixed, and the digest that shows it.
    const file = async (identifier: string) => {
      await installation.ask('POST /api/v1/activate', { ...device, identifier })
      const { response } = await installation.ask('POST /api/v1/get-license-file', { ...device, identifier })
      return Buffer.from(response.licFileContent, 'base64')
    }
    const names = ['d', 'e'].map((letter) => letter.padEnd(1023, 'd')) as [string, string]
    const [one, two] = [await file(names[0]), await file(names[1])]
    expect(open(one.toString('base64'), publicKey, names[0])).toHaveProperty('license.license_key')
    const blockBytes = createPublicKey(publicKey).asymmetricKeyDetails!.modulusLength! / 8
    for (let cut = blockBytes; cut < one.length; cut += blockBytes) {
      const mixed = Buffer.concat([one.subarray(0, cut), two.subarray(cut)]).toString('base64')
      for (const name of names)
        expect(open(mixed, publicKey, name)).toMatchObject({
          ...cannotTell,
          why: expect.stringMatching(/put together|JSON/),
        })
    }
    expect(open(text, publicKey, 'another-laptop')).toMatchObject(unclear('another device'))
    const now = installation.now().getTime()
    expect(open(text, publicKey, device.identifier, now + 364 * day)).toHaveProperty('license.license_key')
    expect(open(text, publicKey, device.identifier, now + 366 * day)).toMatchObject(ended)
  })

  test.each(['openOfflineFile', 'openLicenseFile'])(
    '%s cannot tell by what is no file, or with no key',
    async (name) => {
      const open = await example(name)
      for (const text of ['', 'null', '5', '[]', '{}', '<html>', '{"license":5,"signature":"x"}']) {
        for (const pem of [publicKey, '', 'no key']) expect(open(text, pem, 'my-laptop')).toMatchObject(cannotTell)
      }
    },
  )
})

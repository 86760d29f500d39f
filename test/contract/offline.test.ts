import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { constants, createPublicKey, publicDecrypt, verify } from 'node:crypto'
import { eq, isNull } from 'drizzle-orm'
import { licenses } from '../../db/schema/licensing'
import { signingKeys } from '../../db/schema/operations'
import { generateRsaKey, toSigningKey } from '../../src/signing/key-pair'
import { putInPlace } from '../../src/signing/service'
import { beside } from '../support/beside'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeLicense, makeProduct } from '../support/stock'

const day = 86_400_000
// Letters of several bytes, so many that the blocks' borders cut through some of them.
const device = `gerät-${'ü'.repeat(300)}`
const features = { seats: 5, pro: true, 'ünï/cödé': 'a/b "ß" 😀', Zebra: 'upper case sorts first' }

let installation: TestInstallation
let plain: number
let own: number
beforeAll(async () => {
  installation = await startInstallation()
  plain = await makeProduct(installation)
  own = await makeProduct(installation)
  await beside(installation, async ({ db, sealer, clock }) => {
    const key = toSigningKey(await generateRsaKey(3072), sealer, { productId: own, now: clock() })
    await db.write((tx) => putInPlace(tx, key))
  })
})
afterAll(() => installation.close())

interface ShownKey {
  product_id: number | null
  public_key: string
  retired_at: string | null
}

async function publicKeyOf(product: number | null) {
  const { keys } = (await installation.cli('key', 'show', '--json')).json
  const { public_key } = keys.find((key: ShownKey) => key.product_id === product && !key.retired_at)
  return createPublicKey(public_key)
}
type PublicKey = Awaited<ReturnType<typeof publicKeyOf>>

async function makeFeatured(product_id: number, fields = {}) {
  const key = await makeActiveLicense(installation, { product_id, ...fields }, device)
  await beside(installation, ({ db }) =>
    db.write(async (tx) => {
      await tx.update(licenses).set({ features }).where(eq(licenses.licenseKey, key))
    }),
  )
  return key
}

/** A reader after the format's description: base64, blocks of the key's size, each opened with the public key. */
function readLicenseFile(text: string, key: PublicKey) {
  const bytes = Buffer.from(text, 'base64')
  const blockBytes = key.asymmetricKeyDetails!.modulusLength! / 8
  expect(bytes.length % blockBytes).toBe(0)
  const pieces: Buffer[] = []
  for (let start = 0; start < bytes.length; start += blockBytes) {
    pieces.push(publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, bytes.subarray(start, start + blockBytes)))
  }
  for (const piece of pieces.slice(0, -1)) expect(piece.length).toBe(blockBytes - 11)
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces)))
}

describe('get-license-file', () => {
  const door = 'POST /api/v1/get-license-file'

  test('gives a file that the public key of the product opens, else the global one', async () => {
    for (const [product, scope, signedWith] of [
      [plain, null, 'global'],
      [own, own, 'product'],
    ] as const) {
      const license_key = await makeFeatured(product, { validity: 10 })
      const asked = Math.floor(installation.now().getTime() / 1000) * 1000
      const answer = await installation.ask(door, { license_key, identifier: device })
      expect(answer).toMatchObject({ code: 502, status: 200, signedWith })
      expect(Object.keys(answer.response)).toEqual(['code', 'message', 'licFileContent', 'timestamp'])
      const file = readLicenseFile(answer.response.licFileContent, await publicKeyOf(scope))
      expect(file).toMatchObject({ license_key, licenseKey: license_key, status: 'active', features })
      expect(file).toMatchObject({ hardware_id: device, domain: device })
      expect(file.product_uuid).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
      expect(file.product).toEqual({ uuid: file.product_uuid })
      expect([file.licenseCheckInterval, file.forceLicenseValidation].every(Number.isInteger)).toBe(true)
      expect(file.expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      expect(Math.abs(Date.parse(file.expires_at) - (asked + 10 * day))).toBeLessThan(60_000)
      expect(file).not.toHaveProperty('lastCheckedDate')
    }
  })

  test('says of a licence that never ends that it never ends', async () => {
    const license_key = await makeFeatured(plain, { validity: 0 })
    const { response } = await installation.ask(door, { license_key, identifier: device })
    expect(readLicenseFile(response.licFileContent, await publicKeyOf(null)).expires_at).toBeNull()
  })

  test('makes nothing that another key opens, or that can be altered', async () => {
    const license_key = await makeFeatured(own)
    const { response } = await installation.ask(door, { license_key, identifier: device })
    const another = createPublicKey(await generateRsaKey(3072))
    expect(() => readLicenseFile(response.licFileContent, another)).toThrow()
    const key = await publicKeyOf(own)
    for (const at of [0, 200, 400]) {
      const bytes = Buffer.from(response.licFileContent, 'base64')
      bytes[at]! ^= 1
      expect(() => readLicenseFile(bytes.toString('base64'), key)).toThrow()
    }
  })

  test('answers many at once, each with its own file', async () => {
    const keys = await Promise.all(
      Array.from({ length: 20 }, () => makeActiveLicense(installation, { product_id: plain }, device)),
    )
    const answers = await Promise.all(
      keys.map((license_key) => installation.ask(door, { license_key, identifier: device })),
    )
    const opener = await publicKeyOf(null)
    const read = answers.map(({ response }) => readLicenseFile(response.licFileContent, opener).license_key)
    expect(read).toEqual(keys)
  })

  test('refuses in the words of verify, but an unknown key with 501', async () => {
    const active = await makeActiveLicense(installation, { product_id: plain }, device)
    const unused = await makeLicense(installation, { product_id: plain })
    const stocked = await makeLicense(installation, { product_id: plain, status: 'available' })
    const blocked = await makeActiveLicense(installation, { product_id: own }, device)
    await installation.ask('POST /api/v1/update-license-key', { license_key: blocked, status: 'blocked' })
    const identifier = device
    expect(await installation.ask(door, { license_key: 'NOBODY', identifier })).toMatchObject({ code: 501 })
    expect(await installation.ask(door, {})).toMatchObject({ code: 501 })
    expect(await installation.ask(door, { license_key: active, identifier, product_id: own })).toMatchObject({
      code: 501,
    })
    expect(await installation.ask(door, { license_key: active })).toMatchObject({ code: 215 })
    expect(await installation.ask(door, { license_key: stocked, identifier })).toMatchObject({ code: 201 })
    expect(await installation.ask(door, { license_key: unused, identifier })).toMatchObject({ code: 202 })
    expect(await installation.ask(door, { license_key: blocked, identifier })).toMatchObject({
      code: 204,
      signedWith: 'product',
    })
    const { json } = await installation.cli('api-key', 'create', '--name', 'x', '--can', 'verify', '--json')
    expect(await installation.ask(door, { license_key: active, identifier }, { key: json.api_key })).toMatchObject({
      code: 102,
    })
  })
})

describe('the offline file', () => {
  const hour = 3_600_000
  const ask = (license: string, fields: object) =>
    fetch(`${installation.url}/api/v1/licenses/${encodeURIComponent(license)}/offline-file`, {
      method: 'POST',
      headers: { authorization: `Bearer ${installation.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(fields),
    })

  const endOf = async (license: string): Promise<string> =>
    `${new Date((await installation.cli('license', 'show', license, '--json')).json.expires_at).toISOString().slice(0, 19)}Z`

  interface SignedFile {
    grace_period_days: number
    license: { expires_at: string } & Record<string, unknown>
    issued_at: string
    last_verified_at: string
    signature: string
  }
  const read = async (answer: Response) => (await answer.json()) as SignedFile

  /** Compact JSON with sorted keys, written out by hand. */
  function canonical(value: unknown): string {
    if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
    if (typeof value !== 'object' || value === null) return JSON.stringify(value)
    const record = value as Record<string, unknown>
    const members = Object.keys(record)
      .toSorted()
      .map((key) => `${JSON.stringify(key)}:${canonical(record[key])}`)
    return `{${members.join(',')}}`
  }

  const isGenuine = ({ signature, ...rest }: Record<string, unknown>, key: PublicKey, write = canonical) =>
    verify('sha256', Buffer.from(write(rest)), key, Buffer.from(signature as string, 'base64'))

  test('is signed by the product, else globally, over sorted keys and in the order of the file alike', async () => {
    for (const [product, scope] of [
      [plain, null],
      [own, own],
    ] as const) {
      const license = await makeFeatured(product)
      const answer = await ask(license, { hardware_id: device })
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json'])
      const text = await answer.text()
      const file = JSON.parse(text)
      const key = await publicKeyOf(scope)
      expect(isGenuine(file, key)).toBe(true)
      expect(isGenuine(file, key, JSON.stringify)).toBe(true)
      expect(text).toBe(canonical(file))
      expect(text).toContain('"ünï/cödé":"a/b \\"ß\\" 😀"')
      expect(isGenuine({ ...file, grace_period_days: 1 }, key)).toBe(false)
      expect(isGenuine({ ...file, license: { ...file.license, key: 'ANOTHER' } }, key)).toBe(false)
      expect(isGenuine(file, await publicKeyOf(scope === null ? own : null))).toBe(false)
    }
  })

  test('says what is asked and what is so, and lapses after a day', async () => {
    const key = await makeFeatured(plain, { activation_limit: 3, validity: 365 })
    const asked = { hardware_id: device, domain: device, grace_period_days: '7', environment: 'Staging' }
    const { signature, issued_at, last_verified_at, ...file } = await read(await ask(key, asked))
    expect<unknown>(file).toEqual({
      version: '1.0',
      license: {
        key,
        status: 'active',
        expires_at: new Date(Date.parse(issued_at) + 24 * hour).toISOString().replace('.000Z', 'Z'),
        ends_at: await endOf(key),
        hardware_id: device,
        domain: device,
        features,
        activations_limit: 3,
        activations_count: 1,
      },
      grace_period_days: 7,
      environment: 'staging',
    })
    expect(last_verified_at).toBe(issued_at)
    expect(Math.abs(Date.parse(issued_at) - installation.now().getTime())).toBeLessThan(60_000)
    expect(signature).toMatch(/^[A-Za-z0-9+/]+=*$/)
  })

  test('names its product and the request it answers under the signature, if asked with a nonce', async () => {
    const license = await makeFeatured(own)
    const { uuid } = (await installation.cli('product', 'show', String(own), '--json')).json
    const sha256 = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest('hex')
    const text = await (await ask(license, { identifier: device, nonce: 'my-own-nonce' })).text()
    const file = JSON.parse(text)
    expect(file).toMatchObject({ nonce: 'my-own-nonce', product_id: own, product_uuid: uuid })
    expect(file).toMatchObject({ license_key_sha256: sha256(license), identifier_sha256: sha256(device) })
    expect(text).toBe(canonical(file))
    const key = await publicKeyOf(own)
    expect(isGenuine(file, key)).toBe(true)
    expect(isGenuine({ ...file, product_uuid: uuid.replace(/^./, 'x') }, key)).toBe(false)
    expect((await ask(license, { identifier: device, nonce: 'short' })).status).toBe(400)
  })

  test('always names its product if an operator makes it, and comes out of the command as it was signed', async () => {
    const license = await makeFeatured(own)
    const { uuid } = (await installation.cli('product', 'show', String(own), '--json')).json
    const { out } = await installation.cli('license', 'file', license, device, '--kind', 'json')
    expect(JSON.parse(out)).toMatchObject({ product_id: own, product_uuid: uuid })
    expect(isGenuine(JSON.parse(out), await publicKeyOf(own))).toBe(true)
  })

  test('says until when the licence is good, and grants no grace beyond that', async () => {
    const key = await makeActiveLicense(installation, { product_id: plain, validity: 4 }, device)
    const end = async (agoHours: number) => {
      const assigned_at = new Date(installation.now().getTime() - agoHours * hour).toISOString()
      await installation.ask('POST /api/v1/update-license-key', { license_key: key, assigned_at })
      return endOf(key)
    }
    for (const [agoHours, grace] of [
      [0, 2],
      [26, 1],
      [80, 0],
      [95, 0],
    ] as const) {
      const ends_at = await end(agoHours)
      const file = await read(await ask(key, { identifier: device, grace_period_days: 30 }))
      expect(file).toMatchObject({ grace_period_days: grace, license: { ends_at } })
      const last = Date.parse(file.license.expires_at) + file.grace_period_days * day
      expect(last).toBeLessThanOrEqual(Date.parse(ends_at))
    }
    const endless = await makeActiveLicense(installation, { product_id: plain, validity: 0 }, device)
    const file = await read(await ask(endless, { identifier: device, grace_period_days: 30 }))
    expect(file).toMatchObject({ grace_period_days: 30, license: { ends_at: null } })
  })

  test('has no more grace than its product grants, whatever a client asks for', async () => {
    const product = await makeProduct(installation)
    const key = await makeActiveLicense(installation, { product_id: product }, device)
    const graceOf = async (days?: number) =>
      (await read(await ask(key, { identifier: device, ...(days !== undefined && { grace_period_days: days }) })))
        .grace_period_days
    expect([await graceOf(), await graceOf(5), await graceOf(30)]).toEqual([0, 5, 30])
    const set = await installation.cli('product', 'set', String(product), '--offline-grace-days', '3', '--json')
    expect(set.json).toMatchObject({ offline_grace_days: 3 })
    expect([await graceOf(), await graceOf(2), await graceOf(30)]).toEqual([0, 2, 3])
    await installation.cli('product', 'set', String(product), '--offline-grace-days', '0')
    expect(await graceOf(30)).toBe(0)
    for (const wrong of ['31', '-1', 'many']) {
      const refused = await installation.cli('product', 'set', String(product), `--offline-grace-days=${wrong}`)
      expect(refused.exitCode).not.toBe(0)
    }
    expect(await graceOf(30)).toBe(0)
  })

  test('ends with the licence where that is sooner, and is bound to what was named', async () => {
    const key = await makeActiveLicense(installation, { product_id: plain, validity: 1 }, 'site.test')
    const assignedAt = new Date(Math.floor(installation.now().getTime() / 1000) * 1000 - 20 * hour)
    await installation.ask('POST /api/v1/update-license-key', {
      license_key: key,
      assigned_at: assignedAt.toISOString(),
    })
    const byDomain = await read(await ask(key, { domain: 'site.test' }))
    expect(Date.parse(byDomain.license.expires_at)).toBe(assignedAt.getTime() + day)
    expect(byDomain.license).toMatchObject({ domain: 'site.test', hardware_id: null, features: [] })
    expect(byDomain).toMatchObject({ grace_period_days: 0, environment: 'production' })
    const byIdentifier = await read(await ask(key, { identifier: 'site.test' }))
    expect(byIdentifier.license).toMatchObject({ domain: null, hardware_id: 'site.test' })
  })

  test('is for the device that holds the seat: a second field cannot name another, nor one that is blocked', async () => {
    const key = await makeActiveLicense(installation, { product_id: plain, activation_limit: 1 }, 'the-seat')
    await installation.cli('blocklist', 'add', '--identifier', 'turned-away')
    const door = `POST /api/v1/licenses/${key}/offline-file` as const
    for (const other of ['turned-away', 'without-a-seat']) {
      for (const name of ['hardware_id', 'hardwareId', 'hwid', 'domain', 'server_domain']) {
        const asked = { identifier: 'the-seat', [name]: other, grace_period_days: 30 }
        const refused = await installation.ask(door, asked)
        expect(refused).toMatchObject({ code: 9400, response: { detail: expect.stringContaining('holds the seat') } })
        // v1's file names the seat's device alone, whatever else is sent.
        const { response } = await installation.ask('POST /api/v1/get-license-file', { ...asked, license_key: key })
        const named = readLicenseFile(response.licFileContent, await publicKeyOf(null))
        expect([named.hardware_id, named.domain]).toEqual(['the-seat', 'the-seat'])
      }
    }
    const pairs = [
      { hardware_id: 'the-seat', domain: 'without-a-seat' },
      { hardware_id: 'without-a-seat', domain: 'the-seat' },
      { hardware_id: 'the-seat', hardwareId: 'without-a-seat' },
    ]
    for (const pair of pairs) expect([9400, 202]).toContain(Number((await installation.ask(door, pair)).code))
    for (const path of [door, 'POST /api/v1/get-license-file'] as const) {
      const fields = { license_key: key, hardware_id: 'turned-away' }
      expect(await installation.ask(path, fields)).toMatchObject({ code: 150 })
    }
    const same = { identifier: 'the-seat', hardware_id: ' the-seat ', domain: 'the-seat' }
    expect((await read(await ask(key, same))).license).toMatchObject({ hardware_id: 'the-seat', domain: 'the-seat' })
  })

  test('is refused in the envelope, in the words of verify', async () => {
    const door = (key: string) => `POST /v1/licenses/${key}/offline-file` as const
    const active = await makeActiveLicense(installation, { product_id: plain }, device)
    const expired = await makeActiveLicense(installation, { product_id: plain, validity: 1 }, device)
    const assigned_at = new Date(installation.now().getTime() - 2 * day).toISOString()
    await installation.ask('POST /api/v1/update-license-key', { license_key: expired, assigned_at })
    const fields = { hardware_id: device }
    expect(await installation.ask(door('NOBODY'), fields)).toMatchObject({ code: 210 })
    expect(await installation.ask(door(active), {})).toMatchObject({ code: 215 })
    expect(await installation.ask(door(active), { hardware_id: 'another' })).toMatchObject({ code: 202 })
    expect(await installation.ask(door(expired), fields)).toMatchObject({ code: 205 })
    expect(await installation.ask(door(active), fields, { key: null })).toMatchObject({ code: 100, status: 401 })
    const days = 'The field "grace_period_days" must be a whole number from 0 to 30.'
    for (const [wrong, detail] of [
      [{ grace_period_days: 31 }, days],
      [{ grace_period_days: -1 }, days],
      [{ environment: 'mars' }, 'The field "environment" must be one of production, staging, development.'],
      [{ domain: 'x'.repeat(1025) }, 'The field "domain" has the wrong type or is too long.'],
    ] as const) {
      const refused = await installation.ask(door(active), { ...fields, ...wrong })
      expect(refused).toMatchObject({ code: 9400, status: 400, response: { detail } })
    }
  })
})

test('without any private key both kinds are 503', async () => {
  const keyless = await startInstallation()
  try {
    const product_id = await makeProduct(keyless)
    const license_key = await makeActiveLicense(keyless, { product_id }, device)
    await beside(keyless, ({ db, clock }) =>
      db.write(async (tx) => {
        await tx.update(signingKeys).set({ retiredAt: clock() }).where(isNull(signingKeys.retiredAt))
      }),
    )
    for (const path of ['get-license-file', `licenses/${license_key}/offline-file`]) {
      const answer = await fetch(`${keyless.url}/api/v1/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${keyless.apiKey}` },
        body: new URLSearchParams({ license_key, identifier: device }),
      })
      expect(await answer.json()).toMatchObject({
        response: { code: 503, message: 'Failed to generate license file' },
        private_key_used: 'global',
        signature: 'Private key not set',
      })
    }
  } finally {
    await keyless.close()
  }
})

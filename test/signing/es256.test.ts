import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHash, verify } from 'node:crypto'
import { responseProblemOf } from '../../src/signing/check'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeFile, makeProduct } from '../support/stock'
import { until } from '../support/wait'

const dayMs = 86_400_000
const identifier = 'laptop'

interface ListedKey {
  key_id: string
  product_id: number | null
  algorithm: 'RS256' | 'ES256'
  bits: number
  public_key: string
  state: string
  retired_at: string | null
  certified_by: string | null
  certificate: string | null
}

let installation: TestInstallation
let license_key: string
let product_id: number
beforeAll(async () => {
  installation = await startInstallation()
  product_id = await makeProduct(installation)
  license_key = await makeActiveLicense(installation, { product_id }, identifier)
})
afterAll(() => installation.close())

const list = async (): Promise<ListedKey[]> =>
  (await installation.ask('GET /api/v1/keys', {}, { key: null })).response.keys
const companionOf = (keys: ListedKey[], { key_id }: ListedKey) =>
  keys.find(({ algorithm, certified_by }) => algorithm === 'ES256' && certified_by === key_id)!

/** The global key of that standing, and its companion. */
async function pair(state = 'current', owner: number | null = null) {
  const keys = await list()
  const rsa = keys.find((key) => key.algorithm === 'RS256' && key.state === state && key.product_id === owner)!
  return { rsa, companion: companionOf(keys, rsa) }
}

const ask = (fields: Record<string, unknown> = {}, asking = {}) =>
  installation.ask('POST /api/v1/verify', { license_key, identifier, ...fields }, asking)
const isBy = ({ public_key }: ListedKey, { text }: { text: string }) =>
  responseProblemOf(text, public_key) === undefined

describe('a request that chooses ES256', () => {
  test.each(['json', 'form', 'multipart'] as const)('in a body as %s is answered by the companion', async (as) => {
    const { rsa, companion } = await pair()
    const answer = await ask({ signature_algorithm: 'ES256' }, { as })
    expect(answer).toMatchObject({ code: 200, signedWith: 'global' })
    expect([isBy(companion, answer), isBy(rsa, answer)]).toEqual([true, false])
    const { response_base64, signature } = JSON.parse(answer.text)
    const bytes = Buffer.from(signature, 'base64')
    expect(bytes).toHaveLength(64)
    const key = { key: companion.public_key, dsaEncoding: 'ieee-p1363' } as const
    expect(verify('sha256', Buffer.from(response_base64), key, bytes)).toBe(true)
  })

  test('in the query, or by the id of the companion alone, is as well', async () => {
    const { companion } = await pair()
    const lookup = await installation.ask('GET /api/v1/get-product', { product_id, signature_algorithm: 'ES256' })
    expect(isBy(companion, lookup)).toBe(true)
    expect(isBy(companion, await ask({ signature_algorithm: ' es256 ' }))).toBe(true)
    expect(isBy(companion, await ask({ key_id: companion.key_id }))).toBe(true)
  })

  test('is answered with the text that RSA would sign', async () => {
    const said = (answer: { response: Record<string, unknown> }) => ({ ...answer.response, timestamp: 0 })
    for (const path of ['verify', 'get-license-key-details', 'activate'] as const) {
      const fields = { license_key, identifier }
      const plain = await installation.ask(`POST /api/v1/${path}`, fields)
      const chosen = await installation.ask(`POST /api/v1/${path}`, { ...fields, signature_algorithm: 'ES256' })
      expect(said(chosen)).toEqual(said(plain))
    }
  })

  test('with a nonce gets an answer of its own, each signed anew', async () => {
    const { companion } = await pair()
    const nonces = Array.from({ length: 20 }, (_, i) => `nonce-no-${i}`)
    const answers = await Promise.all(nonces.map((nonce) => ask({ nonce, signature_algorithm: 'ES256' })))
    for (const [i, answer] of answers.entries()) {
      expect(answer.response).toMatchObject({ code: 200, nonce: nonces[i], product_id })
      expect(isBy(companion, answer)).toBe(true)
    }
    expect(new Set(answers.map(({ text }) => JSON.parse(text).signature)).size).toBe(nonces.length)
  })

  test('is refused in it, by the gate as by a rule, and told the keys in it', async () => {
    const { companion } = await pair()
    const chosen = { signature_algorithm: 'ES256' }
    for (const [code, answer] of [
      [210, await ask({ license_key: 'UNKNOWN', ...chosen })],
      [100, await ask(chosen, { key: 'lk_wrong' })],
      [100, await ask({ key_id: companion.key_id }, { key: 'lk_wrong' })],
      [632, await installation.ask('GET /api/v1/keys', chosen, { key: null })],
    ] as const) {
      expect(answer.code).toBe(code)
      expect(isBy(companion, answer)).toBe(true)
    }
  })
})

describe('a request that does not', () => {
  test.each([{}, { signature_algorithm: 'RS256' }, { signature_algorithm: '' }, { signature_algorithm: null }])(
    'with %p is answered by RSA',
    async (fields) => {
      expect(isBy((await pair()).rsa, await ask(fields))).toBe(true)
    },
  )

  test('names RS256, whichever key it names beside it', async () => {
    const { rsa, companion } = await pair()
    expect(isBy(rsa, await ask({ key_id: companion.key_id, signature_algorithm: 'RS256' }))).toBe(true)
  })

  test.each(['HS256', 'none', 256, true, [['ES256']]])(
    'names %p is refused: 9400 says which there are',
    async (name) => {
      for (const answer of [
        await ask({ signature_algorithm: name }),
        await installation.ask('GET /api/v1/keys', { signature_algorithm: name }, { key: null }),
      ]) {
        expect(answer).toMatchObject({ code: 9400, status: 400 })
        expect(answer.response.detail).toBe('The field "signature_algorithm" must be one of RS256, ES256.')
      }
    },
  )
})

describe('a companion', () => {
  test('is certified by its RSA key, in a text of its own, and listed behind all RSA keys', async () => {
    const { rsa, companion } = await pair()
    expect(companion).toMatchObject({ algorithm: 'ES256', bits: 256, state: 'current', product_id: null })
    const der = Buffer.from(companion.public_key.replace(/-----.*?-----|\s/g, ''), 'base64')
    const hash = createHash('sha256').update(der).digest('hex')
    expect(companion.key_id).toBe(hash.slice(0, 16))
    const text = ['latchkey companion certificate', rsa.key_id, companion.key_id, hash].join('\n')
    const certificate = Buffer.from(companion.certificate!, 'base64')
    expect(verify('sha256', Buffer.from(text), rsa.public_key, certificate)).toBe(true)
    const algorithms = (await list()).map(({ algorithm }) => algorithm)
    expect(algorithms).toEqual([...algorithms].sort().reverse())
  })

  test('is counted apart from its key, and both count where a key is to be replaced', async () => {
    const { rsa, companion } = await pair()
    await ask({ key_id: companion.key_id, nonce: 'named-one' })
    await ask({ signature_algorithm: 'ES256', nonce: 'named-none' })
    const shown = async (id: string) =>
      (await installation.cli('key', 'show', '--json')).json.keys.find(({ key_id }: ListedKey) => key_id === id).uses
    await until('the counts are written', async () => (await shown(companion.key_id)).named > 0)
    const [own, whole] = [await shown(rsa.key_id), await shown(companion.key_id)]
    expect(whole.unnamed).toBeGreaterThan(0)
    const { err } = await installation.cli('key', 'rotate', '--overlap', '0')
    const total = own.named + own.unnamed + whole.named + whole.unnamed
    expect(Number(/signed (\d+) answers/.exec(err)![1])).toBeGreaterThanOrEqual(total)
  })

  test('proves an answer at the terminal, and a forged one not', async () => {
    const { rsa, companion } = await pair()
    const { text } = await ask({ signature_algorithm: 'ES256', nonce: 'at-a-terminal' })
    const file = makeFile(installation, text, 'answer.json')
    const pem = makeFile(installation, companion.public_key, 'companion.pem')
    const check = (...args: string[]) => installation.cli('verify-response', file, ...args)
    expect((await check('--public-key', pem, '--nonce', 'at-a-terminal')).exitCode).toBe(0)
    expect((await check('--nonce', 'at-a-terminal')).exitCode).toBe(0)
    const foreign = makeFile(installation, rsa.public_key, 'rsa.pem')
    expect(await check('--public-key', foreign)).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining('Not genuine'),
    })
    const forged = makeFile(installation, text.replace('Valid', 'valid'), 'forged.json')
    expect((await installation.cli('verify-response', forged, '--public-key', pem)).exitCode).toBe(1)
  })

  test('is given as a file, and by name', async () => {
    const { companion } = await pair()
    const file = await fetch(`${installation.url}/api/product/public-key?signature_algorithm=ES256`)
    expect(await file.text()).toBe(companion.public_key)
    const named = await installation.ask('GET /api/v1/get-product-public-key', {
      product_id,
      signature_algorithm: 'ES256',
    })
    expect(named.response.public_key).toBe(companion.public_key)
    const bad = await fetch(`${installation.url}/api/product/public-key?signature_algorithm=HS256`)
    expect(bad.status).toBe(400)
  })

  test('signs an offline file, at both doors', async () => {
    const { companion } = await pair()
    const path = `${installation.url}/api/v1/licenses/${license_key}/offline-file`
    const headers = { authorization: `Bearer ${installation.apiKey}` }
    const body = new URLSearchParams({ identifier, signature_algorithm: 'ES256' })
    const made = await (await fetch(path, { method: 'POST', headers, body })).text()
    const args = [identifier, '--kind', 'json', '--signature-algorithm', 'ES256', '--json']
    const { json } = await installation.cli('license', 'file', license_key, ...args)
    const encrypted = await installation.cli(
      'license',
      'file',
      license_key,
      identifier,
      '--signature-algorithm',
      'ES256',
    )
    expect(encrypted).toMatchObject({ exitCode: 2, err: expect.stringContaining('encrypted with the RSA key') })
    for (const text of [made, json.content]) {
      const { signature, ...content } = JSON.parse(text)
      const key = { key: companion.public_key, dsaEncoding: 'ieee-p1363' } as const
      const signed = Buffer.from(JSON.stringify(content))
      expect(verify('sha256', signed, key, Buffer.from(signature, 'base64'))).toBe(true)
    }
  })

  test('of a product signs what is about it, under the label of the product', async () => {
    const own = await makeProduct(installation)
    const theirs = await makeActiveLicense(installation, { product_id: own }, identifier)
    const { json } = await installation.cli(
      'key',
      'generate',
      '--product',
      String(own),
      '--bits',
      '2048',
      '--yes',
      '--json',
    )
    const { rsa, companion } = await pair('current', own)
    expect(json).toMatchObject({ key_id: rsa.key_id, companion: { key_id: companion.key_id, algorithm: 'ES256' } })
    const global = (await pair()).companion
    for (const choice of [{ signature_algorithm: 'ES256' }, { key_id: companion.key_id }, { key_id: global.key_id }]) {
      const answer = await ask({ license_key: theirs, ...choice })
      expect([answer.signedWith, isBy(companion, answer)]).toEqual(['product', true])
    }
    expect(isBy(global, await ask({ signature_algorithm: 'ES256' }))).toBe(true)
  })
})

describe('a rotation', () => {
  const rotate = async (overlap: string) =>
    (await installation.cli('key', 'rotate', '--overlap', overlap, '--bits', '2048', '--yes', '--json')).json
  const retire = (id: string) => installation.cli('key', 'retire', id, '--yes')

  test('replaces the companion with its key: the outgoing one signs unless the coming one is named', async () => {
    const fresh = await rotate('30d')
    const [old, coming] = [await pair('outgoing'), await pair('coming')]
    expect(coming.companion).toMatchObject({ key_id: fresh.companion.key_id, certified_by: fresh.key_id })
    expect(isBy(old.companion, await ask({ signature_algorithm: 'ES256' }))).toBe(true)
    for (const choice of [
      { key_id: coming.companion.key_id },
      { key_id: coming.rsa.key_id, signature_algorithm: 'ES256' },
    ]) {
      expect(isBy(coming.companion, await ask(choice))).toBe(true)
    }
    expect(isBy(coming.rsa, await ask({ key_id: coming.rsa.key_id }))).toBe(true)
  })

  test('is ended by retiring the key, never its companion alone', async () => {
    const [old, coming] = [await pair('outgoing'), await pair('coming')]
    const refused = await retire(old.companion.key_id)
    expect(refused.exitCode).toBe(1)
    expect(refused.err).toContain(`is the companion of key ${old.rsa.key_id} and goes with it`)
    expect((await retire(old.rsa.key_id)).exitCode).toBe(0)
    for (const key_id of [undefined, old.companion.key_id, coming.companion.key_id]) {
      expect(isBy(coming.companion, await ask({ key_id, signature_algorithm: 'ES256' }))).toBe(true)
    }
    const retired = companionOf(await list(), old.rsa)
    expect(retired).toMatchObject({ state: 'retired', retired_at: expect.any(String) })
    // Its name still says what the client can check.
    expect(isBy(coming.companion, await ask({ key_id: old.companion.key_id }))).toBe(true)
  })

  test('at once leaves the old companion nothing to sign', async () => {
    const fresh = await rotate('0')
    expect(isBy(fresh.companion, await ask({ signature_algorithm: 'ES256' }))).toBe(true)
    const shown = (await installation.cli('key', 'show')).out
    expect(shown).toContain(`Key ${fresh.companion.key_id} (ES256, companion of ${fresh.key_id}, global)`)
  })

  test.skipIf(process.env.LATCHKEY_BINARY !== undefined)(
    'hands over when the overlap ends, without a restart',
    async () => {
      const fresh = await rotate('30d')
      expect(isBy(fresh.companion, await ask({ signature_algorithm: 'ES256' }))).toBe(false)
      await installation.advance(30 * dayMs)
      expect(isBy(fresh.companion, await ask({ signature_algorithm: 'ES256' }))).toBe(true)
    },
  )
})

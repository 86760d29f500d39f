import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let product: number
beforeAll(async () => {
  installation = await startInstallation({ trusted_proxies: '127.0.0.1' })
  product = await makeProduct(installation)
})
afterAll(() => installation.close())

const block = async (...args: string[]) => (await installation.cli('blocklist', 'add', ...args, '--json')).json
const listed = async () => (await installation.cli('blocklist', 'list', '--json')).json.blocklist
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
const soon = (ms: number) => new Date(Date.now() + ms).toISOString()

describe('the blocklist', () => {
  test('turns an address away before anything else is looked at, and lets it in again', async () => {
    const entry = await block('--ip', '203.0.113.0/24', '--reason', 'scraper')
    expect(entry).toEqual({
      id: expect.any(Number),
      kind: 'ip',
      value: '203.0.113.0/24',
      reason: 'scraper',
      created_at: expect.any(String),
      expires_at: null,
    })
    for (const asking of [from('203.0.113.9'), { ...from('203.0.113.9'), key: null }]) {
      expect(await installation.ask('GET /api/v1/get-all-products', {}, asking)).toMatchObject({
        status: 403,
        code: 150,
        message: 'Access denied',
        signedWith: 'global',
      })
    }
    expect(await installation.ask('GET /api/v1/get-all-products', {}, from('203.0.114.9'))).toMatchObject({ code: 810 })
    const removed = await installation.cli('blocklist', 'remove', String(entry.id), '--json')
    expect(removed.json).toEqual(entry)
    expect(await installation.ask('GET /api/v1/get-all-products', {}, from('203.0.113.9'))).toMatchObject({ code: 810 })
  })

  test('turns an address away from the public pages as well', async () => {
    const { id } = await block('--ip', '2001:db8::/32')
    const asking = { ...from('2001:db8::1'), key: null }
    expect(await installation.ask('GET /api/v1/products/anything/changelog', {}, asking)).toMatchObject({ code: 150 })
    expect(await installation.ask('GET /api/product/public-key', {}, asking)).toMatchObject({ status: 403, code: 150 })
    await installation.cli('blocklist', 'remove', String(id))
  })

  test('turns a device away under every name it may give itself, whatever its licence', async () => {
    const license_key = await makeLicense(installation, { product_id: product })
    const { id } = await block('--identifier', 'stolen 💻')
    for (const name of ['identifier', 'hardware_id', 'domain']) {
      const asked = { license_key, [name]: 'stolen 💻' }
      expect(await installation.ask('POST /api/v1/activate', asked)).toMatchObject({ status: 403, code: 150 })
    }
    expect(await installation.ask('POST /api/v1/activate', { license_key, identifier: 'Stolen 💻' })).toMatchObject({
      code: 300,
    })
    const refused = await installation.ask(
      'POST /api/v1/activate',
      { license_key, identifier: 'stolen 💻' },
      { key: 'wrong' },
    )
    expect(refused).toMatchObject({ code: 100 })
    await installation.cli('blocklist', 'remove', String(id))
    expect(await installation.ask('POST /api/v1/activate', { license_key, identifier: 'stolen 💻' })).toMatchObject({
      code: 300,
    })
  })

  test('has one entry a value: the same again changes its reason and its end', async () => {
    const first = await block('--ip', '192.0.2.1', '--reason', 'one', '--expires-at', soon(60_000))
    for (const spelling of ['192.0.2.1/32', '::ffff:192.0.2.1']) {
      expect(await block('--ip', spelling, '--reason', 'two')).toEqual({ ...first, reason: 'two', expires_at: null })
    }
    expect(await listed()).toContainEqual({ ...first, reason: 'two', expires_at: null, is_over: false })
    await installation.cli('blocklist', 'remove', String(first.id))
    expect((await listed()).map((entry: { id: number }) => entry.id)).not.toContain(first.id)
  })

  test('takes no entry that could never match', async () => {
    const before = await listed()
    const cases: [string[], number, string][] = [
      [['add'], 2, '--ip'],
      [['add', '--ip', '192.0.2.1', '--identifier', 'x'], 2, 'either'],
      [['add', '--ip', 'not an address'], 2, 'CIDR'],
      [['add', '--ip', '10.0.0.0/33'], 2, 'CIDR'],
      [['add', '--ip', ''], 2, 'either'],
      [['add', '--identifier', '  '], 2, 'either'],
      [['add', '--identifier', 'x'.repeat(1025)], 2, '1 to 1024'],
      [['add', '--identifier', 'x', '--expires-at', '2020-01-01'], 2, 'past'],
      [['add', '--identifier', 'x', '--expires-at', 'tomorrow'], 2, 'date'],
      [['remove', '999999'], 1, 'blocklist list'],
      [['remove', '0'], 2, '<id>: 0 is not a whole number from 1 to 2147483647.'],
      [['remove', '-1'], 2, '<id>: -1 is not a whole number from 1 to 2147483647.'],
    ]
    for (const [args, exitCode, err] of cases) {
      expect(await installation.cli('blocklist', ...args)).toMatchObject({
        exitCode,
        err: expect.stringContaining(err),
      })
    }
    expect(await listed()).toEqual(before)
  })
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let key: string
beforeAll(async () => {
  installation = await startInstallation()
  key = await makeActiveLicense(installation, { product_id: await makeProduct(installation) }, 'pc')
})
afterAll(() => installation.close())

const hintOf = async (path: string, fields: Record<string, unknown>, asking = {}) => {
  const { code, headers } = await installation.ask(`POST /api/v1/${path}`, { identifier: 'pc', ...fields }, asking)
  return { code, hint: headers.get('x-latchkey-hint') }
}
const meant = (name: string) => `license_key is missing; did you mean to send "${name}" as license_key?`

test.each([
  'license',
  'licence',
  'licenseKey',
  'license-key',
  'licence_key',
  'LICENSE_KEY',
  'lisence_key',
  'key',
  'serial',
])('a key that is sent as %s is not found, and a header says why', async (name) => {
  expect(await hintOf('verify', { [name]: key })).toEqual({ code: 210, hint: meant(name) })
  expect(await hintOf('verify', { [name]: key }, { as: 'form' })).toEqual({ code: 210, hint: meant(name) })
})

test.each([
  ['activate', 210],
  ['deactivate', 210],
  ['get-license-key-details', 210],
  ['get-license-file', 501],
  ['create-license-key-meta', 210],
  ['assign-license-key', 801],
  ['delete-license-key', 851],
  ['update-license-key', 951],
  ['contracts/destroy', 1401],
])('%s says so too', async (path, code) => {
  expect(await hintOf(path, { license: key, owner_email: 'a@b.c' })).toEqual({ code, hint: meant('license') })
})

test('an empty key beside one under another name is a missing key', async () => {
  expect(await hintOf('verify', { license_key: '', license: key })).toEqual({ code: 210, hint: meant('license') })
})

test.each<[what: string, path: string, fields: () => Record<string, unknown>]>([
  ['a licence that is good', 'verify', () => ({ license_key: key, license: key })],
  ['a key that was sent and is unknown', 'verify', () => ({ license_key: 'unknown', license: key })],
  ['a request without anything like a key', 'verify', () => ({ colour: 'red', lic: key })],
  ['the key of metadata', 'create-license-key-meta', () => ({ key: 'edition', value: 'pro' })],
  ['a name that no header can carry', 'verify', () => ({ 'licensé\r\nx': key, 'license key': key, '"license"': key })],
  ['a name that is very long', 'verify', () => ({ [`license${'_'.repeat(50)}`]: key })],
  ['a name behind hundreds of others', 'verify', () => ({ ...many, license: key })],
])('%s has no hint', async (_, path, fields) => {
  expect(await hintOf(path, fields())).toMatchObject({ hint: null })
})

const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`n${i}`, i]))

test('a hint repeats no value, and a stranger gets none', async () => {
  const { hint } = await hintOf('verify', { license: 'secret-value' })
  expect(hint).not.toContain('secret-value')
  expect(await hintOf('verify', { license: key }, { key: null })).toEqual({ code: 100, hint: null })
})

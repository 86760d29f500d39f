import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { languages } from '../../src/clients/languages'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeProduct } from '../support/stock'

let installation: TestInstallation
let product: string
let uuid: string
const slug = 'my-app'

beforeAll(async () => {
  installation = await startInstallation()
  product = String(await makeProduct(installation, { name: 'My App' }))
  await installation.cli('product', 'set', product, '--slug', slug)
  uuid = (await installation.cli('product', 'show', product, '--json')).json.uuid
})
afterAll(() => installation.close())

const get = (path: string, init?: RequestInit) => fetch(installation.url + path, init)
const textOf = async (path: string) => {
  const answer = await get(path)
  return { status: answer.status, text: await answer.text() }
}
const set = (...args: string[]) => installation.cli('setting', 'set', ...args)

describe('clients over HTTP', () => {
  test('are off until an operator allows them', async () => {
    for (const path of ['/clients', `/clients/python?product=${slug}`]) {
      const { status, text } = await textOf(path)
      expect([status, text]).toEqual([404, expect.stringContaining('public_clients')])
    }
    expect((await set('public_clients', 'on')).exitCode).toBe(0)
    expect((await textOf('/clients')).status).toBe(200)
  })

  test('are listed', async () => {
    const { clients } = (await (await get('/clients')).json()) as { clients: { language: string; file_name: string }[] }
    expect(clients.map(({ language }) => language)).toEqual(languages.map(({ name }) => name))
    expect(clients.find(({ language }) => language === 'python')?.file_name).toBe('licensing.py')
  })

  test('are the files of the command, by slug or uuid, without an API key', async () => {
    const keys = async () => (await installation.cli('api-key', 'list', '--json')).json.api_keys.length
    const before = await keys()
    for (const { name, fileName } of languages) {
      const printed = (await installation.cli('client', name, '--product', product, '--server', installation.url)).out
      for (const reference of [slug, uuid]) {
        const answer = await get(`/clients/${name}?product=${reference}`)
        expect(answer.status).toBe(200)
        expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${fileName}"`)
        expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
        expect(answer.headers.get('content-type')).toStartWith('text/plain')
        const source = await answer.text()
        expect(source).toBe(printed)
        expect(source).not.toMatch(/\blk_\w/)
      }
    }
    expect(await keys()).toBe(before)
  })

  test('name the public address of the server', async () => {
    await set('base_url', 'https://licences.example.com')
    expect((await textOf(`/clients/python?product=${slug}`)).text).toContain('"https://licences.example.com"')
    await installation.cli('setting', 'unset', 'base_url')
  })

  test('answer a HEAD like a GET, without the file', async () => {
    const answer = await get(`/clients/python?product=${slug}`, { method: 'HEAD' })
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    expect(answer.headers.get('content-disposition')).toContain('licensing.py')
  })

  test.each([
    ['an unknown language', `/clients/cobol?product=${slug}`, 404, /no client in this language.*\/clients/],
    ['no product', '/clients/python', 422, /\/clients\/python\?product=my-app/],
    ['an unknown product', '/clients/python?product=other', 404, /no such product/],
    ['a product by its id', '/clients/python?product=1', 404, /no such product/],
    ['an endless reference', `/clients/python?product=${'x'.repeat(300)}`, 400, /product/],
    ['two products', '/clients/python?product=a&product=b', 404, /no such product/],
  ])('refuse %s', async (_, path, status, sentence) => {
    const { status: told, text } = await textOf(path)
    expect([told, text]).toEqual([status, expect.stringMatching(sentence)])
  })

  test('say nothing of a product that is switched off', async () => {
    await installation.cli('product', 'set', product, '--status', 'inactive')
    expect((await textOf(`/clients/python?product=${slug}`)).status).toBe(404)
    await installation.cli('product', 'set', product, '--status', 'active')
  })

  test('are refused to a blocked address', async () => {
    const { id } = (await installation.cli('blocklist', 'add', '--ip', '127.0.0.1', '--json')).json
    expect((await get('/clients')).status).toBe(403)
    await installation.cli('blocklist', 'remove', String(id))
  })

  test('are limited by address', async () => {
    await set('rate_limit_per_address', '5')
    const codes = await Promise.all(Array.from({ length: 12 }, async () => (await get('/clients')).status))
    expect(codes).toContain(429)
    await installation.cli('setting', 'unset', 'rate_limit_per_address')
  })
})

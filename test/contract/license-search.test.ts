import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { makeProduct } from '../support/stock'

let installation: TestInstallation
let viewer: Operator
beforeAll(async () => {
  installation = await startInstallation()
  viewer = await makeOperator(installation, 'viewer')
  const product = String(await makeProduct(installation))
  const make = (key: string, ...owner: string[]) =>
    installation.cli('license', 'create', '--product', product, '--key', key, ...owner)
  await make('ABCD-EFGH-JK23-MN45', '--owner-name', 'Petra Lindner', '--owner-email', 'p.lindner@shop.example')
  await make('WXYZ-EFGH-7777-8888', '--owner-name', 'JÜRGEN Anna-Lena', '--owner-email', 'jay@example.com')
  await make('NOTE-D000')
  await installation.cli('license', 'meta', 'set', 'NOTE-D000', 'order', '2026/10000')
  await installation.cli('license', 'note', 'NOTE-D000', 'Called about the Gutschein')
})
afterAll(() => installation.close())

const petra = 'ABCD-EFGH-JK23-MN45'
const jay = 'WXYZ-EFGH-7777-8888'
const found = async (text: string) => {
  const { json } = await installation.cli('license', 'search', text, '--json')
  return json.licenses.map(({ license_key }: { license_key: string }) => license_key)
}

describe('license search', () => {
  test.each<[string, string[]]>([
    ['Lindner', [petra]],
    ['ABCDEFGH', [petra]],
    ['abcd-efgh', [petra]],
    ['MN45', [petra]],
    ['k23m', [petra]],
    ['shop.example', [petra]],
    [' EFGH ', [petra, jay]],
    ['efgh‑7777', [jay]],
    ['jürgen', [jay]],
    ['annalena', [jay]],
    ['10000', ['NOTE-D000']],
    ['gutschein', ['NOTE-D000']],
    ['lindnerp', []],
    ['100%', []],
    ['_', []],
    ["' or 1=1", []],
    ['license.noted', []],
  ])('finds any part of what is known of a licence: %j', async (text, keys) => {
    expect(await found(text)).toEqual(keys)
  })

  test('finds the same over HTTP, in pages', async () => {
    const first = await viewer.tell('GET /search/licenses', { text: '-efgh', limit: 1, sort: '-id' })
    expect(first).toMatchObject({ status: 200, body: { licenses: [{ license_key: jay }] } })
    const next = { text: '-efgh', limit: 1, sort: '-id', after: first.body.next }
    const second = await viewer.tell('GET /search/licenses', next)
    expect(second.body).toMatchObject({ licenses: [{ license_key: petra }], next: null })
  })

  test('says so where nothing matches, and what to say where nothing is sought', async () => {
    expect((await installation.cli('license', 'search', 'nobody')).out).toBe('No licence matches.\n')
    expect(await installation.cli('license', 'search', '‑')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('a part'),
    })
    expect(await viewer.tell('GET /search/licenses', { text: '–' })).toMatchObject({ status: 422 })
  })

  test('forgets what an owner was called when the licence changes', async () => {
    await installation.cli('license', 'edit', jay, '--owner-name', '', '--owner-email', '')
    expect(await found('annalena')).toEqual([])
    expect(await found('jay@')).toEqual([])
  })
})

describe('license show', () => {
  test.each(['abcd-efgh-jk23-mn45', 'ABCDEFGHJK23MN45', 'MN45', 'lindner'])(
    'takes a part that one licence has: %s',
    async (part) => {
      expect((await installation.cli('license', 'show', part, '--json')).json).toMatchObject({ license_key: petra })
      expect((await viewer.tell(`GET /licenses/${part}`)).body).toMatchObject({ license_key: petra })
    },
  )

  test('lists those that are meant, and changes none by a part', async () => {
    const { exitCode, err } = await installation.cli('license', 'show', 'EFGH')
    expect(exitCode).toBe(1)
    expect(err).toContain(`did you mean "${petra}", "${jay}"?`)
    expect(await installation.cli('license', 'block', 'MN45')).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('latchkey license search'),
    })
  })
})

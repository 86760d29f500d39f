import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { makeProduct } from '../support/stock'
import { until } from '../support/wait'

let installation: TestInstallation
let owner: Operator
let license: number
beforeAll(async () => {
  installation = await startInstallation({ allow_private_webhooks: 'on' })
  owner = await makeOperator(installation, 'owner')
  const product = await makeProduct(installation, { name: 'Drawing board' })
  const must = async (...asked: Parameters<Operator['tell']>) => {
    const { status, body } = await owner.tell(...asked)
    if (status !== 200) throw new Error(JSON.stringify(body))
    return body
  }
  const owned = { owner_name: 'Petra Lindner-Kühn', owner_email: 'P.Kuehn@shop.example' }
  const { licenses } = await must('POST /licenses', {
    product,
    license_keys: ['ABCD-EFGH'],
    activation_limit: 2,
    ...owned,
  })
  license = licenses[0].id
  await must('POST /licenses', { product, license_keys: ['NAMED-ONLY'], owner_name: 'petra the second' })
  await installation.ask('POST /api/v1/activate', { license_key: 'ABCD-EFGH', identifier: 'laptop-of-Petra' })
  await must('POST /contracts', { product, contract_name: 'Petra’s school', license_keys_quantity: 3 })
  await must('POST /webhooks', { name: 'petra-hook', url: 'http://127.0.0.1:9/', events: 'all' })
  await must('POST /api-keys', { name: 'petra-shop', preset: 'shop' })
})
afterAll(() => installation.close())

const found = async (text: string) => (await owner.tell('GET /search', { text })).body.found
const named = async (text: string) =>
  (await found(text)).map(({ kind, name }: { kind: string; name: string }) => `${kind} ${name}`)

describe('search', () => {
  test('finds a text in the names of everything, those that begin so first', async () => {
    expect(await named('petra')).toEqual([
      'customer Petra Lindner-Kühn',
      'license ABCD-EFGH',
      'license NAMED-ONLY',
      'device laptop-of-Petra',
      'contract Petra’s school',
      'webhook petra-hook',
      'api_key petra-shop',
    ])
  })

  test.each<[string, string[]]>([
    ['lindner', ['customer Petra Lindner-Kühn', 'license ABCD-EFGH']],
    ['KÜHN', ['customer Petra Lindner-Kühn', 'license ABCD-EFGH']],
    ['p.kuehn@', ['customer Petra Lindner-Kühn', 'license ABCD-EFGH']],
    ['@shop.example', ['customer Petra Lindner-Kühn', 'license ABCD-EFGH']],
    ['efgh', ['license ABCD-EFGH']],
    ['laptop', ['device laptop-of-Petra']],
    ['drawing', ['product Drawing board']],
    ['keep_calls', ['setting keep_calls']],
    ['no such thing', []],
  ])('%s', async (text, expected) => {
    expect(await named(text)).toEqual(expected)
  })

  test('gives what a page needs to go there', async () => {
    const [customer, key] = await found('lindner')
    expect(customer).toMatchObject({ kind: 'customer', id: 'p.kuehn@shop.example', about: 'P.Kuehn@shop.example' })
    expect(key).toEqual({
      kind: 'license',
      id: String(license),
      name: 'ABCD-EFGH',
      about: 'assigned to Petra Lindner-Kühn',
      license_id: license,
    })
  })

  test('finds a request by its id', async () => {
    await owner.tell('POST /licenses/ABCD-EFGH/block', {}, { headers: { 'x-request-id': 'told-by-support-1' } })
    expect(await found('told-by-support-1')).toEqual([
      {
        kind: 'request',
        id: 'told-by-support-1',
        name: 'told-by-support-1',
        about: `license.updated ${license}`,
        license_id: null,
      },
    ])
  })

  test('finds the call of a request that software made', async () => {
    const headers = { 'x-request-id': 'asked-by-software-1' }
    await installation.ask('POST /api/v1/verify', { license_key: 'ABCD-EFGH', identifier: 'x' }, { headers })
    const [call] = await until('the call', async () => {
      const { calls } = (await owner.tell('GET /calls', { request_id: 'asked-by-software-1' })).body
      return calls.length && calls
    })
    expect(await found('asked-by-software-1')).toMatchObject([{ kind: 'request', call_id: call.id }])
  })

  test('shows the support role keys and addresses masked', async () => {
    const support = await makeOperator(installation, 'support')
    const { status, body } = await support.tell('GET /search', { text: 'lindner' })
    expect(status).toBe(200)
    expect(body.found).toHaveLength(2)
    expect(JSON.stringify(body)).not.toMatch(/kuehn@shop|ABCD-EFGH/i)
  })

  test('says the same at the terminal, and refuses to look for nothing', async () => {
    const { json } = await installation.cli('search', 'lindner', '--json')
    expect(json).toEqual({ found: await found('lindner'), is_complete: true })
    expect((await owner.tell('GET /search', { text: ' - ' })).status).toBe(422)
  })
})

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { type Receiver, receive } from '../support/receiver'
import { makeLicense, makeProduct } from '../support/stock'
import { until } from '../support/wait'
import { allDeliveries, subscribe } from '../support/webhooks'

setDefaultTimeout(60_000)

let installation: TestInstallation
let receiver: Receiver
let product: number
let heard = 0

beforeAll(async () => {
  installation = await startInstallation({ allow_private_webhooks: 'on' })
  receiver = receive()
  await subscribe(installation, receiver.url)
  product = await makeProduct(installation)
  await news()
})
afterAll(async () => {
  await receiver.close()
  await installation.close()
})

/** What has been told since it was last asked for; a product that is made marks the end. */
async function news() {
  const name = `mark ${heard}`
  await makeProduct(installation, { name })
  const isMark = ({ json }: Receiver['messages'][0]) => json.payload.name === name
  await until('the mark', () => receiver.messages.some(isMark))
  const end = receiver.messages.findIndex(isMark)
  const told = receiver.messages.slice(heard, end).map(({ json }) => json)
  heard = end + 1
  return told
}

const names = async () => (await news()).map(({ event }) => event)

async function license(fields: Record<string, unknown> = {}) {
  const key = await makeLicense(installation, { product_id: product, ...fields })
  await news()
  return key
}

const change = (license_key: string, fields: Record<string, unknown>) =>
  installation.ask('POST /api/v1/update-license-key', { license_key, ...fields })

describe('a licence', () => {
  test('is told of with its key, its terms and its dates, and nothing else', async () => {
    const key = await makeLicense(installation, { product_id: product, owner_email: 'a@b.test', status: 'available' })
    const [created, ...others] = await news()
    expect(others).toEqual([])
    expect(created).toEqual({
      event: 'license.created',
      webhook_id: 1,
      payload: {
        id: expect.any(Number),
        license_key: key,
        product_id: product,
        owner_name: null,
        owner_email: 'a@b.test',
        activation_limit: 0,
        validity: 365,
        status: 'available',
        assigned_at: null,
        expires_at: null,
        revoked_at: null,
        contract_id: null,
        created_at: expect.stringMatching(/Z$/),
        updated_at: expect.stringMatching(/Z$/),
      },
    })
  })

  test('that is made is created, and assigned when it is made so; one that existed is no news', async () => {
    const fields = { product_id: product, activation_limit: 0, validity: 1 }
    const create = (license_keys: string[], status: string) =>
      installation.ask('POST /api/v1/create-license-keys', { ...fields, license_keys, status })
    await create(['TOLD-1', 'TOLD-2'], 'assigned')
    await create(['TOLD-2', 'TOLD-3'], 'available')
    const told = (await news()).map(({ event, payload }) => `${event} ${payload.license_key}`)
    expect(told).toEqual([
      'license.created TOLD-1',
      'license.assigned TOLD-1',
      'license.created TOLD-2',
      'license.assigned TOLD-2',
      'license.created TOLD-3',
    ])
  })

  test.each([
    ['another owner', 'assigned', { owner_name: 'B' }, ['license.updated']],
    ['assigned', 'available', { status: 'assigned' }, ['license.updated', 'license.assigned']],
    ['suspended', 'assigned', { status: 'suspended' }, ['license.updated', 'license.suspended']],
    ['freed from a block', 'blocked', { status: 'active' }, ['license.updated']],
    ['blocked twice', 'blocked', { status: 'blocked' }, ['license.updated']],
    ['revoked', 'assigned', { status: 'revoked' }, ['license.updated', 'license.revoked']],
    ['refused a change', 'assigned', { status: 'nonsense' }, []],
  ])('%s', async (_, status, fields, expected) => {
    const key = await license({ status })
    await change(key, fields)
    expect(await names()).toEqual(expected)
  })

  test('is assigned to an owner, once', async () => {
    const license_key = await license({ status: 'available' })
    await installation.ask('POST /api/v1/assign-license-key', { license_key, owner_email: 'a@b.test' })
    await installation.ask('POST /api/v1/assign-license-key', { license_key, owner_email: 'a@b.test' })
    expect(await news()).toMatchObject([
      { event: 'license.assigned', payload: { license_key, owner_email: 'a@b.test', status: 'assigned' } },
    ])
  })

  test('is deleted, as it was last', async () => {
    const license_key = await license()
    await installation.ask('POST /api/v1/delete-license-key', { license_key })
    await installation.ask('POST /api/v1/delete-license-key', { license_key })
    expect(await news()).toMatchObject([{ event: 'license.deleted', payload: { license_key, status: 'assigned' } }])
  })
})

describe('a seat', () => {
  test('is taken, refused and freed', async () => {
    const license_key = await license({ activation_limit: 1 })
    const of = (identifier: string) => ({ license_key, identifier })
    for (const device of ['a', 'a', 'b']) await installation.ask('POST /api/v1/activate', of(device))
    await installation.ask('POST /api/v1/verify', of('a'))
    await installation.cli('activation', 'deactivate', license_key, 'a')
    await installation.ask('POST /api/v1/activate', of('b'))
    await installation.ask('POST /api/v1/deactivate', of('b'))
    await installation.ask('POST /api/v1/deactivate', of('b'))
    const seat = { license_id: expect.any(Number), license_key, product_id: product }
    const told = (await news()).map(({ event, payload }) => [event, payload])
    expect(told).toEqual([
      ['license.activated', { ...seat, identifier: 'a' }],
      ['activation.created', { ...seat, identifier: 'a' }],
      ['activation.failed', { ...seat, identifier: 'b', code: 302, message: 'License key reached activation limit' }],
      ['license.deactivated', { ...seat, identifier: 'a', by: 'operator' }],
      ['activation.deleted', { ...seat, identifier: 'a', by: 'operator' }],
      ['license.activated', { ...seat, identifier: 'b' }],
      ['activation.created', { ...seat, identifier: 'b' }],
      ['license.deactivated', { ...seat, identifier: 'b', by: 'device' }],
      ['activation.deleted', { ...seat, identifier: 'b', by: 'device' }],
    ])
  })

  test('on a blocked licence fails; a key that does not exist is no news', async () => {
    const license_key = await license({ status: 'blocked' })
    await installation.ask('POST /api/v1/activate', { license_key, identifier: 'a' })
    await installation.ask('POST /api/v1/activate', { license_key: 'NO-SUCH-KEY', identifier: 'a' })
    expect(await news()).toMatchObject([{ event: 'activation.failed', payload: { license_key, code: 204 } }])
  })

  test('is taken by assign-and-activate after the licence is assigned, and neither when no seat is left', async () => {
    const owner = { owner_name: 'A', owner_email: 'a@b.test' }
    const license_key = await license({ status: 'available' })
    const take = (identifier: string) =>
      installation.ask('POST /api/v1/assign-and-activate-license-key', { license_key, identifier, ...owner })
    await take('a')
    await take('a')
    await take('b')
    expect(await names()).toEqual([
      'license.assigned',
      'license.activated',
      'activation.created',
      'license.activated',
      'activation.created',
    ])
  })
})

test('a product is created, updated and deleted; its licences go without a word of their own', async () => {
  const id = await makeProduct(installation, { name: 'Short-lived' })
  await makeLicense(installation, { product_id: id })
  await installation.ask('POST /api/v1/update-product', { product_id: id, status: 'inactive' })
  await installation.ask('POST /api/v1/delete-product', { product_id: id })
  const told = (await news()).filter(({ event }) => event.startsWith('product.') || event === 'license.deleted')
  expect(told).toMatchObject([
    { event: 'product.created', payload: { id, name: 'Short-lived', status: 'active' } },
    { event: 'product.updated', payload: { id, status: 'inactive' } },
    { event: 'product.deleted', payload: { id, status: 'inactive' } },
  ])
})

test('ten thousand licences made in one call are ten thousand deliveries in that same write', async () => {
  const keys = Array.from({ length: 10_000 }, (_, i) => `MANY-${i}`)
  const fields = { product_id: product, activation_limit: 0, validity: 0, status: 'available' }
  await news()
  const { response } = await installation.ask('POST /api/v1/create-license-keys', { ...fields, license_keys: keys })
  expect(response.created).toBe(10_000)
  const told = (await allDeliveries(installation)).filter(({ event }) => event === 'license.created')
  expect(told.length).toBeGreaterThanOrEqual(10_000)
  await installation.cli('webhook', 'disable', '1')
})

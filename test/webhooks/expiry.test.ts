import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readConfig } from '../../src/config'
import { selectOne } from '../../src/database/statements'
import { announceExpired } from '../../src/features/licenses/expiry'
import { type Installation, openInstallation } from '../../src/installation'
import { startInstallation, type TestInstallation } from '../support/installation'
import { type Receiver, receive } from '../support/receiver'
import { makeLicense, makeProduct } from '../support/stock'
import { until } from '../support/wait'
import { allDeliveries, beside, deliveries, subscribe } from '../support/webhooks'

setDefaultTimeout(60_000)

const dayMs = 86_400_000
const minuteMs = 60_000
let installation: TestInstallation
let receiver: Receiver
let product: number

beforeEach(async () => {
  installation = await startInstallation({ allow_private_webhooks: 'on' })
  receiver = receive()
  product = await makeProduct(installation)
  await until('the first sweep', mark)
  await until('its end', isOver)
})
afterEach(async () => {
  await installation.close()
  await receiver.close()
})

/** Up to when licences that ended have been announced. */
const mark = () =>
  beside(installation, async ({ db }) => {
    const row = await selectOne<{ value: string }>(db.read, "select value from installation where key = 'expiry_mark'")
    return row && (JSON.parse(row.value).endsMs as number)
  })

/** Whether no sweep runs. */
const isOver = async () => {
  const { json } = await installation.cli('job', 'list', '--state', 'running', '--json')
  return json.jobs.every(({ kind }: { kind: string }) => kind !== 'licenses.expiry')
}

/** Lets time pass, and waits until the sweep has seen it. */
async function pass(ms: number) {
  await installation.advance(ms)
  const reached = installation.now().getTime()
  await until('a sweep', async () => ((await mark()) ?? 0) >= reached)
  await until('its end', isOver)
}

const listen = () => subscribe(installation, receiver.url, 'license.expired')
const told = async () => (await deliveries(installation)).map(({ id }) => id).length
const keysTold = () => receiver.messages.map(({ json }) => json.payload.license_key)

describe('a licence that ends', () => {
  test('is told of once, soon after', async () => {
    await listen()
    const key = await makeLicense(installation, { product_id: product, validity: 1 })
    await makeLicense(installation, { product_id: product, validity: 2 })
    await makeLicense(installation, { product_id: product, validity: 0 })
    await pass(dayMs - minuteMs)
    expect(await told()).toBe(0)
    await pass(2 * minuteMs)
    await until('the news', () => receiver.messages.length)
    await pass(2 * minuteMs)
    expect(keysTold()).toEqual([key])
    expect(receiver.messages[0]!.json).toMatchObject({
      event: 'license.expired',
      payload: { status: 'assigned', expires_at: expect.stringMatching(/Z$/) },
    })
  })

  test('is told of once more when it was renewed and ends again', async () => {
    await listen()
    const key = await makeLicense(installation, { product_id: product, validity: 1 })
    await pass(dayMs + minuteMs)
    await installation.ask('POST /api/v1/update-license-key', { license_key: key, validity: 3 })
    await pass(dayMs)
    expect(await told()).toBe(1)
    await pass(2 * dayMs)
    expect(await told()).toBe(2)
  })

  test('because it was changed so is told of once, wherever the sweep has got to', async () => {
    await listen()
    const key = await makeLicense(installation, { product_id: product, validity: 30 })
    await pass(5 * dayMs)
    await installation.ask('POST /api/v1/update-license-key', { license_key: key, validity: 2 })
    expect(await told()).toBe(1)
    await pass(minuteMs * 2)
    await installation.ask('POST /api/v1/update-license-key', { license_key: key, owner_name: 'A' })
    await pass(minuteMs * 2)
    expect(await told()).toBe(1)
  })

  test('while it is blocked is told of when it is unblocked', async () => {
    await listen()
    const key = await makeLicense(installation, { product_id: product, validity: 1, status: 'blocked' })
    await installation.ask('POST /api/v1/update-license-key', {
      license_key: key,
      assigned_at: installation.now().toISOString(),
    })
    await pass(2 * dayMs)
    expect(await told()).toBe(0)
    await installation.ask('POST /api/v1/update-license-key', { license_key: key, status: 'assigned' })
    await pass(2 * minuteMs)
    expect(await told()).toBe(1)
  })

  test('is nothing to anybody while nobody listens, and not told of later', async () => {
    await makeLicense(installation, { product_id: product, validity: 1 })
    await pass(2 * dayMs)
    await listen()
    const later = await makeLicense(installation, { product_id: product, validity: 1 })
    await pass(2 * dayMs)
    await until('the news', () => receiver.messages.length)
    expect(keysTold()).toEqual([later])
  })

  test('in the same moment as a thousand others is told of as they are, each once', async () => {
    await listen()
    const license_keys = Array.from({ length: 1200 }, (_, i) => `TOGETHER-${i}`)
    const fields = { product_id: product, activation_limit: 0, validity: 1, status: 'assigned' }
    await installation.ask('POST /api/v1/create-license-keys', { ...fields, license_keys })
    await pass(dayMs + minuteMs)
    const all = await allDeliveries(installation)
    expect(all).toHaveLength(1200)
    expect(new Set(all.map(({ message_id }) => message_id)).size).toBe(1200)
    await installation.cli('webhook', 'disable', '1')
  })
})

test('a sweep that was cut off goes on where it had got to', async () => {
  await listen()
  const license_keys = Array.from({ length: 1200 }, (_, i) => `CUT-${i}`)
  const fields = { product_id: product, activation_limit: 0, validity: 1, status: 'assigned' }
  await installation.ask('POST /api/v1/create-license-keys', { ...fields, license_keys })
  const later = new Date(installation.now().getTime() + dayMs + 1)
  const opened: Installation = await openInstallation({
    config: readConfig({}, { LATCHKEY_DATA_DIR: installation.folder }),
    clock: installation.now,
  })
  let writes = 0
  const failing = {
    ...opened.db,
    write: <T>(work: Parameters<typeof opened.db.write<T>>[0]) =>
      ++writes > 2 ? Promise.reject(new Error('the power went')) : opened.db.write(work),
  }
  await expect(announceExpired(failing, later)).rejects.toThrow('the power went')
  const listed = async () => (await allDeliveries(installation)).length
  expect(await listed()).toBe(1000)
  await announceExpired(opened.db, later)
  await announceExpired(opened.db, later)
  await opened.close()
  expect(await listed()).toBe(1200)
  await installation.cli('webhook', 'disable', '1')
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { receive } from '../support/receiver'
import { makeProduct } from '../support/stock'
import { until } from '../support/wait'
import { subscribe } from '../support/webhooks'

let installation: TestInstallation
let operator: Operator
let product: string
beforeAll(async () => {
  installation = await startInstallation({ allow_private_webhooks: 'on' })
  operator = await makeOperator(installation, 'operator')
  product = String(await makeProduct(installation))
})
afterAll(() => installation.close())

const dayMs = 86_400_000
const license = (...args: string[]) => installation.cli('license', ...args, '--json')
const show = async (key: string) => (await license('show', key)).json
const codeOf = async (license_key: string, identifier = 'pc', endpoint = 'verify') =>
  (await installation.ask(`POST /api/v1/${endpoint}`, { license_key, identifier })).code
const refused = async (line: string[], exitCode: number, ...sentences: string[]) => {
  const spoken = await installation.cli(...line)
  expect(spoken).toMatchObject({ exitCode, out: '' })
  for (const sentence of sentences) expect(spoken.err).toContain(sentence)
}

let count = 0
/** A licence of somebody's, and devices that hold its seats. */
async function sold(terms: Record<string, string> = {}, ...devices: string[]) {
  const key = `TERMS-${++count}`
  const given = { 'activation-limit': '3', 'owner-name': 'Ada', 'owner-email': 'ada@example.com', ...terms }
  const options = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value])
  await license('create', '--product', product, '--key', key, ...options)
  for (const identifier of devices) await installation.ask('POST /api/v1/activate', { license_key: key, identifier })
  return key
}
const daysAgo = (days: number) => new Date(Date.now() - days * dayMs).toISOString()

describe('license extend', () => {
  test('counts from the present end of a licence that is good', async () => {
    const key = await sold({ validity: '90', 'assigned-at': '2030-01-31T10:00:00Z' })
    expect((await license('extend', key, '30d')).json).toMatchObject({
      validity: 120,
      expires_at_before: '2030-05-01T10:00:00.000Z',
      expires_at: '2030-05-31T10:00:00.000Z',
    })
    const { out } = await installation.cli('license', 'extend', key, '2w')
    expect(out).toContain('It ends 2030-05-31 10:00 UTC → 2030-06-14 10:00 UTC.')
  })

  test('counts from now where the licence has ended, and lets its device in again', async () => {
    const key = await sold({ validity: '500' }, 'pc')
    await license('edit', key, '--assigned-at', daysAgo(700), '--yes')
    expect(await codeOf(key)).toBe(205)
    const told = await operator.tell(`POST /licenses/${key}/extend`, { by: '30d' })
    const left = Date.parse(told.body.expires_at) - Date.now()
    expect(left).toBeGreaterThan(30 * dayMs - 60_000)
    expect(left).toBeLessThanOrEqual(31 * dayMs)
    expect(await codeOf(key)).toBe(200)
  })

  test('says what cannot be extended, and how an extension is written', async () => {
    const [stock, endless, gone] = ['TERMS-STOCK', await sold(), await sold({ validity: '5' })]
    await license('create', '--product', product, '--key', stock, '--validity', '30')
    await license('revoke', gone, '--yes')
    await refused(['license', 'extend', stock, '30d'], 1, 'is not assigned', '--validity')
    await refused(['license', 'extend', endless, '30d'], 1, 'never ends', '--expires-at')
    await refused(['license', 'extend', gone, '30d'], 1, 'revoked for good', `license replace ${gone}`)
    const key = await sold({ validity: '5' })
    for (const by of ['30', '12h', '0d', '-3d', '1.5d', 'a month', '+5', '9999999d']) {
      const { exitCode, err } = await installation.cli('license', 'extend', '--', key, by)
      expect([by, exitCode]).toEqual([by, 2])
      expect(err).toContain('such as 30d or 4w')
    }
    expect(await operator.tell(`POST /licenses/${key}/extend`)).toMatchObject({ status: 422 })
    expect(await show(key)).toMatchObject({ validity: 5 })
  })
})

describe('license edit', () => {
  test('ends a licence on a date, whose day is whole, or never', async () => {
    const key = await sold({ validity: '400', 'assigned-at': '2029-06-01T10:00:00Z' })
    await refused(
      ['license', 'edit', key, '--expires-at', '2030-01-31'],
      2,
      'This shortens',
      'it ends 2030-07-06T10:00Z → 2030-02-01T10:00Z',
    )
    const edit = async (date: string) => (await license('edit', key, '--expires-at', date, '--yes')).json.expires_at
    expect(await edit('2030-01-31')).toBe('2030-02-01T10:00:00.000Z')
    expect(await edit('2030-01-31T10:00:00Z')).toBe('2030-01-31T10:00:00.000Z')
    expect(await edit('never')).toBeNull()
    expect((await operator.tell(`PATCH /licenses/${key}`, { expires_at: '2031-01-01' })).body.validity).toBe(580)
    await refused(['license', 'edit', key, '--expires-at', 'soon'], 2, '"soon" is no date', '2030-01-31')
    await refused(['license', 'edit', key, '--expires-at', '2029-01-31'], 1, 'was assigned on 2029-06-01')
    await refused(['license', 'edit', key, '--expires-at', 'never', '--validity', '3'], 2, 'either --expires-at')
    await refused(['license', 'edit', 'TERMS-STOCK', '--expires-at', '2030-01-31'], 1, 'is not assigned')
  })

  test('asks before it ends a licence, moves it or gives it fewer seats than are taken', async () => {
    const key = await sold({ validity: '500' }, 'pc', 'laptop')
    await license('edit', key, '--assigned-at', daysAgo(330), '--yes')
    await refused(['license', 'edit', key, '--validity', '30'], 2, 'This ends', ' → ', '2 devices that use it')
    await refused(['license', 'edit', key, '--activation-limit', '1'], 2, '2 of 3 seats taken → 2 of 1 seat taken')
    await refused(['license', 'edit', key, '--status', 'available'], 2, 'assigned to Ada → in stock')
    const other = String(await makeProduct(installation))
    await refused(['license', 'edit', key, '--product', other], 2, `from product ${product} → ${other}`)
    expect(await codeOf(key)).toBe(200)
    for (const harmless of [
      ['--validity', '501'],
      ['--activation-limit', '2'],
      ['--owner-name', 'Bo'],
    ]) {
      expect(await license('edit', key, ...harmless)).toMatchObject({ exitCode: 0 })
    }
    expect((await license('edit', key, '--validity', '30', '--yes')).json.state).toBe('expired')
  })
})

describe('license block', () => {
  test('keeps a reason for operators alone, until it is unblocked', async () => {
    const key = await sold({}, 'pc')
    const reason = 'chargeback 4711'
    await refused(['license', 'block', key, '--reason', reason], 2, '1 device that uses it will be refused')
    await license('block', key, '--reason', reason, '--yes')
    expect(await show(key)).toMatchObject({ block_reason: reason, summary: expect.stringContaining(reason) })
    expect((await show(key)).history[0]).toMatchObject({ after: { block_reason: reason } })
    for (const line of [['show'], ['explain', '--identifier', 'pc']]) {
      expect((await installation.cli('license', ...line, key)).out).toContain(reason)
    }
    for (const endpoint of ['verify', 'activate', 'get-license-key-details']) {
      const { text } = await installation.ask(`POST /api/v1/${endpoint}`, { license_key: key, identifier: 'pc' })
      expect(text).not.toContain(reason)
    }
    expect((await installation.ask('GET /api/v1/get-license-keys', { search: key })).text).not.toContain(reason)
    await license('unblock', key)
    expect(await show(key)).toMatchObject({ block_reason: null, state: 'active' })
    expect((await license('revoke', key, '--reason', 'sold on', '--yes')).json).toMatchObject({
      block_reason: 'sold on',
    })
  })

  test('is undone by a client of the API as well, and its reason forgotten', async () => {
    const key = await sold()
    await operator.tell(`POST /licenses/${key}/block`, { reason: 'unpaid' })
    await installation.ask('POST /api/v1/update-license-key', { license_key: key, status: 'assigned' })
    expect(await show(key)).toMatchObject({ block_reason: null, state: 'assigned' })
  })
})

describe('license replace', () => {
  test('hands everything over to another key and revokes the one before, in one step', async () => {
    const receiver = receive()
    await subscribe(installation, receiver.url, 'license.created,license.assigned,license.revoked')
    const own = String(await makeProduct(installation))
    await installation.cli('product', 'set', own, '--feature', 'seats:number=5')
    const owner = ['--owner-name', 'Ada', '--owner-email', 'ada@example.com']
    const terms = ['--activation-limit', '2', '--validity', '90', '--assigned-at', '2030-01-31T10:00:00Z']
    await license('create', '--product', own, '--key', 'LEAKED', ...owner, ...terms)
    await license('edit', 'LEAKED', '--feature', 'seats=10')
    await installation.cli('license', 'meta', 'set', 'LEAKED', 'order', '10000')
    await installation.ask('POST /api/v1/activate', { license_key: 'LEAKED', identifier: 'pc' })
    const before = await show('LEAKED')

    await refused(['license', 'replace', 'LEAKED'], 2, 'revokes licence key "LEAKED" for good', 'Seats do not move')
    await refused(['license', 'replace', 'LEAKED', '--yes'], 1, `latchkey generator create --product ${own}`)
    await refused(['license', 'replace', 'LEAKED', '--new-key', 'LEAKED', '--yes'], 1, '"LEAKED" exists already')
    expect(await codeOf('LEAKED')).toBe(200)
    await installation.cli('generator', 'create', '--product', own, '--activation-limit', '9', '--validity', '9')
    const replaced = await license('replace', 'LEAKED', '--reason', 'posted in a forum', '--yes')
    const { license_key, ...json } = replaced.json
    expect(json).toMatchObject({ replaces: 'LEAKED', seats_taken: 0, devices_to_activate: 1, state: 'assigned' })

    const after = await show(license_key)
    const kept = [
      'owner_name',
      'owner_email',
      'activation_limit',
      'validity',
      'assigned_at',
      'expires_at',
      'features',
      'meta_data',
      'product',
    ]
    for (const name of kept) expect([name, after[name]]).toEqual([name, before[name]])
    expect(after.features).toEqual({ seats: 10 })
    const old = await show('LEAKED')
    expect(old).toMatchObject({ state: 'revoked', replaced_by: license_key, block_reason: 'posted in a forum' })
    expect(old.history[0]).toMatchObject({ after: { replaced_by: license_key } })
    expect(after.history).toContainEqual(expect.objectContaining({ after: { replaces: 'LEAKED' } }))
    expect(await codeOf('LEAKED')).toBe(204)
    expect(await codeOf(license_key)).toBe(202)
    expect(await codeOf(license_key, 'pc', 'activate')).toBe(300)
    await until('five events', () => receiver.messages.length === 5)
    const events = receiver.messages.map(({ json }) => [json.event, json.payload.license_key])
    expect(events).toEqual([
      ['license.created', 'LEAKED'],
      ['license.assigned', 'LEAKED'],
      ['license.created', license_key],
      ['license.assigned', license_key],
      ['license.revoked', 'LEAKED'],
    ])
    await refused(['license', 'replace', 'LEAKED', '--yes'], 1, `its owner has "${license_key}"`)
    await refused(['license', 'unblock', 'LEAKED'], 1, `was replaced by "${license_key}"`)
    await receiver.close()
  })

  test('replaces a blocked or revoked key, and none that is nobody’s', async () => {
    const [blocked, revoked] = [await sold(), await sold()]
    await license('block', blocked)
    await license('revoke', revoked, '--yes')
    for (const [key, to] of [
      [blocked, 'NEW-1'],
      [revoked, 'NEW-2'],
    ] as const) {
      const told = await operator.tell(`POST /licenses/${key}/replace`, { new_key: to })
      expect(told.body).toMatchObject({ license_key: to, state: 'assigned', owner_name: 'Ada', replaces: key })
    }
    await refused(['license', 'replace', 'TERMS-STOCK', '--yes'], 1, "is nobody's")
  })
})

describe('activation deactivate --all', () => {
  test('frees every seat, after it has said how many', async () => {
    const key = await sold({}, 'pc', 'laptop', 'phone')
    expect(await codeOf(key, 'fourth', 'activate')).toBe(302)
    await refused(
      ['activation', 'deactivate', key, '--all'],
      2,
      '3 of 3 seats taken → 0 of 3 seats taken',
      'Its 3 devices',
    )
    await refused(['activation', 'deactivate', key], 2, 'say which device to free, or --all')
    await refused(['activation', 'deactivate', key, 'pc', '--all', '--yes'], 2, 'say which device to free, or --all')
    const { json } = await installation.cli('activation', 'deactivate', key, '--all', '--yes', '--json')
    expect(json.freed.sort()).toEqual(['laptop', 'pc', 'phone'])
    expect(await codeOf(key)).toBe(202)
    expect(await codeOf(key, 'fourth', 'activate')).toBe(300)
    const told = await operator.tell(`POST /licenses/${key}/deactivate`, { all: true })
    expect(told.body).toEqual({ license_key: key, freed: ['fourth'] })
    expect((await installation.cli('activation', 'deactivate', key, '--all')).out).toBe('No device held a seat.\n')
  })
})

test('license delete says what goes, and that it is gone', async () => {
  const [used, unused] = [await sold({}, 'pc'), await sold()]
  await refused(['license', 'delete', used], 2, '1 device that uses it will be refused.', '1 of 3 seats taken')
  await refused(['license', 'delete', unused], 2, 'No device uses it.')
  const { out } = await installation.cli('license', 'delete', used, '--yes')
  expect(out).toBe(`${used} is deleted; it was assigned to Ada, 1 of 3 seats taken, for ever.\n`)
})

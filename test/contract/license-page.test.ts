import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { type AdminDoor, auditRows, makeOperator, type Operator } from '../support/operator'
import { receive } from '../support/receiver'
import { makeProduct } from '../support/stock'
import { until } from '../support/wait'
import { subscribe } from '../support/webhooks'

let installation: TestInstallation
let operator: Operator
let product: number
beforeAll(async () => {
  installation = await startInstallation({ allow_private_webhooks: 'on' })
  operator = await makeOperator(installation, 'operator')
  product = await makeProduct(installation)
})
afterAll(() => installation.close())

const must = async (door: AdminDoor, fields: Record<string, unknown> = {}) => {
  const { status, body } = await operator.tell(door, fields)
  if (status !== 200) throw new Error(`${door}: ${JSON.stringify(body)}`)
  return body
}
const refusal = async (door: AdminDoor, fields: Record<string, unknown> = {}) => {
  const { status, body } = await operator.tell(door, fields)
  return { status, ...body.error }
}
const codeOf = async (license_key: string, identifier = 'pc', endpoint = 'verify') =>
  (await installation.ask(`POST /api/v1/${endpoint}`, { license_key, identifier })).code

let count = 0
/** A licence of Ada's with devices on its seats, and its path by its id. */
async function sold(terms: Record<string, unknown> = {}, ...devices: string[]) {
  const key = `PAGE-${++count}`
  const given = { activation_limit: 2, validity: 90, owner_name: 'Ada', owner_email: 'ada@example.com', ...terms }
  const { licenses } = await must('POST /licenses', { product, license_keys: [key], ...given })
  for (const identifier of devices) await installation.ask('POST /api/v1/activate', { license_key: key, identifier })
  return { key, id: licenses[0].id as number, at: `/licenses/id:${licenses[0].id}` as const }
}

describe('a licence by its id', () => {
  test('is shown, explained, changed and deleted without its key', async () => {
    const { key, id, at } = await sold({}, 'pc')
    expect(await must(`GET ${at}`)).toMatchObject({ id, license_key: key })
    expect(await must(`GET ${at}/explain`, { identifier: 'pc' })).toMatchObject({
      license_id: id,
      license_key: key,
      answer: { code: 200 },
    })
    expect(await must('GET /activations', { license_key: `id:${id}` })).toMatchObject({
      activations: [{ license_id: id, identifier: 'pc' }],
    })
    for (const [door, fields] of [
      ['POST /notes', { note: 'called' }],
      ['PUT /meta/ticket', { value: '4711' }],
      ['DELETE /meta/ticket', {}],
      ['POST /block', { reason: 'unpaid' }],
      ['POST /unblock', {}],
      ['POST /extend', { days: 30 }],
      ['PATCH ', { activation_limit: 3 }],
      ['POST /deactivate', { identifier: 'pc' }],
    ] as const) {
      await must(door.replace(/ /, ` ${at}`) as AdminDoor, fields)
    }
    expect(await must(`GET ${at}`)).toMatchObject({ activation_limit: 3, validity: 120, seats_taken: 0 })
    expect(await must(`DELETE ${at}`)).toMatchObject({ license_key: key })
    expect(await refusal(`GET ${at}`)).toMatchObject({ status: 404, message: expect.stringContaining(`id ${id}`) })
  })

  test('is meant by that form alone, even where a key is written so', async () => {
    const { key, id } = await sold()
    const { licenses } = await must('POST /licenses', {
      product,
      license_keys: [`id:${id}`],
      owner_email: 'eve@b.test',
    })
    expect(await must(`GET /licenses/id:${id}`)).toMatchObject({ license_key: key })
    expect(await must(`GET /licenses/id:${licenses[0].id}`)).toMatchObject({ license_key: `id:${id}` })
    await must('POST /customers/eve@b.test/block')
    expect(await codeOf(key)).toBe(202)
    expect(await must(`GET /licenses/id:${licenses[0].id}`)).toMatchObject({ state: 'blocked' })
  })

  test('is a command line’s reference too', async () => {
    const { key, id } = await sold()
    expect((await installation.cli('license', 'extend', `id:${id}`, '--days', '7', '--json')).json).toMatchObject({
      license_key: key,
      validity: 97,
    })
    const both = await installation.cli('license', 'extend', key, '7d', '--days', '7')
    expect(both).toMatchObject({ exitCode: 2, err: expect.stringContaining('--days') })
  })
})

describe('license explain', () => {
  test('gives each broken rule the remedies that a button can do, and no other', async () => {
    const { id, at } = await sold({ activation_limit: 1, validity: 5, assigned_at: '2020-01-01' })
    await must(`POST ${at}/block`, { reason: 'chargeback' })
    const block = await must('POST /blocklist', { identifier: 'stolen', reason: 'theft' })
    const { rules } = await must(`GET ${at}/explain`, { identifier: 'stolen' })
    const broken = rules.filter(({ holds }: { holds: boolean }) => holds === false)
    const license_key = `id:${id}`
    const remedies = Object.fromEntries(
      broken.map(({ code, remedies }: { code: number; remedies: object[] }) => [code, remedies]),
    )
    expect(remedies).toEqual({
      150: [{ operation: 'blocklist remove', input: { id: block.id } }],
      204: [{ operation: 'license unblock', input: { license_key } }],
      201: [],
      205: [{ operation: 'license extend', input: { license_key, by: '30d' } }],
      202: [],
    })
    expect(broken[0].remedy).toContain('theft')
    expect(broken[1].remedy).toContain('chargeback')
    await must(`POST ${at}/revoke`)
    const after = (await must(`GET ${at}/explain`, { identifier: 'stolen' })).rules
    const doors = after.flatMap(({ remedies }: { remedies: { operation: string }[] }) => remedies)
    expect(doors.map(({ operation }: { operation: string }) => operation)).toEqual([
      'blocklist remove',
      'license replace',
    ])
  })
})

describe('license replace', () => {
  test('takes the seats along if asked: the devices go on with the new key, and learn that the old one is dead', async () => {
    const receiver = receive()
    await subscribe(installation, receiver.url, 'license.activated,license.deactivated')
    const { key, id, at } = await sold({}, 'pc', 'laptop')
    await must(`PUT ${at}/meta/order`, { value: '7' })
    const made = await must(`POST ${at}/replace`, { new_key: 'MOVED-1', move_seats: true, reason: 'leaked' })
    expect(made).toMatchObject({
      license_key: 'MOVED-1',
      replaces: key,
      replaces_id: id,
      seats_taken: 2,
      seats_moved: ['pc', 'laptop'],
      devices_to_activate: 0,
    })
    for (const device of ['pc', 'laptop']) {
      expect([await codeOf('MOVED-1', device), await codeOf(key, device)]).toEqual([200, 204])
    }
    expect(await codeOf('MOVED-1', 'third', 'activate')).toBe(302)
    const [old, successor] = [await must(`GET ${at}`), await must(`GET /licenses/id:${made.id}`)]
    expect(old).toMatchObject({ state: 'revoked', replaced_by_id: made.id, seats_taken: 0, block_reason: 'leaked' })
    expect(successor).toMatchObject({ replaces: { id, license_key: key }, meta_data: [{ key: 'order', value: '7' }] })
    await until('six events', () => receiver.messages.length === 6)
    const events = receiver.messages.slice(2).map(({ json }) => [json.event, json.payload.license_key])
    expect(events).toEqual([
      ['license.deactivated', key],
      ['license.activated', 'MOVED-1'],
      ['license.deactivated', key],
      ['license.activated', 'MOVED-1'],
    ])
    await receiver.close()
    expect(await refusal(`POST ${at}/replace`, { new_key: 'MOVED-2' })).toMatchObject({ status: 409 })
  })
})

describe('license undo', () => {
  const last = async (at: string) => (await must(`GET ${at}` as AdminDoor)).history[0]

  test('puts back what an edit, an extension, a block or an assignment changed', async () => {
    const { key, at } = await sold({}, 'pc')
    const before = await must(`GET ${at}`)
    const terms = ({ owner_name, activation_limit, validity, status, block_reason, assigned_at }: typeof before) => [
      owner_name,
      activation_limit,
      validity,
      status,
      block_reason,
      assigned_at,
    ]
    for (const [door, fields] of [
      ['PATCH ', { owner_name: 'Bo', activation_limit: 9, assigned_at: '2030-01-31' }],
      ['POST /extend', { by: '4w' }],
      ['POST /block', { reason: 'unpaid' }],
    ] as const) {
      await must(door.replace(/ /, ` ${at}`) as AdminDoor, fields)
      const change = await last(at)
      expect(change.can_undo).toBe(true)
      const undone = await must(`POST ${at}/undo`, { entry: change.id })
      expect(undone).toMatchObject({ license_key: key, undone: change.id })
      const after = await must(`GET ${at}`)
      expect(terms(after)).toEqual(terms(before))
      // The undo is a change, and can be undone in its turn.
      expect(after.history[0]).toMatchObject({
        verb: 'license.updated',
        actor: `user ${operator.name}`,
        can_undo: true,
      })
      expect(after.history[1]).toMatchObject({ id: change.id, can_undo: false })
    }
    expect(await codeOf(key)).toBe(200)
    const { licenses } = await must('POST /licenses', { product, license_keys: ['UNDO-STOCK'] })
    const stock = `/licenses/id:${licenses[0].id}`
    await must(`POST ${stock}/assign` as AdminDoor, { owner_name: 'Eve' })
    await must(`POST ${stock}/undo` as AdminDoor, { entry: (await last(stock)).id })
    expect(await must(`GET ${stock}` as AdminDoor)).toMatchObject({
      state: 'available',
      owner_name: null,
      assigned_at: null,
    })
  })

  test('gives a freed seat back, unless the device has one or none is free', async () => {
    const { key, at } = await sold({ activation_limit: 1 }, 'pc')
    await must(`POST ${at}/deactivate`, { identifier: 'pc' })
    const freed = await last(at)
    expect(await codeOf(key)).toBe(202)
    await installation.ask('POST /api/v1/activate', { license_key: key, identifier: 'other' })
    const taken = await last(at)
    expect(await refusal(`POST ${at}/undo`, { entry: freed.id })).toMatchObject({
      status: 409,
      message: expect.stringContaining('1 of 1 seat taken'),
      remedies: [{ operation: 'license edit', input: { activation_limit: 2 } }],
    })
    await must(`POST ${at}/undo`, { entry: taken.id })
    expect(await codeOf(key, 'other')).toBe(202)
    await must(`POST ${at}/undo`, { entry: freed.id })
    expect([await codeOf(key), await last(at)]).toMatchObject([200, { verb: 'license.activated' }])
    expect(await refusal(`POST ${at}/undo`, { entry: freed.id })).toMatchObject({
      status: 409,
      message: expect.stringContaining('"pc" holds a seat'),
    })
  })

  test('puts metadata back under its own name', async () => {
    const { at } = await sold()
    const meta = async () => (await must(`GET ${at}`)).meta_data
    await must(`PUT ${at}/meta/OrderId`, { value: '7' })
    const made = await last(at)
    expect(made.after).toEqual({ OrderId: '7' })
    await must(`PUT ${at}/meta/OrderId`, { value: '8' })
    expect(await refusal(`POST ${at}/undo`, { entry: made.id })).toMatchObject({
      status: 409,
      message: expect.stringContaining('"OrderId" is "8" now'),
    })
    await must(`POST ${at}/undo`, { entry: (await last(at)).id })
    expect(await meta()).toEqual([{ key: 'OrderId', value: '7' }])
    await must(`DELETE ${at}/meta/OrderId`)
    await must(`POST ${at}/undo`, { entry: (await last(at)).id })
    expect(await meta()).toEqual([{ key: 'OrderId', value: '7' }])
  })

  test('refuses what was changed since, what is for good, and what is another licence’s', async () => {
    const { at } = await sold()
    await must(`PATCH ${at}`, { activation_limit: 5 })
    const edit = await last(at)
    await must(`PATCH ${at}`, { activation_limit: 6 })
    expect(await refusal(`POST ${at}/undo`, { entry: edit.id })).toMatchObject({
      status: 409,
      message: `change ${edit.id} cannot be undone, as it was changed since: activation_limit is 6 now`,
    })
    await must(`POST ${at}/notes`, { note: 'called' })
    const { id: note } = await last(at)
    expect(await refusal(`POST ${at}/undo`, { entry: note })).toMatchObject({ status: 409 })
    await must(`POST ${at}/revoke`)
    const revoked = await last(at)
    expect(revoked.can_undo).toBe(false)
    expect(await refusal(`POST ${at}/undo`, { entry: revoked.id })).toMatchObject({
      status: 409,
      message: expect.stringContaining('for good'),
    })
    const other = await sold()
    expect(await refusal(`POST ${other.at}/undo`, { entry: edit.id })).toMatchObject({ status: 404 })
    const rows = auditRows(installation).length
    await refusal(`POST ${at}/undo`, { entry: revoked.id })
    expect(auditRows(installation)).toHaveLength(rows)
  })

  test('is for support where they could have made the change, and for no viewer', async () => {
    const { at } = await sold({}, 'pc')
    const support = await makeOperator(installation, 'support')
    await must(`PATCH ${at}`, { activation_limit: 5 })
    const edit = await last(at)
    await must(`POST ${at}/deactivate`, { identifier: 'pc' })
    const freed = await last(at)
    const seen = (await support.tell(`GET ${at}`)).body.history
    expect(seen.slice(0, 2)).toMatchObject([
      { id: freed.id, can_undo: true },
      { id: edit.id, can_undo: false },
    ])
    expect(await support.tell(`POST ${at}/undo`, { entry: edit.id })).toMatchObject({ status: 403 })
    expect(await support.tell(`POST ${at}/undo`, { entry: freed.id })).toMatchObject({ status: 200 })
    const viewer = await makeOperator(installation, 'viewer')
    expect((await viewer.tell(`GET ${at}`)).body.history[1].can_undo).toBe(false)
  })

  test('asks first where the undo takes something from the owner', async () => {
    const { key, at } = await sold({ validity: 10 })
    await must(`POST ${at}/extend`, { days: 20 })
    const { id } = await last(at)
    const asked = await installation.cli('license', 'undo', key, String(id))
    expect(asked).toMatchObject({ exitCode: 2, err: expect.stringContaining('This shortens licence key') })
    expect((await installation.cli('license', 'undo', key, String(id), '--yes')).out).toContain(
      `Change ${id} is undone`,
    )
  })
})

describe('license file', () => {
  test('is what the device would get, and is on record', async () => {
    const { key, at } = await sold({}, 'pc')
    const lic = await must(`POST ${at}/file`, { identifier: 'pc' })
    const own = await installation.ask('POST /api/v1/get-license-file', { license_key: key, identifier: 'pc' })
    expect(lic).toMatchObject({ file_name: 'license.lic', content: own.response.licFileContent })
    const json = await must(`POST ${at}/file`, { identifier: 'pc', kind: 'json' })
    expect(JSON.parse(json.content).license).toMatchObject({ key, hardware_id: 'pc' })
    const [entry] = (await must(`GET ${at}`)).history
    expect(entry).toMatchObject({
      verb: 'license.file-issued',
      actor: `user ${operator.name}`,
      after: { identifier: 'pc', kind: 'json' },
    })
  })

  test('is refused where the device itself would be', async () => {
    const { key, at } = await sold({}, 'pc')
    expect(await refusal(`POST ${at}/file`, { identifier: 'laptop' })).toMatchObject({
      status: 409,
      message: expect.stringContaining('202'),
      remedies: [{ operation: 'license explain' }],
    })
    await installation.cli('blocklist', 'add', '--identifier', 'banned')
    await installation.ask('POST /api/v1/activate', { license_key: key, identifier: 'banned' })
    expect(await refusal(`POST ${at}/file`, { identifier: 'banned' })).toMatchObject({
      message: expect.stringContaining('150'),
    })
  })
})

test('license calls counts good answers and refusals of each day', async () => {
  const { key, id, at } = await sold({}, 'pc')
  for (const identifier of ['pc', 'pc', 'stranger']) await codeOf(key, identifier)
  const days = await until('the calls', async () => {
    const told = await must(`GET ${at}/calls`)
    return told.days.at(-1).refused === 1 && told.days
  })
  expect(days).toHaveLength(30)
  const today = installation.now().toISOString().slice(0, 10)
  expect(days.at(-1)).toEqual({ day: today, good: 3, refused: 1 })
  expect(days[0]).toMatchObject({ good: 0, refused: 0 })
  expect((await must('GET /calls', { license: `id:${id}`, failed: true })).calls).toMatchObject([
    { identifier: 'stranger' },
  ])
})

test('license show has the notes, however long the history is', async () => {
  const { at } = await sold()
  await must(`POST ${at}/notes`, { note: 'called on Tuesday' })
  for (let i = 0; i < 51; i += 1) await must(`PUT ${at}/meta/visits`, { value: String(i) })
  const page = await must(`GET ${at}`)
  expect(page.history).toHaveLength(50)
  expect(page.notes).toMatchObject([{ note: 'called on Tuesday', actor: `user ${operator.name}` }])
})

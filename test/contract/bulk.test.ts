import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { auditRows, makeOperator, type Operator } from '../support/operator'
import { makeProduct } from '../support/stock'
import { until } from '../support/wait'

setDefaultTimeout(60_000)

let installation: TestInstallation
let operator: Operator
let product_id: number
beforeAll(async () => {
  installation = await startInstallation()
  operator = await makeOperator(installation, 'operator')
  product_id = await makeProduct(installation)
})
afterAll(() => installation.close())

const make = (license_keys: string[], fields: Record<string, unknown> = {}) =>
  installation.ask('POST /api/v1/create-license-keys', {
    ...{ license_keys, product_id, activation_limit: 5, validity: 100, status: 'assigned', ...fields },
  })
const keysOf = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}-${i}`)
const activate = (license_key: string, identifier: string) =>
  installation.ask('POST /api/v1/activate', { license_key, identifier })

const order = async (fields: Record<string, unknown>) => {
  const { status, body } = await operator.tell('POST /licenses/bulk', fields)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body
}
const ended = (id: number) =>
  until('the bulk change is done', async () => {
    const { body } = await operator.tell(`GET /bulk/${id}`)
    return body.state === 'done' && body
  })
const done = async (fields: Record<string, unknown>) => ended((await order(fields)).id)
const undone = async (id: number) => ended((await operator.tell(`POST /bulk/${id}/undo`)).body.id)
const list = async (key: string) => (await operator.tell('GET /licenses', { key, limit: 1000 })).body.licenses
const statesOf = async (key: string) => [...new Set((await list(key)).map(({ state }: { state: string }) => state))]

describe('a bulk change', () => {
  test('says in a dry run what changes, what is refused and what is lost, and changes nothing', async () => {
    await make(['DRY-1', 'DRY-2', 'DRY-3'])
    await operator.tell('POST /licenses/DRY-3/block')
    for (const device of ['a', 'b']) await activate('DRY-1', device)
    const rows = auditRows(installation).length
    expect(await order({ action: 'block', key: 'DRY-', dry_run: true })).toMatchObject({
      ...{ id: null, state: 'planned', total: 3, changed: 2, refused: 1, can_undo: true },
      loses: 'This blocks 2 licences until they are unblocked. 2 devices that use them will be refused.',
      refusals: [{ license_key: 'DRY-3', reason: 'licence key "DRY-3" is blocked already' }],
    })
    expect(await order({ action: 'delete', key: 'DRY-', dry_run: true })).toMatchObject({
      loses:
        'This deletes 3 licences for good, with their seats and their metadata. 2 devices that use them will be refused.',
    })
    expect(await order({ action: 'extend', by: '30d', key: 'DRY-', dry_run: true })).toMatchObject({ loses: '' })
    expect(auditRows(installation)).toHaveLength(rows)
  })

  test('of more licences than fit in a write changes each as the operation for one does, and is undone', async () => {
    await make(keysOf('MANY', 120))
    const { id, ...run } = await done({ action: 'block', reason: 'chargeback', key: 'MANY-', expected: 120 })
    expect(run).toMatchObject({ total: 120, done: 120, changed: 120, refused: 0, can_undo: true, refusals: [] })
    expect(await statesOf('MANY-')).toEqual(['blocked'])
    const rows = auditRows(installation).filter(({ request_id }) => request_id === `bulk-${id}`)
    expect(rows).toHaveLength(120)
    expect(rows[0]).toMatchObject({ verb: 'license.updated', actor: `user ${operator.name}` })
    expect(JSON.parse(rows[0].after)).toMatchObject({ status: 'blocked', block_reason: 'chargeback' })

    await operator.tell('POST /licenses/MANY-7/unblock')
    await operator.tell('DELETE /licenses/MANY-8')
    expect(await undone(id)).toMatchObject({
      ...{ action: 'undo', undoes: id, total: 120, changed: 118, refused: 2, can_undo: false },
      refusals: [
        { license_key: 'MANY-7', reason: 'licence key "MANY-7" was changed since, so it stays as it is' },
        { license_key: null, reason: 'it was deleted' },
      ],
    })
    expect(await statesOf('MANY-')).toEqual(['assigned'])
    const [first] = await list('MANY-0')
    expect(first).toMatchObject({ block_reason: null, status: 'assigned' })
    expect((await operator.tell(`GET /bulk/${id}`)).body).toMatchObject({ can_undo: false, undone_by: id + 1 })
    const { status, body } = await operator.tell(`POST /bulk/${id}/undo`)
    expect([status, body.error.message]).toEqual([
      409,
      `bulk change ${id} was undone already, by bulk change ${id + 1}`,
    ])
  })

  test.each<[string, Record<string, unknown>]>([
    ['extend', { by: '30d' }],
    ['set-meta', { meta_key: 'tier', meta_value: 'gold' }],
    ['unblock', {}],
  ])('%s and its undo leave a licence as it was', async (action, fields) => {
    const key = `BACK-${action}`
    await make([key])
    await installation.cli('license', 'meta', 'set', key, 'tier', 'silver')
    if (action === 'unblock') await operator.tell(`POST /licenses/${key}/block`, { reason: 'x' })
    const look = async () => {
      const { history, updated_at, ...rest } = (await operator.tell(`GET /licenses/${key}`)).body
      return rest
    }
    const before = await look()
    const { id, changed } = await done({ action, key, ...fields })
    expect(changed).toBe(1)
    expect(await look()).not.toEqual(before)
    await undone(id)
    expect(await look()).toEqual(before)
  })

  test('takes ids, adds notes, deletes, and says why one stays as it was', async () => {
    await make(['NOTED-1', 'NOTED-2'])
    const ids = (await list('NOTED-')).map(({ id }: { id: number }) => id)
    const noted = await done({ action: 'note', note: 'recalled', ids })
    expect(noted).toMatchObject({ changed: 2, can_undo: false })
    expect((await operator.tell('GET /licenses', { text: 'recalled' })).body.licenses).toHaveLength(2)
    const deleted = await done({ action: 'delete', ids: [...ids, 999_999] })
    expect(deleted).toMatchObject({
      changed: 2,
      refusals: [{ id: 999_999, license_key: null, reason: 'it was deleted' }],
    })
    expect(await list('NOTED-')).toEqual([])
    expect((await operator.tell(`POST /bulk/${deleted.id}/undo`)).body.error.message).toBe(
      `bulk change ${deleted.id} cannot be undone: it is of the kind "delete"`,
    )
  })

  test.each<[string, Record<string, unknown>, RegExp]>([
    ['of nothing in particular', { action: 'block' }, /by a filter, or all with everything/],
    ['of ids and a filter', { action: 'block', ids: ['1'], key: 'MANY-' }, /say which licences/],
    ['without what it needs', { action: 'extend', key: 'MANY-' }, /"extend" needs by/],
    ['with an extension that is none', { action: 'extend', by: 'soon', key: 'MANY-' }, /"soon" is no extension/],
    [
      'of another number than expected',
      { action: 'block', key: 'MANY-', expected: 7 },
      /119 licences match now, and you expected 7/,
    ],
  ])('%s is refused', async (_, fields, sentence) => {
    const { status, body } = await operator.tell('POST /licenses/bulk', fields)
    expect([409, 422]).toContain(status)
    expect(body.error.message).toMatch(sentence)
  })

  test('at the terminal asks first, does the work itself, and is listed', async () => {
    await make(['SHELL-1'])
    await activate('SHELL-1', 'a')
    const refused = await installation.cli('bulk', 'start', 'block', '--key', 'SHELL-')
    expect(refused.err).toContain(
      'This blocks 1 licence until they are unblocked. 1 device that uses them will be refused.',
    )
    const { out } = await installation.cli('bulk', 'start', 'block', '--key', 'SHELL-', '--yes')
    expect(out).toMatch(/^Bulk change \d+, block of 1 licence: 1 changed, 0 refused\.$/m)
    const { json } = await installation.cli('bulk', 'list', '--json')
    expect(json.bulk[0]).toMatchObject({ action: 'block', state: 'done', changed: 1 })
    expect(json.bulk[0].actor).toStartWith('command line')
    expect((await installation.cli('bulk', 'undo', String(json.bulk[0].id))).exitCode).toBe(0)
    expect(await statesOf('SHELL-')).toEqual(['active'])
  })
})

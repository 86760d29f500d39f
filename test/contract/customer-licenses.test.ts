import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { makeLicense, makeProduct } from '../support/stock'

setDefaultTimeout(60_000)

let installation: TestInstallation
let operator: Operator
let product_id: number
let other: number
beforeAll(async () => {
  installation = await startInstallation()
  operator = await makeOperator(installation, 'operator')
  product_id = await makeProduct(installation, { name: 'Editor' })
  other = await makeProduct(installation, { name: 'Viewer' })
})
afterAll(() => installation.close())

let people = 0
/** A customer with a licence of each of two products; a device uses the first. */
async function makeCustomer() {
  const owner_email = `Ada-${++people}@Example.com`
  const editor = await makeLicense(installation, { product_id, owner_email })
  const viewer = await makeLicense(installation, { product_id: other, owner_email })
  await installation.ask('POST /api/v1/activate', { license_key: editor, identifier: 'pc' })
  return { email: owner_email.toLowerCase(), editor, viewer }
}

const verify = async (license_key: string, identifier = 'pc') =>
  (await installation.ask('POST /api/v1/verify', { license_key, identifier })).code
const show = async (key: string) => (await installation.cli('license', 'show', key, '--json')).json
const newest = async () =>
  (await installation.cli('audit', 'list', '--limit', '1', '--json')).json.entries[0].id as number
const rowsSince = async (id: number) =>
  (await installation.cli('audit', 'list', '--limit', '50', '--json')).json.entries.filter(
    (entry: { id: number }) => entry.id > id,
  )

describe('all licences of a customer', () => {
  test('are blocked in one step, after a question that names each, with a row in the audit log for each', async () => {
    const { email, editor, viewer } = await makeCustomer()
    const asked = await installation.cli('customer', 'block', email, '--reason', 'chargeback')
    expect(asked).toMatchObject({ exitCode: 2, out: '' })
    for (const part of [
      '2 licences',
      `"${editor}" active → blocked`,
      `"${viewer}" assigned → blocked`,
      '1 device',
      '--yes',
    ]) {
      expect(asked.err).toContain(part)
    }
    expect(await verify(editor)).toBe(200)

    const before = await newest()
    const { json } = await installation.cli('customer', 'block', email, '--reason', 'chargeback', '--yes', '--json')
    expect(json.changed).toMatchObject([
      { license_key: editor, product_id, seats_taken: 1, state_before: 'active', state: 'blocked' },
      { license_key: viewer, product_id: other, seats_taken: 0, state_before: 'assigned', state: 'blocked' },
    ])
    expect(await verify(editor)).toBe(204)
    expect(await show(viewer)).toMatchObject({ state: 'blocked', block_reason: 'chargeback' })
    const rows = await rowsSince(before)
    expect(rows.map(({ verb }: { verb: string }) => verb)).toEqual(['license.updated', 'license.updated'])
  })

  test('of one product alone are changed where it is named, by its name too', async () => {
    const { email, editor, viewer } = await makeCustomer()
    await installation.cli('customer', 'block', email, '--product', 'Viewer', '--yes')
    expect([(await show(editor)).state, (await show(viewer)).state]).toEqual(['active', 'blocked'])
  })

  test('stay as they are in a dry run, which says before and after and asks nothing', async () => {
    const { email, editor } = await makeCustomer()
    const before = await newest()
    for (const command of [['block'], ['revoke'], ['extend', '30d']] as const) {
      const [verb, ...rest] = command
      const { exitCode, out } = await installation.cli('customer', verb, email, ...rest, '--dry-run')
      expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringContaining('would change') })
      expect(out).toMatch(/ → /)
    }
    expect(await newest()).toBe(before)
    expect(await verify(editor)).toBe(200)
  })

  test('are unblocked together, or those alone that were blocked for that reason', async () => {
    const { email, editor, viewer } = await makeCustomer()
    await installation.cli('license', 'block', viewer, '--reason', 'stolen key', '--yes')
    const { json: blocked } = await installation.cli(
      'customer',
      'block',
      email,
      '--reason',
      'dispute',
      '--yes',
      '--json',
    )
    expect(blocked.changed.map((each: { license_key: string }) => each.license_key)).toEqual([editor])
    expect(blocked.unchanged).toEqual([{ license_key: viewer, reason: expect.stringContaining('blocked already') }])
    const { json } = await installation.cli('customer', 'unblock', email, '--reason', 'dispute', '--json')
    expect(json.changed).toMatchObject([{ license_key: editor, state_before: 'blocked', state: 'active' }])
    expect(json.unchanged).toEqual([{ license_key: viewer, reason: expect.stringContaining('"stolen key"') }])
    expect(await verify(editor)).toBe(200)
    await installation.cli('customer', 'unblock', email)
    expect((await show(viewer)).state).toBe('assigned')
  })

  test('get more time together; one that never ends stays as it is', async () => {
    const { email, editor, viewer } = await makeCustomer()
    await installation.cli('license', 'edit', viewer, '--expires-at', 'never')
    const { expires_at } = await show(editor)
    const { json } = await installation.cli('customer', 'extend', email, '30d', '--json')
    expect(json.changed).toMatchObject([{ license_key: editor, expires_at_before: expires_at }])
    expect(Date.parse(json.changed[0].expires_at) - Date.parse(expires_at)).toBe(30 * 86_400_000)
    expect(json.unchanged).toEqual([{ license_key: viewer, reason: expect.stringContaining('never ends') }])
    const wrong = await installation.cli('customer', 'extend', email, 'soon')
    expect(wrong).toMatchObject({ exitCode: 2, err: expect.stringContaining('30d or 4w') })
  })

  test('are revoked for good, and the question says so', async () => {
    const { email, editor, viewer } = await makeCustomer()
    const asked = await installation.cli('customer', 'revoke', email)
    expect(asked).toMatchObject({ exitCode: 2, err: expect.stringContaining('for good') })
    await installation.cli('customer', 'revoke', email, '--reason', 'refund', '--yes')
    for (const key of [editor, viewer]) expect((await show(key)).state).toBe('revoked')
    const again = await installation.cli('customer', 'revoke', email, '--json')
    expect(again.json).toMatchObject({ changed: [], unchanged: [{}, {}] })
    expect((await installation.cli('customer', 'unblock', email, '--json')).json.changed).toEqual([])
  })

  test('are changed over HTTP alike, by an operator', async () => {
    const { email, editor } = await makeCustomer()
    const trial = await operator.tell(`POST /customers/${email}/block`, { dry_run: true })
    expect(trial).toMatchObject({ status: 200, body: { dry_run: true, changed: [{ state: 'blocked' }, {}] } })
    expect(await verify(editor)).toBe(200)
    expect(await operator.tell(`POST /customers/${email}/block`, { reason: 'chargeback' })).toMatchObject({
      status: 200,
    })
    expect(await verify(editor)).toBe(204)
    expect(await operator.tell(`POST /customers/${email}/unblock`)).toMatchObject({ status: 200 })
    expect(await operator.tell(`POST /customers/${email}/extend`, { by: '4w' })).toMatchObject({
      body: { changed: [{ license_key: editor }, {}] },
    })
    expect(await verify(editor)).toBe(200)
    expect(await operator.tell(`POST /customers/${email}/revoke`)).toMatchObject({ status: 200 })
  })

  test('that are none are not found, nor are those of a part of an address', async () => {
    await makeCustomer()
    for (const email of ['nobody@example.com', 'example.com']) {
      const { exitCode, err } = await installation.cli('customer', 'block', email, '--yes')
      expect({ exitCode, err }).toEqual({ exitCode: 1, err: expect.stringContaining(email) })
      expect(await operator.tell(`POST /customers/${email}/block`)).toMatchObject({ status: 404 })
    }
    expect(
      (await installation.cli('customer', 'block', 'nobody@example.com', '--yes', '--product', 'nothing')).exitCode,
    ).toBe(1)
  })
})

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { makeLicense, makeProduct } from '../support/stock'

// A server counts in a process of its own.
setDefaultTimeout(60_000)

let installation: TestInstallation
let viewer: Operator
beforeAll(async () => {
  installation = await startInstallation()
  viewer = await makeOperator(installation, 'viewer')
  const editor = await makeProduct(installation, { name: 'Editor' })
  const viewerApp = await makeProduct(installation, { name: '=Viewer' })
  const sold = (product_id: number, assigned_at: string, fields: Record<string, unknown> = {}) =>
    makeLicense(installation, { product_id, assigned_at, validity: 0, ...fields })
  await sold(editor, '2024-01-31T23:59:59.999Z')
  await sold(editor, '2024-02-01 00:00:00')
  await sold(editor, '2024-02-29 23:59:59', { validity: 1 })
  await sold(viewerApp, '2024-02-29T23:59:59.999Z', { status: 'blocked' })
  await sold(viewerApp, '2024-03-01T00:30:00+01:00', { status: 'revoked' })
  await sold(viewerApp, '2024-03-01 00:00:00')
  await sold(viewerApp, '2024-12-31 23:59:59')
  await sold(viewerApp, '2025-01-01 00:00:00', { validity: 30 })
  // Stock is not sold.
  await makeLicense(installation, { product_id: editor, status: 'available' })
  await makeLicense(installation, { product_id: editor, status: 'reserved' })
})
afterAll(() => installation.close())

const optionsOf = (fields: Record<string, string>) =>
  Object.entries(fields).flatMap(([name, value]) => [`--${name}`, value])

/** What both doors say, which is the same. */
async function stats(fields: Record<string, string> = {}) {
  const { json, err } = await installation.cli('license', 'stats', ...optionsOf(fields), '--json')
  const told = await viewer.tell('GET /stats', fields)
  expect({ status: told.status, err }).toEqual({ status: 200, err: '' })
  expect(told.body).toEqual(json)
  return json
}

describe('sales', () => {
  test('are counted by month where nothing is said, from the first moment of a month to its last', async () => {
    expect(await stats()).toEqual({
      from: null,
      to: null,
      product: null,
      by: ['month'],
      totals: { sold: 8, assigned: 4, expired: 2, blocked: 1, revoked: 1 },
      groups: [
        { month: '2024-01', sold: 1 },
        { month: '2024-02', sold: 4 },
        { month: '2024-03', sold: 1 },
        { month: '2024-12', sold: 1 },
        { month: '2025-01', sold: 1 },
      ],
    })
  })

  test('are counted by day in UTC, the last day of a leap month included', async () => {
    expect((await stats({ by: 'day', from: '2024-02', to: '2024-02' })).groups).toEqual([
      { day: '2024-02-01', sold: 1 },
      { day: '2024-02-29', sold: 3 },
    ])
  })

  test('are counted by product and status, the expired apart from the assigned', async () => {
    const { by, groups } = await stats({ by: 'status,product' })
    expect(by).toEqual(['product', 'status'])
    expect(groups).toMatchObject([
      { product: '=Viewer', status: 'assigned', sold: 2 },
      { product: '=Viewer', status: 'expired', sold: 1 },
      { product: '=Viewer', status: 'blocked', sold: 1 },
      { product: '=Viewer', status: 'revoked', sold: 1 },
      { product: 'Editor', status: 'assigned', sold: 2 },
      { product: 'Editor', status: 'expired', sold: 1 },
    ])
  })

  test.each<[Record<string, string>, number]>([
    [{ from: '2024-02', to: '2024-02' }, 4],
    [{ from: '2024-02-01', to: '2024-02-29' }, 4],
    [{ from: '2024-02-01', to: '2024-02-28' }, 1],
    [{ from: '2024-02-29', to: '2024-02-29' }, 3],
    [{ from: '2024-03-01', to: '2024-03-01' }, 1],
    [{ to: '2024-01' }, 1],
    [{ from: '2024-12-31', to: '2024-12-31' }, 1],
    [{ from: '2025-01-01T00:00:00Z' }, 1],
    [{ from: '2024-02-29T23:59:59.999Z', to: '2024-03-01T00:00:00Z' }, 1],
    [{ from: '2024-12', to: '2025-01' }, 2],
    [{ from: '2024-02', to: '2024-02', product: 'Editor' }, 2],
    [{ product: '=viewer' }, 5],
    [{ from: '2023-02', to: '2023-02' }, 0],
    [{ from: 'yesterday', to: 'today' }, 0],
    [{ from: 'today', to: 'today' }, 0],
  ])('within %j are %d', async (fields, expected) => {
    const { totals, groups } = await stats(fields)
    expect(totals.sold).toBe(expected)
    expect(groups.reduce((sum: number, { sold }: { sold: number }) => sum + sold, 0)).toBe(expected)
  })

  test('of today are found today', async () => {
    const product_id = await makeProduct(installation, { name: 'Fresh' })
    await makeLicense(installation, { product_id })
    const today = installation.now().toISOString().slice(0, 10)
    expect((await stats({ by: 'day', product: 'Fresh', from: 'today', to: 'today' })).groups).toEqual([
      { day: today, sold: 1 },
    ])
  })
})

describe('a person reads', () => {
  test('the totals in a sentence and the groups in a table', async () => {
    const { out } = await installation.cli(
      'license',
      'stats',
      '--from',
      '2024-02',
      '--to',
      '2024-02',
      '--product',
      'Editor',
    )
    expect(out).toStartWith(
      '2 licences sold of "Editor" from 2024-02-01 UTC until 2024-03-01 UTC: 1 assigned, 1 expired, 0 blocked, 0 revoked.\n',
    )
    expect(out).toMatch(/MONTH \(UTC\)\s+SOLD\n.*\n\s*2024-02\s+2\n/)
  })

  test('that none was sold', async () => {
    const { out, exitCode } = await installation.cli('license', 'stats', '--from', '2023-01', '--to', '2023-12')
    expect(exitCode).toBe(0)
    expect(out).toStartWith('0 licences sold from 2023-01-01 UTC until 2024-01-01 UTC')
    expect(out).toContain('None was sold.')
  })
})

describe('a spreadsheet reads', () => {
  const csv =
    "month,product_id,product,sold\n2024-02,2,'=Viewer,2\n2024-02,1,Editor,2\n2024-03,2,'=Viewer,1\n2024-12,2,'=Viewer,1\n"
  const fields = { by: 'month,product', from: '2024-02', to: '2024-12' }

  test('CSV from the command line', async () => {
    expect((await installation.cli('license', 'stats', ...optionsOf(fields), '--csv')).out).toBe(csv)
    expect((await installation.cli('license', 'stats', '--to', '2000-01-01', '--csv')).out).toBe('month,sold\n')
    expect(await installation.cli('license', 'stats', '--csv', '--json')).toMatchObject({ exitCode: 2, out: '' })
  })

  test('CSV over HTTP, where it asks for that', async () => {
    const headers = { authorization: `Bearer ${viewer.token}`, accept: 'text/csv' }
    const answer = await fetch(`${installation.url}/admin/api/stats?${new URLSearchParams(fields)}`, { headers })
    expect(answer.headers.get('content-type')).toStartWith('text/csv')
    expect(await answer.text()).toBe(csv)
  })
})

test.each([
  [{ by: 'year' }, '"year" is not one of day, month, product, status'],
  [{ by: 'month,sold' }, '"sold" is not one of day, month, product, status'],
  [{ from: '2024-13' }, '"2024-13" is not a time: write'],
  [{ to: 'last month' }, '"last month" is not a time: write'],
  [{ to: '2023-02-29' }, '"2023-02-29" is not a time: write'],
  [{ from: '2024-03', to: '2024-02' }, 'let "from" come before "to"'],
  [{ product: 'Nothing' }, 'there is no product "Nothing"'],
])('%j says what it takes, at both doors', async (fields, reason) => {
  const { exitCode, err } = await installation.cli('license', 'stats', ...optionsOf(fields as Record<string, string>))
  expect(exitCode).toBeGreaterThan(0)
  expect(err).toContain(reason)
  const { status, body } = await viewer.tell('GET /stats', fields)
  expect(status).toBeGreaterThanOrEqual(404)
  expect(body.error.message).toContain(reason)
})

test('the status of an installation tells how many of the assigned have ended', async () => {
  const { licenses } = (await installation.cli('status', '--json')).json
  const expired = (await stats()).totals.expired
  expect(licenses).toMatchObject({ available: 1, reserved: 1, expired, blocked: 1, revoked: 1 })
  expect((await viewer.tell('GET /status')).body.licenses).toEqual(licenses)
  const { out } = await installation.cli('status')
  expect(out).toContain(`1 available, ${licenses.assigned} assigned, ${expired} of them expired, 1 reserved`)
})

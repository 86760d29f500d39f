import { afterAll, beforeAll, expect, test } from 'bun:test'
import { maskedKey } from '../../src/call-log/mask'
import { insertCalls } from '../../src/call-log/store'
import { sha256 } from '../../src/kernel/secrets'
import { startInstallation, type TestInstallation } from '../support/installation'
import { beside } from '../support/webhooks'

const [mine, other] = ['ABCD-EFGH-IJKL-MNOP', 'ZYXW-VUTS-RQPO-NMLK']
const call = (hour: number, license: string, fields: { code?: string; route?: string; apiKeyId?: number } = {}) => ({
  at: new Date(Date.UTC(2030, 0, 1, hour)),
  requestId: `request-${hour}`,
  route: '/api/v1/verify',
  code: '200',
  apiKeyId: 1,
  address: '192.0.2.1',
  licenseHash: sha256(license),
  maskedKey: maskedKey(license),
  identifier: 'pc',
  durationMs: 2,
  ...fields,
})

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
  await installation.cli('api-key', 'create', '--name', 'shop', '--preset', 'shop')
  await beside(installation, ({ db }) =>
    db.write((tx) =>
      insertCalls(tx, [
        call(1, mine),
        call(2, other, { apiKeyId: 2 }),
        call(3, mine, { code: '205' }),
        call(4, other, { route: '/api/v1/activate' }),
        call(5, mine),
      ]),
    ),
  )
})
afterAll(() => installation.close())

const list = async (...args: string[]) => (await installation.cli('call', 'list', ...args, '--json')).json
const hours = (page: { calls: { at: string }[] }) => page.calls.map(({ at }) => new Date(at).getUTCHours())

test('what was asked about a licence key is found by the key, which is not in the answer', async () => {
  const page = await list('--license', mine)
  expect(hours(page)).toEqual([5, 3, 1])
  expect(page.calls[1]).toEqual({
    id: 3,
    at: '2030-01-01T03:00:00.000Z',
    request_id: 'request-3',
    route: '/api/v1/verify',
    endpoint: 'verify',
    code: '205',
    message: 'License key expired',
    is_good: false,
    api_key_id: 1,
    address: '192.0.2.1',
    license_key: 'ABCD…MNOP',
    identifier: 'pc',
    duration_ms: 2,
  })
  const { out } = await installation.cli('call', 'list', '--license', mine)
  expect(out).toContain('ABCD…MNOP')
  expect(out).not.toContain(mine)
})

test.each<[string[], number[]]>([
  [[], [5, 4, 3, 2, 1]],
  [['--code', '205'], [3]],
  [
    ['--code', '205,200', '--api-key', 'everything'],
    [5, 4, 3, 1],
  ],
  [['--failed'], [3]],
  [['--api-key', '2'], [2]],
  [['--api-key', 'SHOP'], [2]],
  [['--route', 'POST /api/v1/activate'], [4]],
  [['--route', '/api/v1/activate'], [4]],
  [['--route', 'activate'], [4]],
  [['--route', 'deactivate'], []],
  [
    ['--route', 'activate,verify'],
    [5, 4, 3, 2, 1],
  ],
  [
    ['--from', '2030-01-01', '--to', '2030-01-01'],
    [5, 4, 3, 2, 1],
  ],
  [['--to', '2029-12-31'], []],
  [
    ['--from', '2030-01-01T02:00:00Z', '--to', '2030-01-01T04:00:00Z'],
    [3, 2],
  ],
  [
    ['--license', mine, '--from', '2030-01-01T02:00:00Z', '--sort', 'at'],
    [3, 5],
  ],
  [['--license', 'nobody has this'], []],
])('call list %j', async (args, expected) => {
  expect(hours(await list(...args))).toEqual(expected)
})

test.each([
  [['--code', 'abc'], '--code: "abc" is not one of 100,'],
  [['--code', '202,999'], '"999" is not one of'],
  [['--route', 'verfy'], '--route: There is no endpoint "verfy": choose from verify, activate,'],
  [['--from', 'later'], '--from: "later" is not a time: write 2030-01-31,'],
  [['--from', '2030-01-02', '--to', '2030-01-01'], 'let "from" come before "to"'],
  [['--api-key', 'nobody'], 'there is no API key "nobody"'],
  [['--api-key', '77'], 'there is no API key 77'],
])('call list %j says what it takes instead of finding nothing', async (args, reason) => {
  const { exitCode, out, err } = await installation.cli('call', 'list', ...args)
  expect({ exitCode: exitCode > 0, out, err }).toEqual({
    exitCode: true,
    out: '',
    err: expect.stringContaining(reason),
  })
})

test('a call shows the words of its code', async () => {
  const { out } = await installation.cli('call', 'list', '--code', '205')
  expect(out).toContain('verify    205   License key expired')
})

test.each([[[]], [['--license', mine]]])('call list %j goes on where a page ended', async (args) => {
  const all = hours(await list(...args))
  const first = await list(...args, '--limit', '2')
  const second = await list(...args, '--limit', '2', '--after', first.next)
  expect([...hours(first), ...hours(second)]).toEqual(all.slice(0, 4))
})

test.each([
  ['ABCD-EFGH-IJKL-MNOP', 'ABCD…MNOP'],
  ['ABCDEFGH', 'AB…GH'],
  ['ABC', '…'],
])('of the key %s is shown %s', (key, shown) => {
  expect(maskedKey(key)).toBe(shown)
})

test('calls of a licence are found however many of others came between', async () => {
  const between = Array.from({ length: 10_000 }, () => call(6, other))
  await beside(installation, ({ db }) => db.write((tx) => insertCalls(tx, [...between, call(7, mine)])))
  expect(hours(await list('--license', mine))).toEqual([7, 5, 3, 1])
  const first = await list('--license', mine, '--limit', '1')
  expect(hours(await list('--license', mine, '--limit', '3', '--after', first.next))).toEqual([5, 3, 1])
})

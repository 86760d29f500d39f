import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeActiveLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
let active: string
beforeAll(async () => {
  installation = await startInstallation()
  const product_id = await makeProduct(installation)
  const make = (fields: Record<string, unknown>) =>
    installation.ask('POST /api/v1/create-license-keys', { activation_limit: 1, validity: 0, product_id, ...fields })
  active = await makeActiveLicense(installation, { product_id }, 'pc')
  await make({ license_keys: ['FREE'], status: 'available' })
  await make({ license_keys: ['HELD'], status: 'reserved' })
  await make({ license_keys: ['OLD'], status: 'assigned', assigned_at: '2024-01-31 23:59:59' })
  await make({ license_keys: ['NEW'], status: 'assigned', assigned_at: '2024-02-01 00:00:00' })
  await installation.cli('license', 'block', 'NEW', '--yes')
})
afterAll(() => installation.close())

const list = async (...args: string[]) => {
  const { exitCode, out, err } = await installation.cli('license', 'list', ...args, '--json')
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  return JSON.parse(out).licenses as { license_key: string; state: string }[]
}
const keys = async (...args: string[]) => (await list(...args)).map(({ license_key }) => license_key)

describe('license list', () => {
  test.each<[string[], string[]]>([
    [
      ['--status', 'available,reserved'],
      ['FREE', 'HELD'],
    ],
    [
      ['--status', 'available', '--status', 'Blocked'],
      ['FREE', 'NEW'],
    ],
    [['--from', '2024-01-31', '--to', '2024-01-31'], ['OLD']],
    [['--from', '2024-02-01', '--to', '2024-02-29'], ['NEW']],
    [['--to', '2024-12-31', '--status', 'assigned'], ['OLD']],
    [['--from', '2024-02-01', '--to', '2024-02-29', '--status', 'reserved'], []],
  ])('takes %j', async (filter, expected) => {
    expect(await keys(...filter)).toEqual(expected)
  })

  test.each<[string[], RegExp]>([
    [['--status', 'sold'], /--status.*sold.*available/],
    [['--status', 'assigned,sold'], /--status.*sold/],
    [['--from', 'someday'], /"someday" is not a time/],
    [['--from', '2024-02-01', '--to', '2024-01-01'], /let "from" come before "to"/],
  ])('refuses %j', async (filter, sentence) => {
    const { exitCode, out, err } = await installation.cli('license', 'list', ...filter)
    expect({ exitCode, out, err }).toEqual({ exitCode: 2, out: '', err: expect.stringMatching(sentence) })
  })

  test('says the same word for a state as license show', async () => {
    const states = (await list()).map(({ license_key, state }) => [license_key, state])
    expect(Object.fromEntries(states)).toEqual({
      [active]: 'active',
      FREE: 'available',
      HELD: 'reserved',
      OLD: 'assigned',
      NEW: 'blocked',
    })
    for (const [key, state] of states) {
      expect((await installation.cli('license', 'show', key!)).out).toMatch(new RegExp(`^ *state +${state}$`, 'm'))
    }
  })
})

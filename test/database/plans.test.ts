import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fillStock, keyAt } from '../../src/bench/stock'
import { connect, type Queryable } from '../../src/database/connection'
import { migrate } from '../../src/database/migrate'
import { findDevice } from '../../src/features/activations/service'
import { listLicenses } from '../../src/features/licenses/list/store'
import { findPastedSeat } from '../../src/features/licenses/pasted/store'
import { pageLicenses } from '../../src/features/support/store'

const now = new Date('2030-01-01T00:00:00.000Z')
const page = { limit: 100, offset: 0 }
const sorted = (sort: string) => ({ sort, limit: 100, now })

const lists: [string, (db: Queryable) => PromiseLike<unknown>][] = [
  ['verify', (db) => findDevice(db, { license_key: keyAt(0), identifier: 'device-0000001' })],
  ['a pasted key', (db) => findPastedSeat(db, '0000\u20130000\u00a0\u2013x', 'device-0000001')],
  ['the list by the beginning of a key or an owner', (db) => listLicenses(db, { search: '0000-' }, page)],
  ['the same of one product', (db) => listLicenses(db, { search: '0000-', productId: 1 }, page)],
  ['the list by e-mail', (db) => listLicenses(db, { ownerEmail: 'owner-0000001@example.com' }, page)],
  ['the desk by a key', (db) => pageLicenses(() => db, { key: '0000-' }, sorted('license_key'))],
]

/** The statements that are prepared meanwhile, in a stock of some thousand licences, and how SQLite goes about them. */
async function statementsOf(look: (db: Queryable) => PromiseLike<unknown>) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-plans-'))
  const path = join(folder, 'latchkey.db')
  migrate(path, now)
  await fillStock(path, { keys: 5000, available: 0 }, now)
  const { raw, orm, close } = connect(path)
  const { prepare } = raw
  const asked: string[] = []
  raw.prepare = ((sql: string) => {
    asked.push(sql)
    return prepare(sql)
  }) as typeof raw.prepare
  await look(orm)
  raw.prepare = prepare
  const plans = asked.flatMap((sql) => raw.query<{ detail: string }, []>(`explain query plan ${sql}`).all())
  close()
  rmSync(folder, { recursive: true })
  expect(plans).not.toBeEmpty()
  return { asked, plans: plans.map(({ detail }) => detail) }
}

test.each(lists)('%s reads no table from end to end', async (_, look) => {
  const { plans } = await statementsOf(look)
  expect(plans.filter((detail) => /^SCAN (licenses|activations)/.test(detail))).toEqual([])
})

test.each([
  ['once where the key is exact', keyAt(0), 1],
  ['again where it is not', keyAt(0).toLowerCase(), 3],
])('what verify looks up is asked %s', async (_, license_key, times) => {
  const { asked } = await statementsOf((db) => findDevice(db, { license_key, identifier: 'device-0000001' }))
  expect(asked).toHaveLength(times)
})

import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fillStock } from '../../src/bench/stock'
import { connect, type Queryable } from '../../src/database/connection'
import { migrate } from '../../src/database/migrate'
import { pageLicenses } from '../../src/features/desk/store'
import { listLicenses } from '../../src/features/licenses/list/store'
import { findSeat } from '../../src/features/licenses/store'

const now = new Date('2030-01-01T00:00:00.000Z')
const page = { limit: 100, offset: 0 }
const sorted = (sort: string) => ({ sort, limit: 100, now })

const lists: [string, (db: Queryable) => PromiseLike<unknown>][] = [
  ['verify', (db) => findSeat(db, '0000-0000-BENC-HKEY', 'device-0000001')],
  ['the list by the beginning of a key or an owner', (db) => listLicenses(db, { search: '0000-' }, page)],
  ['the same of one product', (db) => listLicenses(db, { search: '0000-', productId: 1 }, page)],
  ['the list by e-mail', (db) => listLicenses(db, { ownerEmail: 'owner-0000001@example.com' }, page)],
  ['the desk by a key', (db) => pageLicenses(db, { key: '0000-' }, sorted('license_key'))],
]

/** How SQLite goes about every statement that is prepared meanwhile, in a stock of some thousand licences. */
async function plansOf(look: (db: Queryable) => PromiseLike<unknown>): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-plans-'))
  const path = join(folder, 'latchkey.db')
  migrate(path, now)
  fillStock(path, { keys: 5000, available: 0 }, now)
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
  return plans.map(({ detail }) => detail)
}

test.each(lists)('%s reads no table from end to end', async (_, look) => {
  expect((await plansOf(look)).filter((detail) => /^SCAN (licenses|activations)/.test(detail))).toEqual([])
})

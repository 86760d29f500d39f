import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { License } from '../../../db/schema/licensing'
import { fillStock } from '../../../src/bench/stock'
import { connect } from '../../../src/database/connection'
import { migrate } from '../../../src/database/migrate'
import { listEnded } from '../../../src/features/licenses/expiry/store'
import { expiryOf, isExpired } from '../../../src/features/licenses/policy'
import { countSales } from '../../../src/features/support/sales/store'
import { pageLicenses } from '../../../src/features/support/store'
import { dayMs } from '../../../src/kernel/durations'
import { latest } from '../../../src/kernel/moments'
import { countLicenses } from '../../../src/upkeep/status/store'

const now = new Date('2030-01-01T00:00:00.000Z')
const stock = 60
let folder: string
let database: ReturnType<typeof connect>
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-expiry-'))
  const path = join(folder, 'latchkey.db')
  migrate(path, now)
  await fillStock(path, { keys: stock, available: 0 }, now)
  database = connect(path)
})
afterAll(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const days = fc.oneof(
  fc.constantFrom(-1, 0, 1, 2, 365),
  fc.integer({ min: 0, max: 9000 }),
  fc.constantFrom(2_900_000, 2_913_000, 2_913_400, 4_000_000, 999_999_999_999_999),
)
/** Ends of a round number of days lie around now, to the millisecond. */
const startMs = fc
  .tuple(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0, 1, 2, 365, 9000))
  .map(([ms, daysAgo]) => now.getTime() - daysAgo * dayMs + ms)
const terms = fc.record({
  status: fc.constantFrom('assigned', 'assigned', 'assigned', 'blocked', 'available', 'reserved'),
  validity: days,
  assignedAt: fc.oneof(startMs, startMs, fc.integer({ min: 0, max: latest.getTime() }), fc.constant(null)),
})

test('when a licence ends is the same in SQL as in the program, for every query that asks', async () => {
  const { orm, raw } = database
  raw.run('pragma synchronous = off')
  const change = raw.query('update licenses set status = ?, validity = ?, assigned_at = ? where id = ?')
  const idsOf = (rows: { id: number }[]) => rows.map(({ id }) => id).sort((a, b) => a - b)
  const page = { limit: 1000, now }
  const agree = fc.asyncProperty(fc.array(terms, { minLength: stock, maxLength: stock }), async (all) => {
    raw.transaction(() => {
      for (const [i, { status, validity, assignedAt }] of all.entries()) change.run(status, validity, assignedAt, i + 1)
    })()
    const { rows } = await pageLicenses(() => orm, {}, { sort: 'id', ...page })
    const isRunning = ({ status, validity }: License) => status === 'assigned' && validity > 0
    const ended = rows.filter((row) => row.status === 'assigned' && isExpired(row, now))
    const ending = rows.filter((row) => isRunning(row) && expiryOf(row))

    expect(idsOf((await pageLicenses(() => orm, { states: ['expired'] }, { sort: 'id', ...page })).rows)).toEqual(
      idsOf(ended),
    )
    const byEnd = (await pageLicenses(() => orm, {}, { sort: 'expires_at', ...page })).rows
    expect(idsOf(byEnd)).toEqual(idsOf(ending))
    const ends = byEnd.map((row) => expiryOf(row)!.getTime())
    expect(ends).toEqual([...ends].sort((a, b) => a - b))
    expect((await countLicenses(orm, now)).expired).toBe(ended.length)
    const sold = await countSales(orm, {}, now)
    expect(sold.reduce((sum, { expired }) => sum + expired, 0)).toBe(ended.length)
    const announced = await listEnded(orm, { endsMs: 0, id: 0 }, now, 1000)
    expect(idsOf(announced.map(({ license }) => license))).toEqual(idsOf(ended))
    for (const { license, endsMs } of announced) expect(endsMs).toBe(expiryOf(license)!.getTime())
  })
  await fc.assert(agree, { numRuns: 40 })
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { licenses } from '../../db/schema/licensing'
import { fillStock } from '../../src/bench/stock'
import { type Connection, connect } from '../../src/database/connection'
import { migrate } from '../../src/database/migrate'
import { scanIds, scanPage } from '../../src/database/scan'

const now = new Date('2030-01-01T00:00:00.000Z')
const folder = mkdtempSync(join(tmpdir(), 'latchkey-scan-'))
let database: Connection
beforeAll(async () => {
  const path = join(folder, 'latchkey.db')
  migrate(path, now)
  await fillStock(path, { keys: 9000, available: 0 }, now)
  database = connect(path)
})
afterAll(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

const everySeventh = sql`${licenses.id} % 7 = 0`
const expected = Array.from({ length: 9000 }, (_, i) => i + 1).filter((id) => id % 7 === 0)
const sorts = { id: licenses.id, license_key: sql`${licenses.licenseKey} collate nocase` }

/** Every page of the scan, one after the other. */
async function pagesOf(sort: string, limit: number, budgetMs?: number) {
  const pages: number[][] = []
  let after: string | undefined
  do {
    const wanted = { sort, limit, after }
    const scan = { test: everySeventh, sorts, wanted, budgetMs }
    const { rows, next } = await scanPage(() => database.orm, licenses, scan)
    pages.push(rows.map(({ id }) => id))
    after = next ?? undefined
  } while (after !== undefined)
  return pages
}

test.each(['id', '-id', 'license_key', '-license_key'])('pages by %s have every row once, in order', async (sort) => {
  const pages = await pagesOf(sort, 500)
  expect(pages.map(({ length }) => length)).toEqual([500, 500, 285])
  const ids = pages.flat()
  expect(ids.toSorted((a, b) => a - b)).toEqual(expected)
  if (sort === 'id') expect(ids).toEqual(expected)
  if (sort === '-id') expect(ids).toEqual(expected.toReversed())
})

test('a scan out of time gives short pages, which together have every row', async () => {
  const pages = await pagesOf('id', 1000, 0)
  expect(pages).toHaveLength(3)
  expect(pages[0]).toHaveLength(571)
  expect(pages.flat()).toEqual(expected)
})

test('ids stop at the limit and say so', async () => {
  const scan = { where: sql`${licenses.id} > 8900`, test: everySeventh }
  const few = await scanIds(() => database.orm, licenses, { ...scan, limit: 3 })
  expect(few).toEqual({ ids: [8904, 8911, 8918], isAll: false })
  const all = await scanIds(() => database.orm, licenses, { ...scan, limit: 1000 })
  expect(all).toEqual({ ids: expected.filter((id) => id > 8900), isAll: true })
})

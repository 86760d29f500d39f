import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import fc from 'fast-check'
import { type Db, openDatabase } from '../../src/database/database'
import { migrate } from '../../src/database/migrate'
import { pageOf, type Sorts } from '../../src/database/page'

const things = sqliteTable('things', {
  id: integer('id').primaryKey(),
  name: text('name').notNull(),
  weight: integer('weight'),
})
const sorts: Sorts = { id: things.id, name: things.name, weight: things.weight, loud: sql`upper(${things.name})` }

let folder: string
let db: Db
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-page-'))
  const path = join(folder, 'page.db')
  migrate(path, new Date())
  db = openDatabase(path, { actor: 'test' })
  await db.write(async (tx) => {
    await tx.run(sql`create table things (id integer primary key, name text not null, weight integer) strict`)
  })
})
afterAll(async () => {
  await db.close()
  rmSync(folder, { recursive: true })
})

type Thing = typeof things.$inferSelect
const thing = fc.record({
  name: fc.constantFrom('a', 'B', 'b', 'c'),
  weight: fc.option(fc.integer({ min: 0, max: 2 })),
})

/** What a sort goes by; null stands before every value. */
const measure = (row: Thing, sort: string) => (sort === 'loud' ? row.name.toUpperCase() : row[sort as keyof Thing])
const compare = (a: Thing, b: Thing, sort: string) => {
  const [x, y] = [measure(a, sort), measure(b, sort)]
  if (x === y) return a.id - b.id
  return x === null || (y !== null && x < y) ? -1 : 1
}

describe('a list in pages', () => {
  test('has every row once and in order, whatever the order and the size of its pages', async () => {
    const walked = fc.asyncProperty(
      fc.array(thing, { maxLength: 12 }),
      fc.constantFrom(...Object.keys(sorts)),
      fc.boolean(),
      fc.integer({ min: 1, max: 5 }),
      async (some, name, isDown, limit) => {
        await db.write(async (tx) => {
          await tx.delete(things)
          if (some.length) await tx.insert(things).values(some)
        })
        const sort = isDown ? `-${name}` : name
        const listed: Thing[] = []
        let after: string | undefined
        do {
          const { rows, next } = await pageOf(db.read, things, { sorts, wanted: { sort, limit, after } })
          expect(rows.length).toBeLessThanOrEqual(limit)
          listed.push(...rows)
          after = next ?? undefined
        } while (after)
        const all = await db.read.select().from(things)
        const inOrder = all.toSorted((a, b) => (isDown ? compare(b, a, name) : compare(a, b, name)))
        expect(listed).toEqual(inOrder)
      },
    )
    await fc.assert(walked, { numRuns: 100 })
  })

  test('refuses a place that is none, or was made for another order', async () => {
    const other = Buffer.from(JSON.stringify(['name', 'a', 1])).toString('base64url')
    for (const after of ['nonsense', '', other]) {
      const page = pageOf(db.read, things, { sorts, wanted: { sort: 'id', limit: 1, after } })
      await expect(page).rejects.toThrow('"after" takes the "next" of the page before')
    }
  })
})

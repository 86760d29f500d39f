import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq, like } from 'drizzle-orm'
import { products } from '../../db/schema/catalog'
import { installation } from '../../db/schema/operations'
import { record } from '../../src/audit/record'
import type { Writable } from '../../src/database/connection'
import { type Db, openDatabase } from '../../src/database/database'
import { isUnavailable } from '../../src/database/failure'
import { openLastSeenBuffer } from '../../src/database/last-seen'
import { migrate } from '../../src/database/migrate'
import { deleteLicenseRows } from '../../src/features/licenses/store'
import { damageTable } from '../support/damage'

let folder: string
let path: string
let db: Db
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-database-'))
  path = join(folder, 'test.db')
  migrate(path, new Date())
  db = openDatabase(path, { actor: 'test' })
})
afterAll(async () => {
  await db.close()
  rmSync(folder, { recursive: true })
})

const put = async (tx: Writable, key: string) => {
  await tx.insert(installation).values({ key, value: 'x' })
  return key
}
const keysLike = async (pattern: string) => {
  const rows = await db.read.select().from(installation).where(like(installation.key, pattern))
  return rows.map(({ key }) => key).sort()
}

describe('writes that arrive together', () => {
  test('are all there when they are acknowledged', async () => {
    const keys = Array.from({ length: 100 }, (_, i) => `together-${i}`)
    expect(await Promise.all(keys.map((key) => db.write((tx) => put(tx, key))))).toEqual(keys)
    expect(await keysLike('together-%')).toEqual([...keys].sort())
  })

  test('do not keep the first waiting, though more arrive at every turn', async () => {
    const arrived: Promise<string>[] = []
    let isFirstDone = false
    const first = db
      .write((tx) => put(tx, 'endless-first'))
      .finally(() => {
        isFirstDone = true
      })
    while (!isFirstDone && arrived.length < 1000) {
      const key = `endless-${arrived.length}`
      arrived.push(db.write((tx) => put(tx, key)))
      await new Promise((resume) => setImmediate(resume))
    }
    await Promise.all([first, ...arrived])
    expect(arrived.length).toBeLessThan(50)
  })

  test('commit without the one that throws, which is undone alone', async () => {
    const outcomes = await Promise.allSettled([
      db.write((tx) => put(tx, 'alone-1')),
      db.write(async (tx) => {
        await put(tx, 'alone-2')
        throw new Error('changed its mind')
      }),
      db.write(async (tx) => {
        await put(tx, 'alone-3')
        return put(tx, 'alone-1')
      }),
      db.write((tx) => put(tx, 'alone-4')),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { message: 'changed its mind' } })
    expect(await keysLike('alone-%')).toEqual(['alone-1', 'alone-4'])
  })

  test('come one after the other, each seeing what the one before has done', async () => {
    const increment = () =>
      db.write(async (tx) => {
        const [row] = await tx.select().from(installation).where(eq(installation.key, 'counter'))
        const value = Number(row?.value ?? 0) + 1
        await tx
          .insert(installation)
          .values({ key: 'counter', value: String(value) })
          .onConflictDoUpdate({ target: installation.key, set: { value: String(value) } })
        return value
      })
    const values = await Promise.all(Array.from({ length: 200 }, increment))
    expect(values).toEqual(Array.from({ length: 200 }, (_, i) => i + 1))
  })

  test('fail together when the commit itself fails, and the next ones go on', async () => {
    // An orphan is found at the commit, once the check is put off until then.
    const orphan = db.write(async (tx) => {
      await tx.run('pragma defer_foreign_keys = on')
      await tx.run("insert into license_meta (license_id, key, value) values (999, 'a', 'b')")
    })
    const outcomes = await Promise.allSettled([orphan, db.write((tx) => put(tx, 'with-orphan'))])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await keysLike('with-orphan')).toEqual([])
    await db.write((tx) => put(tx, 'after-orphan'))
    expect(await keysLike('after-orphan')).toEqual(['after-orphan'])
  })
})

describe('while another process holds the lock', () => {
  /** Another connection stands for it: SQLite treats both alike. */
  function held() {
    const other = new Database(path)
    other.run('begin immediate')
    return () => {
      other.run('rollback')
      other.close()
    }
  }

  test('reads go on, and writes wait for it', async () => {
    const release = held()
    const written = db.write((tx) => put(tx, 'waited'))
    await Bun.sleep(50)
    expect(await keysLike('waited')).toEqual([])
    const joined = db.write((tx) => put(tx, 'waited-too'))
    release()
    expect(await Promise.all([written, joined])).toEqual(['waited', 'waited-too'])
    expect(await keysLike('waited%')).toEqual(['waited', 'waited-too'])
  })

  test('so do statistics, and writes beside them', async () => {
    const release = held()
    const noted = db.note(async (tx) => void (await put(tx, 'noted-later')))
    const written = db.write((tx) => put(tx, 'noted-beside'))
    await Bun.sleep(50)
    expect(await keysLike('noted-%')).toEqual([])
    release()
    await Promise.all([noted, written])
    expect(await keysLike('noted-%')).toEqual(['noted-beside', 'noted-later'])
  })

  test('writes and statistics fail in the end, all that wait at once, and the next ones go on', async () => {
    const release = held()
    const late = async (tx: Writable) => void (await put(tx, 'too-long'))
    const errors = await Promise.all(
      [db.write(late), db.note(late), db.note(late), db.note(late)].map((waiting) => waiting.catch((fault) => fault)),
    )
    expect(errors.map(isUnavailable)).toEqual([true, true, true, true])
    release()
    await Promise.all([
      db.write((tx) => put(tx, 'after-lock-1')),
      db.note(async (tx) => void (await put(tx, 'after-lock-2'))),
    ])
    expect(await keysLike('too-long')).toEqual([])
    expect(await keysLike('after-lock-%')).toEqual(['after-lock-1', 'after-lock-2'])
  }, 9_000)
})

test('work that loses the whole transaction says why to all that wait', async () => {
  const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
  const outcomes = await Promise.allSettled([
    db.write((tx) => put(tx, 'lost-1')),
    db.write(async (tx) => {
      // As SQLite itself does when the disk is full.
      await tx.run('rollback')
      throw full
    }),
    db.write((tx) => put(tx, 'lost-2')),
  ])
  expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([full, full, full])
  expect(await keysLike('lost-%')).toEqual([])
  await db.write((tx) => put(tx, 'after-loss'))
})

describe('a statistic', () => {
  test('is in the file, for every process, when it is said to be', async () => {
    await Promise.all(['a', 'b'].map((name) => db.note(async (tx) => void (await put(tx, `statistic-${name}`)))))
    const other = new Database(path, { readonly: true })
    expect(other.query("select count(*) as n from installation where key like 'statistic-%'").get()).toEqual({ n: 2 })
    other.close()
    expect(await keysLike('statistic-%')).toEqual(['statistic-a', 'statistic-b'])
  })

  test('that fails is undone, and reads go on, and still cannot write', async () => {
    const failing = db.note(async (tx) => {
      await put(tx, 'undone')
      throw new Error('changed its mind')
    })
    await expect(failing).rejects.toThrow('changed its mind')
    expect(await keysLike('undone')).toEqual([])
    // @ts-expect-error
    await expect(put(db.read, 'undone')).rejects.toThrow('readonly')
  })

  test('is nobody’s doing: a change that must be told of cannot be one', async () => {
    // @ts-expect-error: it has no author.
    const change = db.note(async (tx) => record(tx, { verb: 'product.deleted', id: 1 }, new Date()))
    await expect(change).rejects.toThrow(TypeError)
  })

  test('hides nothing that another process changes behind it', async () => {
    const before = db.accessEpoch()
    await db.note(async (tx) => void (await put(tx, 'in front')))
    const other = new Database(path)
    other.run("insert into blocklist (kind, value, reason, created_at) values ('ip', '192.0.2.9', '', 0)")
    other.close()
    await Bun.sleep(2)
    expect(db.accessEpoch()).not.toBe(before)
  })
})

test('what was gathered and cannot be written now is written later, with what was seen meanwhile', async () => {
  const written: number[] = []
  let isFull = true
  const gatherer = openLastSeenBuffer(
    {
      async note(work) {
        if (isFull) throw new Error('database or disk is full')
        await db.note(work)
      },
    },
    async (_, lastSeen) => {
      written.push(...lastSeen.map(({ id }) => id))
    },
  )
  gatherer.note(1, new Date())
  await Bun.sleep(400)
  gatherer.note(2, new Date())
  isFull = false
  await Bun.sleep(400)
  expect(written).toEqual([1, 2])
  await gatherer.close()
  expect(written).toEqual([1, 2])
})

test('what could not be written while a minute ended keeps its moment', async () => {
  const noon = Date.UTC(2030, 0, 1, 12)
  const written: [id: number, ms: number][] = []
  const failing = Promise.withResolvers<void>()
  let tries = 0
  const gatherer = openLastSeenBuffer(
    { note: (work) => (++tries === 1 ? failing.promise : db.note(work)) },
    async (_, seen) => {
      for (const { id, at } of seen) written.push([id, at.getTime() - noon])
    },
  )
  for (const id of [1, 2]) gatherer.note(id, new Date(noon))
  while (!tries) await Bun.sleep(20)
  gatherer.note(2, new Date(noon + 60_000))
  gatherer.note(9999, new Date(noon + 60_000))
  failing.reject(new Error('database is locked'))
  await Bun.sleep(0)
  await gatherer.close()
  expect(written.sort(([a], [b]) => a - b)).toEqual([
    [1, 0],
    [2, 60_000],
    [9999, 60_000],
  ])
})

test('of much that is seen, what has waited longest is written first, a part at a time, and all of it in the end', async () => {
  const parts: number[][] = []
  const gatherer = openLastSeenBuffer(db, async (_, lastSeen) => {
    parts.push(lastSeen.map(({ id }) => id))
  })
  const ids = Array.from({ length: 20_000 }, (_, i) => 20_000 - i)
  for (const id of ids) gatherer.note(id, new Date())
  await gatherer.close()
  expect(parts.length).toBeGreaterThan(3)
  expect(Math.max(...parts.map((part) => part.length))).toBeLessThan(7000)
  expect(parts[0]).toContain(20_000)
  expect(parts.at(-1)).toContain(1)
  expect(parts.flat().sort((a, b) => a - b)).toEqual(ids.reverse())
})

test('closing ends well when what was gathered cannot be written', async () => {
  const broken = { note: () => Promise.reject(new Error('database or disk is full')) }
  const gatherer = openLastSeenBuffer(broken, async () => {})
  gatherer.note(1, new Date())
  await gatherer.close()
})

test('what is seen is written once a minute, however often it comes and whatever its id', async () => {
  const written: [id: number, ms: number][] = []
  const noon = Date.UTC(2030, 0, 1, 12)
  const gatherer = openLastSeenBuffer(db, async (_, lastSeen) => {
    for (const { id, at } of lastSeen) written.push([id, at.getTime() - noon])
  })
  const ids = [3, 70_000, 3, 31, 32, 3, 70_000, 16_000_000]
  for (const id of ids) gatherer.note(id, new Date(noon))
  for (const id of ids) gatherer.note(id, new Date(noon + 59_999))
  gatherer.note(31, new Date(noon + 60_000))
  await gatherer.close()
  expect(written).toEqual([
    [3, 0],
    [31, 60_000],
    [32, 0],
    [70_000, 0],
    [16_000_000, 0],
  ])
})

describe('a read', () => {
  test('sees what was just written', async () => {
    for (let i = 0; i < 20; i++) {
      const before = await keysLike('seen-%')
      await db.write((tx) => put(tx, `seen-${100 + i}`))
      expect(await keysLike('seen-%')).toEqual([...before, `seen-${100 + i}`])
    }
  })

  test('sees what another process wrote a moment ago, even where one turn is long', async () => {
    const before = await keysLike('foreign-%')
    const other = new Database(path)
    other.run("insert into installation values ('foreign-1', 'x')")
    other.close()
    Bun.sleepSync(5)
    expect([before, await keysLike('foreign-%')]).toEqual([[], ['foreign-1']])
  })

  test('cannot write', async () => {
    // @ts-expect-error: what reads has nothing to write with.
    await expect(put(db.read, 'by-reader')).rejects.toThrow('readonly')
    // @ts-expect-error: nor has it an author, which each function of a store wants that makes an audited change.
    await expect(deleteLicenseRows(db.read, [1])).rejects.toThrow('readonly')
    expect(await keysLike('by-reader')).toEqual([])
  })
})

test('a read of a damaged table fails alone: other reads and writes go on', async () => {
  const damaged = join(folder, 'damaged.db')
  migrate(damaged, new Date())
  damageTable(damaged, 'products')
  const other = openDatabase(damaged, { actor: 'test' })
  const read = async () => other.read.select().from(products)
  await expect(read()).rejects.toThrow('malformed')
  expect(await other.write((tx) => put(tx, 'beside damage'))).toBe('beside damage')
  await expect(read()).rejects.toThrow('malformed')
  await Bun.sleep(1)
  expect(await other.read.select().from(installation).where(eq(installation.key, 'beside damage'))).toHaveLength(1)
  await other.close()
})

test('what was acknowledged is there after the process was killed', async () => {
  const script = join(import.meta.dir, '../support/endless-writer.ts')
  const child = Bun.spawn([process.execPath, script, path], { stdout: 'pipe', stderr: 'inherit' })
  let said = ''
  for await (const bytes of child.stdout) {
    said += new TextDecoder().decode(bytes)
    if (said.split('\n').length > 500) break
  }
  child.kill('SIGKILL')
  await child.exited
  const acknowledged = said.split('\n').slice(0, -1)
  expect(acknowledged.length).toBeGreaterThanOrEqual(500)
  const found = new Set(await keysLike('killed-%'))
  expect(acknowledged.filter((key) => !found.has(key))).toEqual([])
})

test('closing answers what was handed in before it', async () => {
  const other = openDatabase(path, { actor: 'test' })
  const written = Promise.all(Array.from({ length: 10 }, (_, i) => other.write((tx) => put(tx, `closing-${i}`))))
  await other.close()
  expect(await written).toHaveLength(10)
  expect(await keysLike('closing-%')).toHaveLength(10)
})

import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrations } from '../../db/migrations'
import { migrate } from '../../src/database/migrate'
import type { Migration } from '../../src/database/pending-migrations'
import { OperatorError } from '../../src/kernel/operator-error'

const root = join(import.meta.dir, '../..')
const now = new Date('2030-01-01T00:00:00.000Z')
let folder: string
let count = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-migrations-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A path of its own in a folder of its own, for a database that is not there yet. */
function freshPath() {
  const room = join(folder, String(++count))
  mkdirSync(room)
  return join(room, 'test.db')
}

function look<T>(path: string, work: (database: Database) => T): T {
  const database = new Database(path)
  try {
    return work(database)
  } finally {
    database.close()
  }
}

const schemaOf = (path: string) =>
  look(path, (database) => database.query('select type, name, sql from sqlite_master order by type, name').all())
const appliedIn = (path: string) =>
  look(path, (database) => database.query('select tag from applied_migrations order by rowid').values().flat())

const tags = migrations.map(({ tag }) => tag)
const prefixes = migrations.map((_, length) => migrations.slice(0, length))

describe('every migration', () => {
  test.each(prefixes.map((prefix) => [prefix.length, prefix] as const))(
    'after the first %d brings a database to the schema of a fresh one',
    (_, prefix) => {
      const [path, fresh] = [freshPath(), freshPath()]
      expect(migrate(path, now, prefix).applied).toEqual(prefix.map(({ tag }) => tag))
      expect(migrate(path, now).applied).toEqual(tags.slice(prefix.length))
      migrate(fresh, now)
      expect(schemaOf(path)).toEqual(schemaOf(fresh))
      expect(appliedIn(path)).toEqual(tags)
    },
  )

  test('keeps for a blocked licence what it was before, as the audit log tells it', () => {
    const path = freshPath()
    const at = tags.findIndex((tag) => tag.endsWith('_blocked_from_column'))
    migrate(path, now, migrations.slice(0, at))
    look(path, (database) => {
      database.run(`insert into products (id, uuid, source, name, description, require_non_expired, status, created_at, updated_at)
        values (1, 'u', 'internal', 'p', '', 0, 'active', 0, 0)`)
      const make =
        database.query(`insert into licenses (id, product_id, license_key, activation_limit, validity, status,
        created_at, updated_at) values (?, 1, ?, 0, 0, ?, 0, 0)`)
      for (const [id, status] of [
        [1, 'blocked'],
        [2, 'blocked'],
        [3, 'reserved'],
      ] as const)
        make.run(id, `K-${id}`, status)
      const note = database.query(`insert into audit_log (at, actor, verb, subject, subject_id, before, after, hash)
        values (0, 'x', 'license.updated', 'license', ?, ?, ?, '')`)
      const moves = [
        ['1', 'available', 'reserved'],
        ['1', 'reserved', 'blocked'],
        ['3', 'available', 'blocked'],
        ['3', 'blocked', 'reserved'],
      ]
      for (const [id, ...states] of moves)
        note.run(id!, ...(states.map((status) => JSON.stringify({ status })) as [string, string]))
    })
    migrate(path, now)
    const rows = look(path, (database) => database.query('select id, blocked_from from licenses order by id').values())
    expect(rows).toEqual([
      [1, 'reserved'],
      [2, null],
      [3, null],
    ])
  })

  test('counts the calls there are by hour, endpoint, code and API key', () => {
    const path = freshPath()
    const at = tags.findIndex((tag) => tag.endsWith('_call_counts'))
    migrate(path, now, migrations.slice(0, at))
    look(path, (database) => {
      const call = database.query(`insert into calls (at, request_id, route, code, api_key_id, address, duration_ms)
        values (?, 'r', ?, ?, ?, '192.0.2.1', 1)`)
      call.run(3_600_000, '/api/v1/verify', '200', 1)
      call.run(7_199_999, '/v1/verify', '200', 1)
      call.run(7_200_000, 'POST /api/v1/verify', '100', null)
      call.run(7_200_000, '/api/product/public-key', '900', 1)
      call.run(7_200_000, '/api/v1/licenses/:license_key/offline-file', '210', 1)
    })
    migrate(path, now)
    const counts = look(path, (database) => database.query('select * from call_counts order by 1, 2').values())
    expect(counts).toEqual([
      [3_600_000, 'verify', '200', 0, 1, 2],
      [7_200_000, 'get-product-public-key', '900', 0, 1, 1],
      [7_200_000, 'licenses/:license_key/offline-file', '210', 0, 1, 1],
      [7_200_000, 'verify', '100', 0, 0, 1],
    ])
  })

  test('is applied once', () => {
    const path = freshPath()
    migrate(path, now)
    expect(migrate(path, now)).toEqual({ applied: [] })
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('.before-'))).toEqual([])
  })

  test('is carried by the binary: the generated list holds every file, in order', () => {
    const files = readdirSync(join(root, 'db/migrations')).filter((name) => name.endsWith('.sql'))
    expect(tags).toEqual(files.map((name) => name.replace('.sql', '')).sort())
    for (const { tag, sql } of migrations) {
      expect(sql).toBe(readFileSync(join(root, `db/migrations/${tag}.sql`), 'utf8'))
    }
  })

  test('has been generated: the schema in code asks for no other', () => {
    const copy = join(folder, 'copy')
    mkdirSync(copy)
    for (const name of ['db', '.drizzle.config.ts']) cpSync(join(root, name), join(copy, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    const generator = join(root, 'node_modules/drizzle-kit/bin.cjs')
    const { exitCode, stdout, stderr } = Bun.spawnSync(
      [process.execPath, generator, 'generate', '--config', '.drizzle.config.ts'],
      { cwd: copy },
    )
    expect([exitCode, String(stderr)]).toEqual([0, ''])
    expect(String(stdout)).toContain('No schema changes')
    expect(readdirSync(join(copy, 'db/migrations'))).toEqual(readdirSync(join(root, 'db/migrations')))
  }, 30_000)
})

/** Written by hand in migrations: a table that is made anew there loses them, and nothing else would say so. */
const triggers = `
  activations: activation_sightings_removed after delete
  api_keys: api_keys_added after insert
  api_keys: api_keys_changed after update
  api_keys: api_keys_removed after delete
  audit_log: audit_log_kept before delete
  audit_log: audit_log_unaltered before update
  blocklist: blocklist_added after insert
  blocklist: blocklist_changed after update
  blocklist: blocklist_removed after delete
  licenses: customer_sizes_grown after insert
  licenses: customer_sizes_moved after update
  licenses: customer_sizes_shrunk after delete
  products: products_removed after delete
  settings: settings_added after insert
  settings: settings_changed after update
  settings: settings_removed after delete
  signing_keys: signing_keys_added after insert
  signing_keys: signing_keys_changed after update
  signing_keys: signing_keys_removed after delete
`

describe('a fresh database', () => {
  const listed = (sql: string) => {
    const path = freshPath()
    migrate(path, now)
    return look(path, (database) => database.query<{ line: string; sql: string }, []>(sql).all())
  }

  test('has every trigger', () => {
    const rows = listed(
      "select tbl_name || ': ' || name as line, sql from sqlite_master where type = 'trigger' order by tbl_name, name",
    )
    const events = rows.map(({ line, sql }) => `${line} ${/\b(before|after) (insert|update|delete)\b/i.exec(sql)![0]}`)
    expect(events.map((event) => event.toLowerCase())).toEqual(triggers.trim().split(/\n */))
  })

  test('has no index that the schema does not declare, so that a table made anew keeps all of them', () => {
    const schema = readdirSync(join(root, 'db/schema')).map((name) =>
      readFileSync(join(root, 'db/schema', name), 'utf8'),
    )
    const rows = listed("select name as line, sql from sqlite_master where type = 'index' and sql is not null")
    // Of a column that is declared unique.
    const named = rows.map(({ line }) => line).filter((name) => !name.endsWith('_unique'))
    expect(named.filter((name) => !schema.join().includes(`'${name}'`))).toEqual([])
    expect(named.length).toBeGreaterThan(20)
  })
})

describe('a database', () => {
  const next: Migration = { tag: '9998_next', sql: 'create table next (a integer);' }

  test('of a newer version is refused and left alone', () => {
    const path = freshPath()
    migrate(path, now, [...migrations, next])
    const before = schemaOf(path)
    expect(() => migrate(path, now)).toThrow(OperatorError)
    expect(() => migrate(path, now)).toThrow('9998_next')
    expect(schemaOf(path)).toEqual(before)
  })

  test('whose migration was edited afterwards is refused', () => {
    const path = freshPath()
    migrate(path, now, [...migrations, next])
    const edited = { ...next, sql: `${next.sql} -- edited` }
    expect(() => migrate(path, now, [...migrations, edited])).toThrow('differs')
  })

  test('that holds something is copied before it is changed', () => {
    const path = freshPath()
    migrate(path, now)
    look(path, (database) => database.run("insert into installation values ('note', 'before')"))
    const { copy } = migrate(path, now, [...migrations, next])
    expect(copy).toContain('before-9998_next-2030-01-01T000000000Z')
    expect(statSync(copy!).mode & 0o777).toBe(0o600)
    look(copy!, (database) => {
      expect(database.query("select value from installation where key = 'note'").values()).toEqual([['before']])
      expect(database.query("select 1 from sqlite_master where name = 'next'").get()).toBeNull()
    })
    expect(appliedIn(path)).toEqual([...tags, '9998_next'])
  })

  test('that holds nothing yet is not copied', () => {
    const path = freshPath()
    expect(migrate(path, now)).not.toHaveProperty('copy')
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('.before-'))).toEqual([])
  })
})

describe('a migration that fails leaves everything as it was', () => {
  const product = `insert into products (uuid, source, name, description, status, require_non_expired, created_at, updated_at)
    values ('u', 'internal', 'n', 'd', 'active', 0, 0, 0)`
  const license = `insert into licenses (product_id, license_key, activation_limit, validity, status, created_at, updated_at)
    values (1, 'k', 0, 0, 'available', 0, 0)`

  test.each([
    ['in its second statement', 'create table half (a integer);--> statement-breakpoint\nnonsense;', 'syntax error'],
    ['by breaking references', 'delete from products', 'would break 1 reference, so nothing was changed'],
  ])('%s', (_, sql, message) => {
    const path = freshPath()
    migrate(path, now)
    look(path, (database) => {
      database.run(product)
      database.run(license)
    })
    const before = schemaOf(path)
    expect(() => migrate(path, now, [...migrations, { tag: '9999_bad', sql }])).toThrow(message)
    expect(schemaOf(path)).toEqual(before)
    expect(appliedIn(path)).toEqual(tags)
    look(path, (database) => {
      expect(database.query('select count(*) from products').values()).toEqual([[1]])
      expect(database.query('select count(*) from licenses').values()).toEqual([[1]])
    })
    expect(migrate(path, now)).toEqual({ applied: [] })
  })

  test('and one that rebuilds a table keeps what hangs on it', () => {
    const path = freshPath()
    migrate(path, now)
    look(path, (database) => {
      database.run(product)
      database.run(license)
    })
    const sql =
      'create table new as select * from products;--> statement-breakpoint\ndelete from products;--> statement-breakpoint\ninsert into products select * from new;--> statement-breakpoint\ndrop table new;'
    migrate(path, now, [...migrations, { tag: '9999_rebuild', sql }])
    look(path, (database) => expect(database.query('select license_key from licenses').values()).toEqual([['k']]))
  })
})

import { Database } from 'bun:sqlite'
import { afterAll, describe, expect, test } from 'bun:test'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { migrations } from '../../db/migrations'
import { inspectDatabase, migrate } from '../../src/database/migrate'
import type { Migration } from '../../src/database/pending-migrations'
import { responseProblemOf } from '../../src/signing/check'
import { freshFolder, startInstallation } from '../support/installation'

const made = join(import.meta.dir, '../upgrades')
const releases = readdirSync(made)
  .filter((name) => name.endsWith('.tar.gz'))
  .map((name) => name.replace('.tar.gz', ''))
const now = new Date('2030-01-01T00:00:00.000Z')
const breakpoint = '--> statement-breakpoint'

const room = mkdtempSync(join(tmpdir(), 'latchkey-upgrades-'))
afterAll(() => rmSync(room, { recursive: true }))

/** A data folder as that release left it. */
function unpack(release: string, folder = join(mkdtempSync(join(room, 'at-')), 'data')) {
  mkdirSync(folder, { recursive: true })
  const { exitCode } = Bun.spawnSync(['tar', 'xzf', join(made, `${release}.tar.gz`), '-C', folder, '--strip', '1'])
  expect(exitCode).toBe(0)
  return folder
}

interface Facts {
  api_key: string
  license_key: string
  identifier: string
  public_keys: string[]
  licenses: number
}
const factsOf = (release: string): Promise<Facts> => Bun.file(join(made, `${release}.json`)).json()

/** All that a database holds: its schema, and every row of every table. */
function contentOf(path: string) {
  const database = new Database(path, { readonly: true })
  const schema = database.query('select type, name, sql from sqlite_master order by name').all()
  const tables = schema.map((row) => row as { type: string; name: string }).filter(({ type }) => type === 'table')
  const rows = tables.map(({ name }) => [name, database.query(`select * from "${name}"`).values()])
  database.close()
  return { schema, rows }
}

/** The migrations with one statement of those that are still to come replaced. */
function withStatement(at: number, sql: string, done: number): Migration[] {
  let count = 0
  return migrations.map((migration, i) => {
    if (i < done) return migration
    const statements = migration.sql.split(breakpoint).map((text) => (count++ === at ? sql : text))
    return { tag: migration.tag, sql: statements.join(breakpoint) }
  })
}

describe.each(releases)('a data folder made by version %s', (release) => {
  test('is migrated and served: old API keys, licences, public keys and orders are as they were', async () => {
    const facts = await factsOf(release)
    const installation = await startInstallation({}, unpack(release, freshFolder()))
    const { api_key: key, license_key, identifier } = facts
    const verified = await installation.ask('POST /api/v1/verify', { license_key, identifier }, { key })
    expect(verified.code).toBe(200)
    expect(facts.public_keys.map((pem) => responseProblemOf(verified.text, pem))).toContain(undefined)
    const details = await installation.ask('POST /api/v1/get-license-key-details', { license_key, identifier }, { key })
    expect(details.response.licenseKey).toMatchObject({
      owner_name: 'Ada',
      meta_data: [{ key: 'colour', value: 'blue' }],
    })
    const listed = await installation.ask('GET /api/v1/get-license-keys', {}, { key })
    expect(listed.response.license_keys).toHaveLength(facts.licenses)
    expect((await installation.ask('POST /api/v1/verify', { license_key, identifier: 'stolen' }, { key })).code).toBe(
      150,
    )
    await installation.close()
  })

  const path = (folder: string) => join(folder, 'latchkey.db')
  const done = inspectApplied(path(unpack(release)))
  const statements = migrations.slice(done).flatMap(({ sql }) => sql.split(breakpoint))

  test('stays as it is when a migration is interrupted, at whichever statement', () => {
    const folder = unpack(release)
    const before = contentOf(path(folder))
    expect(statements.length).toBeGreaterThan(0)
    for (const at of statements.keys()) {
      expect(() => migrate(path(folder), now, withStatement(at, 'nonsense', done))).toThrow()
      expect(contentOf(path(folder))).toEqual(before)
    }
    expect(inspectDatabase(path(folder))).toMatchObject({ isCurrent: false })
    expect(migrate(path(folder), now).applied).toEqual(migrations.slice(done).map(({ tag }) => tag))
  })

  test('stays as it is when the machine stops in the middle of a migration', async () => {
    const folder = unpack(release)
    const before = contentOf(path(folder))
    const endless =
      'create table endless as with recursive n(i) as (select 1 union all select i + 1 from n) select i from n'
    const program = `
      import { migrate } from ${JSON.stringify(join(import.meta.dir, '../../src/database/migrate'))}
      const migrations = ${JSON.stringify(withStatement(statements.length - 1, endless, done))}
      console.log('begun')
      migrate(${JSON.stringify(path(folder))}, new Date(0), migrations)`
    const child = Bun.spawn([process.execPath, '-e', program], { stdout: 'pipe' })
    await child.stdout.getReader().read()
    // Until what it writes does not fit into memory and the log beside the file grows.
    while (!(Bun.file(`${path(folder)}-wal`).size > 1_000_000)) await Bun.sleep(20)
    child.kill('SIGKILL')
    await child.exited
    expect(contentOf(path(folder))).toEqual(before)
    expect(migrate(path(folder), now).applied).toEqual(migrations.slice(done).map(({ tag }) => tag))
  }, 30_000)

  test('can be had back: the copy taken before the migration is what it was', async () => {
    const folder = unpack(release)
    const before = contentOf(path(folder))
    const { copy } = migrate(path(folder), now)
    const back = freshFolder()
    cpSync(folder, back, { recursive: true })
    for (const name of readdirSync(back)) if (name.startsWith('latchkey.db')) rmSync(join(back, name))
    renameSync(copy!, path(back))
    expect(contentOf(path(back)).rows).toEqual(before.rows)
    const { api_key: key, license_key, identifier } = await factsOf(release)
    const installation = await startInstallation({}, back)
    expect((await installation.ask('POST /api/v1/verify', { license_key, identifier }, { key })).code).toBe(200)
    await installation.close()
    rmSync(dirname(back), { recursive: true, force: true })
  })
})

/** How many of today's migrations a database has. */
function inspectApplied(path: string) {
  const database = new Database(path, { readonly: true })
  const [[count]] = database.query('select count(*) from applied_migrations').values() as [[number]]
  database.close()
  return count
}

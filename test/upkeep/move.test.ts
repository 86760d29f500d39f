import { Database } from 'bun:sqlite'
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getTableName } from 'drizzle-orm'
import { allTables } from '../../db/schema/tables'
import { fillStock } from '../../src/bench/stock'
import { databaseAddress, databaseOf, dropDatabase, testServer } from '../support/databases'
import { fillWithHostileTexts } from '../support/hostile-stock'
import { binary, spawnBinary, speak, startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator } from '../support/operator'
import { secretFile } from '../support/secret-file'
import { makeActiveLicense, makeFile, makeProduct, makeRelease } from '../support/stock'
import { until } from '../support/wait'

setDefaultTimeout(180_000)

const program = binary ? [binary] : [process.execPath, join(import.meta.dir, '../../src/main.ts')]

let place: string
let folder: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'latchkey-move-'))
  folder = join(place, 'data')
})
afterEach(() => {
  dropDatabase(folder)
  rmSync(place, { recursive: true, force: true })
})

/** The address of an empty database. */
const emptyDatabase = () => databaseOf(folder).LATCHKEY_DATABASE_URL!

/** Runs a command on a folder and, where one is named, a database. */
const speakTo = (data: string, address: string, ...args: string[]) =>
  (binary ? spawnBinary : speak)(args, { LATCHKEY_DATA_DIR: data, LATCHKEY_DATABASE_URL: address })

const move = (data: string, address: string, to: string) => speakTo(data, address, 'move', '--to', to, '--json')

const psql = (address: string, text: string) => {
  const { stdout, stderr, exitCode } = Bun.spawnSync(['psql', '-qAtX', '-v', 'ON_ERROR_STOP=1', address, '-c', text])
  if (exitCode !== 0) throw new Error(`${stderr}`)
  return `${stdout}`.trim()
}

const tablesIn = (address: string) =>
  Number(psql(address, "select count(*) from information_schema.tables where table_schema = 'public'"))

/** The indexes, constraints and triggers of a database. */
const structureOf = (address: string) =>
  psql(
    address,
    `select indexdef from pg_indexes where schemaname = 'public'
      union all select concat(conrelid::regclass, ' ', conname, ' ', pg_get_constraintdef(oid)) from pg_constraint where connamespace = 'public'::regnamespace
      union all select concat(tgenabled, ' ', pg_get_triggerdef(oid)) from pg_trigger where not tgisinternal
      order by 1`,
  ).split('\n')

/** All rows of a folder's file, but for what a move itself changes in the facts. */
function rowsIn(data: string) {
  const raw = new Database(join(data, 'latchkey.db'), { readonly: true })
  const rows = allTables.map((table) => {
    const name = getTableName(table)
    const own = name === 'installation' ? "where key not in ('access_epoch', 'moved_to')" : ''
    return [name, raw.query(`select * from "${name}" ${own} order by 1, 2`).values()]
  })
  const structure = raw.query("select sql from sqlite_master where name not like 'sqlite%' order by name").values()
  const taken = raw.query('select name, seq from sqlite_sequence where seq > 0 order by name').values()
  raw.close()
  return { ...Object.fromEntries(rows), taken, structure }
}

/** A folder with SQLite and nothing but its keys. */
async function initFolder() {
  expect((await speakTo(folder, '', 'init', '--bits', '2048')).exitCode).toBe(0)
}

/** Does with a running installation what the work says, and stops it. */
async function served<T>(data: string, address: string, work: (installation: TestInstallation) => Promise<T>) {
  const installation = await startInstallation({ database_url: address, allow_private_webhooks: 'on' }, data)
  try {
    return await work(installation)
  } finally {
    await installation.stop()
  }
}

describe.skipIf(!testServer)('a move (LATCHKEY_TEST_DATABASE names a PostgreSQL)', () => {
  test('takes every row to PostgreSQL and back as it was', async () => {
    await served(folder, '', async (installation) => {
      const owner = await makeOperator(installation, 'owner')
      await fillWithHostileTexts(installation, owner)
    })
    const before = rowsIn(folder)
    const address = emptyDatabase()
    const there = await move(folder, '', address)
    expect(there).toMatchObject({ exitCode: 0, json: { from: join(folder, 'latchkey.db'), to: address } })
    expect(there.json.rows.licenses).toBe(before.licenses.length)
    const fresh = join(place, 'fresh')
    await speakTo(fresh, databaseOf(fresh).LATCHKEY_DATABASE_URL!, 'init', '--bits', '2048')
    expect(structureOf(address)).toEqual(structureOf(databaseAddress(fresh)!))
    dropDatabase(fresh)
    const back = join(place, 'back')
    expect(await move(folder, address, back)).toMatchObject({ exitCode: 0, json: { from: address, to: back } })
    const after = rowsIn(back)
    const entries = after.audit_log.slice(-2)
    expect(entries.map((entry: unknown[]) => entry.slice(4, 7))).toEqual([
      ['installation.moved', 'installation', address],
      ['installation.moved', 'installation', back],
    ])
    after.audit_log.splice(-2)
    // They tell the end of the log and how many rows it has.
    const { audit_head: _, ...kept } = before
    const { audit_head: __, ...found } = after
    expect(found).toEqual(kept)
  })

  test('leaves the same keys, seats, files and signatures', async () => {
    let product = 0
    let key = ''
    let apiKey = ''
    const asked = { identifier: 'device' }
    const first = await served(folder, '', async (installation) => {
      apiKey = installation.apiKey
      product = await makeProduct(installation)
      key = await makeActiveLicense(installation, { product_id: product, activation_limit: 1 }, 'device')
      await makeRelease(installation, { product, number: 100, file: makeFile(installation, 'content') })
      return installation.ask('POST /api/v1/verify', { license_key: key, ...asked })
    })
    expect(first.code).toBe(200)
    const keysOf = async (installation: TestInstallation) => (await installation.cli('key', 'show', '--json')).json
    const checked = async (installation: TestInstallation) => {
      const verified = await installation.ask('POST /api/v1/verify', { license_key: key, ...asked }, { key: apiKey })
      const refused = await installation.ask(
        'POST /api/v1/activate',
        { license_key: key, identifier: 'another' },
        { key: apiKey },
      )
      const ids = [await makeProduct(installation), await makeProduct(installation)]
      const { json: doctor } = await installation.cli('doctor', '--json').then(({ out }) => ({ json: JSON.parse(out) }))
      const files = doctor.checks.find(({ name }: { name: string }) => name === 'files')
      return { code: verified.code, refusal: refused.code, ids, files: files.ok, keys: await keysOf(installation) }
    }
    const address = emptyDatabase()
    expect((await move(folder, '', address)).err).toBe('')
    const there = await served(folder, address, checked)
    expect(there).toMatchObject({ code: 200, refusal: 302, ids: [product + 1, product + 2], files: true })

    const back = join(place, 'back')
    expect((await move(folder, address, back)).err).toBe('')
    const here = await served(back, '', checked)
    expect(here).toMatchObject({ code: 200, refusal: 302, ids: [product + 3, product + 4], files: true })
    expect(here.keys.keys.map(({ public_key }: { public_key: string }) => public_key)).toEqual(
      there.keys.keys.map(({ public_key }: { public_key: string }) => public_key),
    )
    expect(readdirSync(join(back, 'files'))).toEqual(readdirSync(join(folder, 'files')))
  })

  test('leaves a place that is used no more, and says where the data is', async () => {
    await initFolder()
    const address = emptyDatabase()
    await move(folder, '', address)
    for (const args of [['serve', '--port', '0'], ['status'], ['init'], ['api-key', 'create', '--name', 'x']]) {
      const { exitCode, err } = await speakTo(folder, '', ...args)
      expect({ exitCode, err: err.replace(/\s+/g, ' ') }).toEqual({
        exitCode: 1,
        err: `latchkey: the data of ${join(folder, 'latchkey.db')} was moved to ${address}: name that database with LATCHKEY_DATABASE_URL `,
      })
    }
    expect((await speakTo(folder, address, 'status')).exitCode).toBe(0)

    const back = join(place, 'back')
    await move(folder, address, back)
    const { exitCode, err } = await speakTo(folder, address, 'serve', '--port', '0')
    expect({ exitCode, err: err.replace(/\s+/g, ' ') }).toEqual({
      exitCode: 1,
      err: `latchkey: the data of ${address} was moved to ${back}: name that folder with --data-dir, and no LATCHKEY_DATABASE_URL `,
    })
    expect((await speakTo(back, '', 'status')).exitCode).toBe(0)
  })

  test('is refused where something is at the new place', async () => {
    await initFolder()
    const address = emptyDatabase()
    psql(address, 'create table customers (id int)')
    expect(await move(folder, '', address)).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/holds the\s+tables\s+of\s+another\s+program/),
    })
    expect(tablesIn(address)).toBe(1)
    psql(address, 'drop table customers')
    const other = join(place, 'other')
    await speakTo(other, address, 'init', '--bits', '2048')
    expect(await move(folder, '', address)).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/is\s+not\s+empty/),
    })
    expect(await move(other, address, folder)).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(/is\s+not\s+empty/),
    })
    for (const [data, at] of [
      [folder, ''],
      [other, address],
    ] as const)
      expect((await speakTo(data, at, 'status')).exitCode).toBe(0)
  })

  test('is refused with the row that PostgreSQL does not take', async () => {
    await initFolder()
    const raw = new Database(join(folder, 'latchkey.db'))
    raw.run("insert into blocklist (kind, value, created_at) values ('ip', '203.0.113.1', 'long ago')")
    raw.close()
    const address = emptyDatabase()
    const { exitCode, err } = await move(folder, '', address)
    expect(exitCode).toBe(1)
    expect(err.replace(/\s+/g, ' ')).toContain('COPY blocklist, line 1, column created_at: "long ago"')
    expect(tablesIn(address)).toBe(0)
    expect((await speakTo(folder, '', 'status')).exitCode).toBe(0)
  })

  test('is refused while a server runs', async () => {
    const address = emptyDatabase()
    await served(folder, '', async () => {
      expect(await move(folder, '', address)).toMatchObject({
        exitCode: 1,
        err: expect.stringMatching(/another\s+Latchkey\s+server\s+works\s+on/),
      })
    })
    expect(tablesIn(address)).toBe(0)
  })

  test('never shows a password', async () => {
    await initFolder()
    const address = new URL(emptyDatabase())
    address.password = 'hunter2-secret'
    const told = await move(folder, '', address.href)
    expect(told).toMatchObject({ exitCode: 2, err: expect.stringContaining('--to-file') })
    const byFile = await speakTo(folder, '', 'move', '--to-file', secretFile(address.href), '--json')
    expect(byFile).toMatchObject({ exitCode: 0 })
    address.pathname = '/latchkey_no_such_database'
    await initOther()
    const wrong = await speakTo(join(place, 'other'), '', 'move', '--to-file', secretFile(address.href))
    expect(wrong).toMatchObject({ exitCode: 1, err: expect.stringMatching(/no\s+such\s+database/) })
    const odd = await speakTo(join(place, 'other'), '', 'move', '--to-file', secretFile('mysql://u:hunter2-secret@h/d'))
    expect(odd).toMatchObject({ exitCode: 2, err: expect.stringContaining('postgres://') })
    const refused = await speakTo(folder, '', 'status')
    const shown = JSON.stringify([told, byFile, wrong, odd, refused])
    expect(shown).not.toContain('hunter2')
    expect(psql(databaseAddress(folder)!, "select count(*) from audit_log where after like '%hunter2%'")).toBe('0')
  })

  const initOther = () => speakTo(join(place, 'other'), '', 'init', '--bits', '2048')

  test('goes from one kind of database to the other', async () => {
    await initFolder()
    expect(await move(folder, '', join(place, 'other'))).toMatchObject({
      exitCode: 2,
      err: expect.stringMatching(/in\s+SQLite\s+already/),
    })
    expect(await speakTo(folder, '', 'move')).toMatchObject({ exitCode: 2, err: expect.stringContaining('--to-file') })
  })

  test('that is killed leaves the new place empty and the old one in use', async () => {
    await initFolder()
    await fillStock(join(folder, 'latchkey.db'), { keys: 30_000, available: 1000 }, new Date(0))
    const address = emptyDatabase()

    /** Kills a move when it is seen to copy. */
    async function killed(data: string, from: string, to: string, isCopying: () => boolean) {
      const env = { LATCHKEY_DATA_DIR: data, LATCHKEY_DATABASE_URL: from }
      const child = Bun.spawn([...program, 'move', '--to', to], { env, stdout: 'ignore', stderr: 'ignore' })
      while (child.exitCode === null && !isCopying()) await Bun.sleep(5)
      child.kill('SIGKILL')
      await child.exited
      expect(child.signalCode).toBe('SIGKILL')
    }
    const name = new URL(address).pathname.slice(1)
    const busy = (text: string) =>
      Number(
        psql(testServer!, `select count(*) from pg_stat_activity where datname = '${name}' and query like '${text}'`),
      )

    await killed(folder, '', address, () => busy('copy "licenses"%') > 0)
    await until('the end of its connections', () => busy('%') === 0)
    expect(tablesIn(address)).toBe(0)
    expect(await speakTo(folder, '', 'status', '--json')).toMatchObject({ exitCode: 0 })
    expect((await move(folder, '', address)).json.rows.licenses).toBe(31_000)

    const back = join(place, 'back')
    const stages = () => readdirSync(place).filter((found) => found.startsWith('.moving-'))
    await killed(folder, address, back, () => stages().length > 0)
    expect(existsSync(back)).toBeFalse()
    await until('the end of its connections', () => busy('%') === 0)
    expect(await speakTo(folder, address, 'status', '--json')).toMatchObject({ exitCode: 0 })
    expect((await move(folder, address, back)).json.rows.licenses).toBe(31_000)
  })
})

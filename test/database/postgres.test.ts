import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { inArray } from 'drizzle-orm'
import { installation } from '../../db/schema/operations'
import { openPostgres } from '../../src/database/postgres/database'
import { databaseAddress, databaseOf, dropDatabase, testServer } from '../support/databases'
import { binary, freshFolder, spawnBinary, speak, urlFrom } from '../support/installation'
import { contentsOf } from '../support/process'

setDefaultTimeout(60_000)

const program = binary ? [binary] : [process.execPath, join(import.meta.dir, '../../src/main.ts')]
const say = (args: string[], env: Record<string, string>) => (binary ? spawnBinary : speak)(args, env)

/** A server as a process of its own. */
async function serve(env: Record<string, string>) {
  const child = Bun.spawn([...program, 'serve', '--port', '0', '--log', 'off'], {
    env,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const url = await urlFrom(child.stderr)
  return {
    url,
    async end(signal: 'SIGTERM' | 'SIGKILL') {
      child.kill(signal)
      return child.exited
    },
  }
}

/** The name of a PostgreSQL server with another part in its place. */
const addressWith = (parts: { pathname?: string; username?: string; password?: string }) =>
  Object.assign(new URL(testServer ?? 'postgres://none'), parts).href

const psql = (address: string, text: string) => {
  const { exitCode, stderr } = Bun.spawnSync(['psql', '-qX', '-v', 'ON_ERROR_STOP=1', address, '-c', text], {
    stderr: 'pipe',
  })
  if (exitCode !== 0) throw new Error(`${stderr}`)
}

describe.skipIf(!testServer)('a database of PostgreSQL that cannot be used', () => {
  const folder = freshFolder()
  const names = ['foreign', 'latin', 'newer', 'plain'].map((name) => `latchkey_${name}_${process.pid}`)
  const [foreign, latin, newer] = names.map((name) => addressWith({ pathname: `/${name}` })) as [string, string, string]
  const role = `latchkey_guest_${process.pid}`
  beforeAll(async () => {
    for (const name of names) {
      const encoding = name.includes('latin') ? "encoding 'LATIN1' locale 'C'" : "encoding 'UTF8'"
      psql(testServer!, `create database ${name} ${encoding} template template0`)
    }
    psql(foreign, 'create table recipes (name text)')
    await say(['init', '--bits', '2048'], { LATCHKEY_DATA_DIR: join(folder, '../newer'), LATCHKEY_DATABASE_URL: newer })
    psql(newer, "insert into applied_migrations values ('9999_later', 'x', 0)")
    psql(testServer!, `create role ${role} login`)
  })
  afterAll(() => {
    for (const name of names) psql(testServer!, `drop database ${name} with (force)`)
    psql(testServer!, `drop role ${role}`)
  })

  test.each<[string, () => string, string]>([
    ['of another kind', () => 'mysql://root:hunter2@localhost/x', 'it takes postgres://'],
    ['without a name', () => 'postgres://root:hunter2@localhost', 'it takes postgres://'],
    ['at a server that is not there', () => 'postgres://root:hunter2@127.0.0.1:9/x', 'cannot be reached'],
    ['that is not there', () => addressWith({ pathname: '/no_such' }), 'there is no such database'],
    [
      'for a role that is not there',
      () => addressWith({ username: 'nobody', password: 'hunter2' }),
      'does not let this role in',
    ],
    ['of another program', () => foreign, 'holds the tables of another program'],
    ['with another encoding', () => latin, 'has the encoding LATIN1'],
    ['of a newer version', () => newer, 'written by a newer Latchkey'],
    [
      'for a role that may make no tables',
      () => addressWith({ username: role, pathname: `/${names[3]}` }),
      'denies this role the right',
    ],
  ])('%s is refused in a sentence, and nothing is written', async (_, address, sentence) => {
    const { exitCode, out, err } = await say(['init', '--bits', '2048'], {
      LATCHKEY_DATA_DIR: folder,
      LATCHKEY_DATABASE_URL: address(),
    })
    expect({ out, isRefused: exitCode > 0 }).toEqual({ out: '', isRefused: true })
    expect(err).toContain(sentence)
    expect(err).toMatch(/^latchkey: [^\n]+\n$/)
    expect(err).not.toContain('hunter2')
    expect(contentsOf(join(folder, '..')).data).toBeUndefined()
  })

  test('that another sealing key was made for says which file is missing', async () => {
    const first = freshFolder()
    const env = { LATCHKEY_DATA_DIR: first, ...databaseOf(first) }
    await say(['init', '--bits', '2048'], env)
    const { err, exitCode } = await say(['init', '--bits', '2048'], { ...env, LATCHKEY_DATA_DIR: folder })
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: expect.stringContaining(`${join(folder, 'sealing.key')} is missing`),
    })
    dropDatabase(first)
  })
})

describe.skipIf(!testServer)('a change on PostgreSQL', () => {
  test('that the client itself refuses is undone alone, though it shares a commit with others', async () => {
    const folder = freshFolder()
    await say(['init', '--bits', '2048'], { LATCHKEY_DATA_DIR: folder, ...databaseOf(folder) })
    const addresses = [databaseAddress(folder)!]
    const db = await openPostgres(addresses, { actor: 'x' }, { servedFrom: undefined, auditKey: Buffer.alloc(32) })
    const keys = Array.from({ length: 70_000 }, String)
    const half = db.write(async (tx) => {
      await tx.insert(installation).values({ key: 'half', value: '1' })
      await tx.select().from(installation).where(inArray(installation.key, keys))
    })
    const whole = db.write(async (tx) => void (await tx.insert(installation).values({ key: 'whole', value: '1' })))
    expect(await half.catch((error: Error) => error.message)).toContain('too many parameters')
    await whole
    const found = await db.read
      .select()
      .from(installation)
      .where(inArray(installation.key, ['half', 'whole']))
    expect(found.map(({ key }) => key)).toEqual(['whole'])
    await db.close()
    dropDatabase(folder)
  })
})

describe.skipIf(!testServer)('servers on one database of PostgreSQL', () => {
  const [first, second] = [freshFolder(), freshFolder()]
  const env = (folder: string) => ({ LATCHKEY_DATA_DIR: folder, ...databaseOf(first) })
  beforeAll(async () => {
    await say(['init', '--bits', '2048'], env(first))
    mkdirSync(second, { recursive: true })
    cpSync(join(first, 'sealing.key'), join(second, 'sealing.key'))
  })
  afterAll(() => dropDatabase(first))

  test('work one at a time: the second is refused while the first is there, and takes over when it has ended', async () => {
    const server = await serve(env(first))
    const refused = await say(['serve', '--port', '0', '--log', 'off'], env(second))
    expect(refused.exitCode).toBe(1)
    expect(refused.err).toContain('another Latchkey server works on this database')
    expect(refused.err).toContain(first)
    expect(await server.end('SIGTERM')).toBe(0)
    const successor = await serve(env(second))
    expect((await fetch(`${successor.url}/api/v1/keys`)).status).toBe(200)
    await successor.end('SIGTERM')
  })

  test('take over from one that was killed: on its folder at once, on another when its lease has lapsed', async () => {
    const killed = await serve(env(first))
    await killed.end('SIGKILL')
    const again = await serve(env(first))
    await again.end('SIGKILL')
    const successor = await serve(env(second))
    expect((await fetch(`${successor.url}/api/v1/keys`)).status).toBe(200)
    await successor.end('SIGTERM')
  })

  test('are joined by commands of any data folder, which the server obeys', async () => {
    const server = await serve(env(first))
    const made = await say(['api-key', 'create', '--name', 'x', '--preset', 'all', '--json'], env(second))
    const { api_key, id } = made.json
    const ask = () =>
      fetch(`${server.url}/api/v1/verify`, {
        method: 'POST',
        headers: { authorization: `Bearer ${api_key}`, 'content-type': 'application/json' },
        body: '{"license_key":"none","identifier":"pc"}',
      }).then((answer) => answer.json() as Promise<{ response: { code: number } }>)
    expect((await ask()).response.code).toBe(210)
    await say(['api-key', 'revoke', String(id), '--yes'], env(second))
    expect((await ask()).response.code).toBe(101)
    await server.end('SIGTERM')
  })
})

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { SQL } from 'bun'
import { run } from '../../src/cli/program'
import { databaseAddress } from '../support/databases'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator, type Operator } from '../support/operator'
import { openRaw } from '../support/raw'
import { makeProduct } from '../support/stock'
import { until } from '../support/wait'

const licenses = 60_000

let installation: TestInstallation
let owner: Operator
beforeAll(async () => {
  installation = await startInstallation()
  owner = await makeOperator(installation, 'owner')
  const product = await makeProduct(installation)
  const raw = openRaw(installation.folder)
  raw.run(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${licenses})
    insert into licenses (product_id, license_key, activation_limit, validity, status, created_at, updated_at)
    select ${product}, 'SLOW-' || i, 0, 0, 'available', 0, 0 from n`)
  raw.close()
})
afterAll(() => installation.close())

/** Asks for an export and reads nothing of it after its beginning, until it is told to go on. */
async function readSlowly() {
  const { hostname, port } = new URL(installation.url)
  const heard: Buffer[] = []
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data(socket, bytes) {
        if (!heard.length) socket.pause()
        heard.push(Buffer.from(bytes))
        begun.resolve()
      },
      close: () => ended.resolve(),
    },
  })
  socket.write(
    `GET /admin/api/export HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\nauthorization: Bearer ${owner.token}\r\n\r\n`,
  )
  await begun.promise
  return {
    async readOn() {
      socket.resume()
      await ended.promise
      return unchunked(Buffer.concat(heard))
    },
    hangUp: () => socket.terminate(),
  }
}

/** The body of an answer in chunked transfer. */
function unchunked(answer: Buffer) {
  let rest = answer.subarray(answer.indexOf('\r\n\r\n') + 4)
  const pieces: Buffer[] = []
  for (;;) {
    const end = rest.indexOf('\r\n')
    const length = Number.parseInt(rest.subarray(0, end).toString(), 16)
    if (!length) return Buffer.concat(pieces).toString()
    pieces.push(rest.subarray(end + 2, end + 2 + length))
    rest = rest.subarray(end + 2 + length + 2)
  }
}

const openSnapshots = `select count(*) as busy from pg_stat_activity
  where datname = current_database() and backend_xmin is not null and pid <> pg_backend_pid()`

/** Whether nobody reads the database as it was before: its log can be taken in to the end and emptied. */
async function isLetGo() {
  const address = databaseAddress(installation.folder)
  if (address) {
    const sql = new SQL(address, { max: 1 })
    const [row] = await sql.unsafe(openSnapshots)
    await sql.close()
    return Number(row.busy) === 0
  }
  const raw = openRaw(installation.folder)
  raw.run('pragma busy_timeout = 0')
  const { busy } = raw.query<{ busy: number }, []>('pragma wal_checkpoint(truncate)').get()!
  raw.close()
  return busy === 0
}

const left = () => readdirSync(installation.folder).filter((name) => name.startsWith('export-'))

test('a slow reader of an export does not keep the log of the database from being taken in', async () => {
  const reader = await readSlowly()
  await installation.ask('POST /api/v1/create-product', { name: 'After the export began' })
  await until('the snapshot to be let go', async () => isLetGo())
  expect(left()).toEqual([])
  const text = await reader.readOn()
  const rows = text.trimEnd().split('\n')
  expect(rows.filter((row) => row.includes('"SLOW-'))).toHaveLength(licenses)
  expect(rows.map((row) => JSON.parse(row).table)).toContain('products')
  expect(text).not.toContain('After the export began')
})

test('a reader that hangs up leaves nothing behind', async () => {
  const reader = await readSlowly()
  reader.hangUp()
  await until('the snapshot to be let go', async () => isLetGo())
  expect(left()).toEqual([])
})

test('the command hands on no more than is read, and does not keep the log of the database either', async () => {
  const pieces: string[] = []
  const isRead = Promise.withResolvers<void>()
  const exported = run(['export', 'licenses'], {
    env: { LATCHKEY_DATA_DIR: installation.folder },
    out: (text) => pieces.push(text),
    err: (text) => pieces.push(text),
    taken: () => isRead.promise,
  })
  await until('the first piece', async () => pieces.length > 0)
  await installation.ask('POST /api/v1/create-license-keys', {
    product_id: 1,
    license_keys: ['AFTER'],
    activation_limit: 0,
    validity: 0,
    status: 'available',
  })
  await until('the snapshot to be let go', async () => isLetGo())
  expect(left()).toEqual([])
  expect(pieces).toHaveLength(1)
  isRead.resolve()
  expect(await exported).toBe(0)
  const rows = pieces.join('').trimEnd().split('\n')
  expect(rows.map((row) => JSON.parse(row).license_key)).toEqual(
    Array.from({ length: licenses }, (_, i) => `SLOW-${i + 1}`),
  )
})

import type { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { AuditEntry } from '../../db/schema/operations'
import { createApiKey } from '../../src/access/service'
import { hashOf } from '../../src/audit/record'
import { readConfig } from '../../src/config'
import { openHouse } from '../../src/house'
import { startServer } from '../../src/worker/server'
import { speak } from '../support/house'
import { emptyFolder } from '../support/process'
import { openRaw } from '../support/raw'

const folder = emptyFolder()
const env = { LATCHKEY_DATA_DIR: join(folder.path, 'data') }
let database: Database
beforeAll(async () => {
  const house = await openHouse({ config: readConfig({}, env), asServer: true, keySize: 2048 })
  const server = await startServer(house, '127.0.0.1', 0)
  const draft = { name: 'x', capabilities: ['verify'], allowedIps: [] }
  await house.db.write((tx) => createApiKey(tx, draft, house.clock()))
  await server.stop()
  await house.close()
  database = openRaw(env.LATCHKEY_DATA_DIR)
})
afterAll(() => {
  database.close()
  folder.remove()
})

const verify = async () => JSON.parse((await speak(['audit', 'verify', '--json'], env)).out)
const head = () => database.query<{ id: number }, []>('select max(id) as id from audit_log').get()!.id

test('a server that stops signs the last row of the audit log', async () => {
  const last = database.query<{ id: number }, []>('select max(audit_id) as id from audit_checkpoints').get()!.id
  expect(last).toBe(head())
  expect((await verify()).broken).toBeNull()
})

test('whoever rewrites the log with all its hashes is given away by the signature', async () => {
  database.run('drop trigger audit_log_unaltered')
  const rows = database
    .query<Record<string, string | number | null>, []>('select * from audit_log order by id')
    .all()
    .map(
      (row) =>
        ({
          id: row.id,
          at: new Date(Number(row.at)),
          actor: row.actor,
          requestId: row.request_id,
          verb: row.verb,
          subject: row.subject,
          subjectId: row.subject_id,
          batchFrom: row.batch_from,
          batchTo: row.batch_to,
          before: row.before,
          after: row.after,
        }) as AuditEntry,
    )
  let previous: string | undefined
  for (const row of rows) {
    const forged = { ...row, actor: row.id === 1 ? 'nobody' : row.actor }
    previous = hashOf(forged, previous)
    database.run('update audit_log set actor = ?, hash = ? where id = ?', [forged.actor, previous, forged.id])
  }
  const { broken } = await verify()
  expect(broken.reason).toContain('its checkpoint was made of')

  database.run('update audit_checkpoints set hash = (select hash from audit_log where id = audit_id)')
  expect((await verify()).broken.reason).toContain('the signature of its checkpoint')
  database.run("update audit_checkpoints set key_id = 'another'")
  expect((await verify()).broken.reason).toContain('the key another, which is not here')
})

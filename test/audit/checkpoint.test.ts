import type { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createApiKey } from '../../src/access/service'
import { readConfig } from '../../src/config'
import { openInstallation } from '../../src/installation'
import { startServer } from '../../src/worker/server'
import { speak } from '../support/installation'
import { emptyFolder } from '../support/process'
import { openRaw } from '../support/raw'

const folder = emptyFolder()
const env = { LATCHKEY_DATA_DIR: join(folder.path, 'data') }
let database: Database
beforeAll(async () => {
  const installation = await openInstallation({ config: readConfig({}, env), asServer: true, keySize: 2048 })
  const server = await startServer(installation, '127.0.0.1', 0)
  const draft = { name: 'x', capabilities: ['verify'], allowedIps: [] }
  await installation.db.write((tx) => createApiKey(tx, draft, installation.clock()))
  await server.stop()
  await installation.close()
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

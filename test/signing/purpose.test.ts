import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditEntry } from '../../db/schema/operations'
import { unkeyedHashOf } from '../../src/audit/link'
import { readSealer } from '../../src/signing/sealing'
import { freshFolder, speakTo, startInstallation, type TestInstallation } from '../support/installation'
import { openRaw } from '../support/raw'
import { secretFile } from '../support/secret-file'
import { makeProduct } from '../support/stock'
import { subscribe } from '../support/webhooks'

let installation: TestInstallation
beforeAll(async () => {
  installation = await startInstallation()
  const product = await makeProduct(installation)
  await installation.cli('key', 'generate', '--yes', '--product', String(product), '--bits', '2048')
  for (const port of [1, 2]) await subscribe(installation, `http://127.0.0.1:${port}/`)
  await installation.cli('setting', 'set', 'envato_token', '--value-file', secretFile('a-secret-token'))
  await installation.stop()
})
afterAll(() => installation.close())

function copied(sql: string[]) {
  const folder = freshFolder()
  cpSync(installation.folder, folder, { recursive: true })
  const database = openRaw(folder)
  for (const statement of sql) database.run(statement)
  database.close()
  return folder
}

const findings = async (folder: string) => {
  const { checks } = JSON.parse((await speakTo(folder, 'doctor', '--json')).out)
  return checks.find(({ name }: { name: string }) => name === 'signing keys').findings as string[]
}

describe('a sealed value opens in its own place alone', () => {
  test('the private half of another key pair does not', async () => {
    const folder = copied([
      `update signing_keys set sealed_private = (select sealed_private from signing_keys where product_id is null),
        public_pem = (select public_pem from signing_keys where product_id is null) where product_id is not null`,
    ])
    expect((await findings(folder)).join()).toMatch(/signing key \w+-1: it does not open/)
  })

  test('the secret of another webhook does not, nor does a private key in its place', async () => {
    const other = copied(['update webhooks set sealed_secret = (select sealed_secret from webhooks where id = 1)'])
    expect(await findings(other)).toEqual(['the secret of webhook 2 does not open with the sealing key'])
    const setting = copied([
      "update webhooks set sealed_secret = (select value from settings where name = 'envato_token')",
    ])
    expect(await findings(setting)).toHaveLength(2)
  })

  test('a secret that stands in the place of a setting counts as none', async () => {
    const token = async (folder: string) =>
      (await speakTo(folder, 'setting', 'list', '--json')).json.settings.find(
        ({ name }: { name: string }) => name === 'envato_token',
      ).value
    expect(await token(copied([]))).toBe('•••')
    expect(await token(copied(['update settings set value = (select sealed_secret from webhooks where id = 1)']))).toBe(
      '',
    )
  })
})

describe('a folder of an older version', () => {
  /** The folder as the version before left it: seals without a purpose, an audit log chained without a key. */
  function older() {
    const folder = copied([])
    const sealer = readSealer(join(folder, 'sealing.key'))!
    const database = openRaw(folder)
    const again = (sealed: Uint8Array, purpose: string) =>
      sealer.former.seal(sealer.open(Buffer.from(sealed), purpose), '')
    for (const { id, sealed_private: sealed } of database
      .query<{ id: string; sealed_private: Uint8Array }, []>('select * from signing_keys')
      .all())
      database
        .query('update signing_keys set sealed_private = ? where id = ?')
        .run(again(sealed, `signing_keys.sealed_private ${id}`), id)
    for (const { uuid, sealed_secret: sealed } of database
      .query<{ uuid: string; sealed_secret: string }, []>('select * from webhooks')
      .all())
      database
        .query('update webhooks set sealed_secret = ? where uuid = ?')
        .run(again(Buffer.from(sealed, 'base64'), `webhooks.sealed_secret ${uuid}`).toString('base64'), uuid)
    const { value } = database
      .query<{ value: string }, []>("select value from settings where name = 'envato_token'")
      .get()!
    const text = again(Buffer.from(value, 'base64'), 'settings.value envato_token').toString('base64')
    database.query("update settings set value = ? where name = 'envato_token'").run(text)
    database.run('drop trigger audit_log_unaltered')
    database.run('update audit_log set salt = null')
    let previous = ''
    for (const row of database
      .query<AuditEntry & { at: number }, []>(
        `select *, request_id as requestId, subject_id as subjectId, batch_from as batchFrom, batch_to as batchTo
          from audit_log order by id`,
      )
      .all()) {
      previous = unkeyedHashOf({ ...row, at: new Date(row.at) }, previous)
      database.query('update audit_log set hash = ? where id = ?').run(previous, row.id)
    }
    database.run('delete from audit_head')
    database.run('delete from audit_checkpoints')
    database.query("update installation set value = ? where key = 'sealing_fingerprint'").run(sealer.former.fingerprint)
    database.close()
    return folder
  }

  test('is sealed anew and keyed when it is opened, and everything in it opens', async () => {
    const folder = older()
    expect(await findings(folder)).toEqual([])
    const { json } = await speakTo(folder, 'audit', 'verify', '--json')
    expect(json.broken).toBeNull()
    expect(json.unkeyed_until).toBeGreaterThan(3)
    expect((await speakTo(folder, 'product', 'create', '--name', 'another')).exitCode).toBe(0)
    expect(await speakTo(folder, 'audit', 'verify')).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('are from an older version'),
    })
  })

  test('keeps its older rows as they were when it was upgraded', async () => {
    const folder = older()
    expect((await speakTo(folder, 'audit', 'verify')).exitCode).toBe(0)
    const database = openRaw(folder)
    let previous = ''
    for (const row of database
      .query<AuditEntry & { at: number }, []>(
        `select *, request_id as requestId, subject_id as subjectId, batch_from as batchFrom, batch_to as batchTo
          from audit_log order by id`,
      )
      .all()) {
      const actor = row.id === 2 ? 'nobody' : row.actor
      previous = unkeyedHashOf({ ...row, actor, at: new Date(row.at) }, previous)
      database.query('update audit_log set actor = ?, hash = ? where id = ?').run(actor, previous, row.id)
    }
    database.close()
    expect((await speakTo(folder, 'audit', 'verify')).exitCode).toBe(1)
  })
})

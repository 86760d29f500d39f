import type { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freshFolder, speakTo, startInstallation, type TestInstallation } from '../support/installation'
import { openRaw, withoutTriggers } from '../support/raw'
import { makeLicense, makeProduct } from '../support/stock'

let installation: TestInstallation
/** The folder as its server left it. */
let honest: string
let publicPem: string
beforeAll(async () => {
  installation = await startInstallation()
  const product_id = await makeProduct(installation)
  for (const owner_name of ['Ada', 'Mallory', 'Grace']) {
    const license_key = await makeLicense(installation, { product_id, status: 'available' })
    await installation.ask('POST /api/v1/assign-license-key', { license_key, owner_name, owner_email: 'a@example.com' })
  }
  publicPem = (await installation.cli('key', 'show', '--json')).json.keys[0].public_key
  await installation.cli('audit', 'verify')
  honest = freshFolder()
  await installation.stop()
  cpSync(installation.folder, honest, { recursive: true })
})
afterAll(() => installation.close())

const tables = ['audit_log', 'audit_checkpoints', 'audit_head', 'signing_keys']
type Row = Record<string, string | number | null>

/** A copy of the folder whose database was changed by somebody without its sealing key. */
function attacked(change: (database: Database) => void): string {
  const folder = freshFolder()
  cpSync(honest, folder, { recursive: true })
  const database = openRaw(folder)
  withoutTriggers(database, tables, () => change(database))
  database.close()
  return folder
}

const verify = (folder: string, ...args: string[]) => speakTo(folder, 'audit', 'verify', ...args)

const columns = ['id', 'at', 'actor', 'request_id', 'verb', 'subject', 'subject_id', 'batch_from', 'batch_to']

/** The whole log without the sale to Mallory, chained anew as somebody can who has read the source and not the key. */
function chainAnew(database: Database, { unkeyed = false } = {}) {
  const rows = database.query<Row, []>('select * from audit_log order by id').all()
  const kept = rows.filter(({ after }) => !String(after).includes('Mallory')).map((row, i) => ({ ...row, id: i + 1 }))
  expect(kept.length).toBeLessThan(rows.length)
  let previous = ''
  database.run('delete from audit_log')
  for (const row of kept as Row[]) {
    const values = [...columns, 'before', 'after'].map((name) => row[name])
    previous = createHash('sha256')
      .update(JSON.stringify([previous, ...values]))
      .digest('hex')
    row.hash = previous
    if (unkeyed) row.salt = null
    const names = Object.keys(row)
    database.query(`insert into audit_log (${names}) values (${names.map(() => '?')})`).run(...Object.values(row))
  }
  return { id: kept.length, hash: previous, at: Number(rows.at(-1)!.at) }
}

/** Puts a stranger's key among the retired, and has it sign a checkpoint. */
function signAsStranger(database: Database, head: { id: number; hash: string; at: number }) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const text = `audit checkpoint ${head.id} ${head.hash} ${new Date(head.at).toISOString()}`
  const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64')
  database.run(
    `insert into signing_keys (id, bits, public_pem, sealed_private, created_at, retired_at)
      values ('aaaaaaaaaaaaaaaa', 2048, ?, (select sealed_private from signing_keys limit 1), 1, 2)`,
    [publicKey.export({ type: 'spki', format: 'pem' }).toString()],
  )
  database.run('delete from audit_checkpoints')
  const values = [head.id, head.hash, head.at, 'aaaaaaaaaaaaaaaa', signature]
  database.run('insert into audit_checkpoints (audit_id, hash, at, key_id, signature) values (?, ?, ?, ?, ?)', values)
}

const attacks: [name: string, change: (database: Database) => void][] = [
  ['a row that was changed', (raw) => raw.run(`update audit_log set after = '{"name":"x"}' where id = 4`)],
  ['a row that was removed', (raw) => raw.run('delete from audit_log where id = 4')],
  [
    'a row that was put in at the end',
    (raw) =>
      raw.run(`insert into audit_log (id, at, actor, verb, subject, subject_id, hash)
        select max(id) + 1, max(at), 'user ada', 'license.noted', 'license', '1', 'x' from audit_log`),
  ],
  ['a log cut at its end', (raw) => raw.run('delete from audit_log where id > (select max(id) - 2 from audit_log)')],
  [
    'a log cut at its end with its checkpoints',
    (raw) => {
      raw.run('delete from audit_log where id > 3')
      raw.run('delete from audit_checkpoints where audit_id > 3')
    },
  ],
  [
    'a log cut at its end whose head was set back',
    (raw) => {
      raw.run('delete from audit_checkpoints')
      raw.run('delete from audit_log where id > 3')
      raw.run(`update audit_head set audit_id = 3, checkpoints = 0, hash = (select hash from audit_log where id = 3)`)
    },
  ],
  ['a log that is gone', (raw) => void tables.slice(0, 3).map((table) => raw.run(`delete from ${table}`))],
  ['a log chained anew', (raw) => void chainAnew(raw)],
  [
    'a log chained anew without checkpoints and head',
    (raw) => {
      chainAnew(raw, { unkeyed: true })
      raw.run('delete from audit_checkpoints')
      raw.run('delete from audit_head')
    },
  ],
  [
    'a log chained anew and called one of an older version',
    (raw) => {
      const { id, hash } = chainAnew(raw, { unkeyed: true })
      raw.run('delete from audit_checkpoints')
      raw.run('update audit_head set audit_id = ?, unkeyed_until = ?, hash = ?, checkpoints = 0', [id, id, hash])
      raw.run("delete from installation where key = 'sealing_fingerprint'")
    },
  ],
  ['checkpoints that were deleted', (raw) => raw.run('delete from audit_checkpoints')],
  ['a log chained anew and signed with a key put among the retired', (raw) => signAsStranger(raw, chainAnew(raw))],
  [
    'a checkpoint signed with a key put among the retired',
    (raw) => {
      const last = raw.query<Row, []>('select * from audit_log order by id desc').get()!
      signAsStranger(raw, { id: Number(last.id), hash: String(last.hash), at: Number(last.at) })
    },
  ],
  [
    'a row called redacted',
    (raw) => raw.run(`update audit_log set after = '{}', salt = null, redaction = hash where id = 4`),
  ],
]

/** Opened once by a command that may complete a folder, as a server may: other commands refuse one that lacks something. */
async function opened(folder: string) {
  await speakTo(folder, 'init', '--bits', '2048')
  return folder
}

describe('without the sealing key nobody rewrites the audit log unseen', () => {
  test('an honest log is whole', async () => {
    expect(await verify(honest)).toMatchObject({ exitCode: 0 })
  })

  test.each(attacks)('%s is found', async (_, change) => {
    const folder = await opened(attacked(change))
    const { exitCode, out } = await verify(folder)
    expect(out).toContain('The audit log is broken at row ')
    expect(exitCode).toBe(1)
  })

  test.each(attacks)('%s is still found after further changes', async (_, change) => {
    const folder = await opened(attacked(change))
    expect((await speakTo(folder, 'product', 'create', '--name', 'another')).exitCode).toBe(0)
    expect((await verify(folder)).exitCode).toBe(1)
  })

  test('the doctor and the export say so', async () => {
    const folder = attacked(chainAnew)
    const { checks } = JSON.parse((await speakTo(folder, 'doctor', '--json')).out)
    expect(checks.find(({ name }: { name: string }) => name === 'audit').ok).toBe(false)
    const written = join(folder, '..', 'log.jsonl')
    const exported = await speakTo(folder, 'audit', 'export', written)
    expect(exported.exitCode).toBe(1)
    expect(exported.out).toContain('The audit log is broken at row ')
    expect(readFileSync(written, 'utf8')).toContain('license.assigned')
  })

  test('a backup of it is restored only where that is said', async () => {
    const folder = attacked(chainAnew)
    const place = join(folder, '..')
    const file = join(place, 'backup.tar.gz')
    const [passphrase, restored] = [join(place, 'passphrase'), join(place, 'restored')]
    writeFileSync(passphrase, 'correct horse battery staple')
    expect((await speakTo(folder, 'backup', file, '--passphrase-file', passphrase)).exitCode).toBe(0)
    const args = ['restore', file, '--passphrase-file', passphrase]
    const refused = await speakTo(restored, ...args)
    expect(refused.exitCode).toBe(1)
    expect(refused.err).toContain('--broken-audit-log')
    expect((await speakTo(restored, ...args, '--broken-audit-log')).exitCode).toBe(0)
  })
})

describe('what is known outside', () => {
  test('a head that was noted is met again, and missed where the log is another', async () => {
    const head = (await speakTo(honest, 'audit', 'head')).out.trim()
    expect(head).toMatch(/^\d+:[0-9a-f]{64}$/)
    expect((await verify(honest, '--head', head)).exitCode).toBe(0)
    const later = await verify(honest, '--head', `9999:${head.split(':')[1]}`)
    expect(later).toMatchObject({ exitCode: 1, out: expect.stringContaining('it ends before the head you gave') })
    const other = await verify(honest, '--head', `3:${'0'.repeat(64)}`)
    expect(other).toMatchObject({ exitCode: 1, out: expect.stringContaining('broken at row 3') })
    expect(await verify(honest, '--head', 'nonsense')).toMatchObject({ exitCode: 2 })
  })

  test('a public key has signed a checkpoint, or the log is called broken', async () => {
    const place = join(freshFolder(), '..')
    const [ours, theirs] = [join(place, 'ours.pem'), join(place, 'theirs.pem')]
    writeFileSync(ours, publicPem)
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    writeFileSync(theirs, publicKey.export({ type: 'spki', format: 'pem' }))
    expect((await verify(honest, '--public-key-file', ours)).exitCode).toBe(0)
    const foreign = await verify(honest, '--public-key-file', theirs)
    expect(foreign).toMatchObject({ exitCode: 1, out: expect.stringContaining('the public key you gave') })
    writeFileSync(theirs, 'no key')
    expect(await verify(honest, '--public-key-file', theirs)).toMatchObject({ exitCode: 2 })
  })
})

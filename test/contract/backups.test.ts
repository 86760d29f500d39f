import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startInstallation, type TestInstallation } from '../support/installation'
import { auditRows, forgetProofs, logIn, makeOperator, type Operator, tell } from '../support/operator'
import { openRaw } from '../support/raw'
import { until } from '../support/wait'

// A backup is taken by a process of its own.
setDefaultTimeout(60_000)

const passphrase = 'correct horse battery staple'

let installation: TestInstallation
let owner: Operator
let session: string
let to: string
beforeAll(async () => {
  installation = await startInstallation()
  owner = await makeOperator(installation, 'owner')
  session = (await logIn(installation, owner)).session
  forgetProofs(installation)
  to = join(installation.folder, '..', 'backups')
})
afterAll(() => installation.close())

const inBrowser = (fields: Record<string, unknown>) => tell(installation, 'PATCH /backups', fields, { session })

describe('the settings of backups', () => {
  test('take a folder and a passphrase from a page, for a password', async () => {
    const fields = { every: '0', keep: 3, to, passphrase }
    expect((await inBrowser(fields)).status).toBe(403)
    const { status, body } = await inBrowser({ ...fields, current_password: owner.password })
    expect([status, body]).toEqual([
      200,
      {
        ...{ every: '0', keep: 3, to, passphrase: 'stored', overridden: [], next_at: null },
        free_bytes: expect.any(Number),
      },
    ])
    expect(existsSync(to)).toBe(true)
  })

  test('never show the passphrase', async () => {
    const database = openRaw(installation.folder, { readonly: true })
    const rows = database.query('select * from settings').all()
    database.close()
    const { body: settings } = await owner.tell('GET /settings')
    const everything = [rows, settings, auditRows(installation), (await owner.tell('GET /backups')).body]
    expect(JSON.stringify(everything)).not.toContain(passphrase)
    expect(settings.settings).toContainEqual(
      expect.objectContaining({ name: 'backup_key_passphrase', value: '•••', source: 'stored' }),
    )
  })

  test('say what is wrong, and change nothing then', async () => {
    const proof = { current_password: owner.password }
    const wrong: [Record<string, unknown>, string][] = [
      [{ passphrase: 'short' }, 'at least 15'],
      [{ to: 'backups' }, 'from the root'],
      [{ to: join(installation.folder, 'sealing.key', 'x') }, 'a folder that can be made'],
      [{ every: 'often' }, 'a minute or more'],
      [{}, 'what to change'],
    ]
    const stored = async () => ({ ...(await owner.tell('GET /backups')).body.settings, free_bytes: 0 })
    const before = await stored()
    for (const [fields, sentence] of wrong) {
      const { status, body } = await inBrowser({ ...fields, ...proof })
      expect([status, body.error.message]).toEqual([422, expect.stringContaining(sentence)])
    }
    expect(await stored()).toEqual(before)
  })

  test('are set like other settings only at the terminal', async () => {
    for (const name of ['backup_to', 'backup_key_passphrase']) {
      const { status, body } = await owner.tell(`PUT /settings/${name}` as 'PUT /', { value: '/tmp/elsewhere-of-mine' })
      expect([status, body.error.remedies]).toEqual([422, [{ operation: 'backups set', input: {} }]])
    }
    const file = join(installation.folder, '..', 'passphrase')
    writeFileSync(file, `${passphrase}\n`)
    expect((await installation.cli('setting', 'set', 'backup_key_passphrase', '--value-file', file)).exitCode).toBe(0)
  })
})

describe('a backup of the server', () => {
  let file = ''

  test('is taken under the stored passphrase, is listed while it is taken, and opens with it', async () => {
    const { body: ordered } = await owner.tell('POST /backups')
    const { body: during } = await owner.tell('GET /backups')
    expect(during.pending).toEqual([expect.objectContaining({ file: ordered.file, of_bytes: expect.any(Number) })])
    await until('the backup', async () => !(await owner.tell('GET /backups')).body.pending.length, 60_000)
    const { body } = await owner.tell('GET /backups')
    expect(body.problems).toEqual([])
    file = body.backups[0].file
    expect(body.backups[0].path).toBe(join(to, file))
    const under = join(installation.folder, '..', 'passphrase')
    const args = ['--data-dir', join(to, 'x'), '--passphrase-file', under, '--dry-run']
    expect((await installation.cli('restore', join(to, file), ...args)).out).toContain('can be restored')
  })

  const download = (name: string, headers: Record<string, string> = {}) =>
    fetch(`${installation.url}/admin/api/backups/${encodeURIComponent(name)}`, {
      headers: { cookie: `latchkey_session=${session}`, ...headers },
    })

  test('is downloaded for a password, and the audit log has it', async () => {
    expect((await download(file)).status).toBe(403)
    const got = await download(file, { 'x-current-password': owner.password })
    expect(got.headers.get('content-disposition')).toContain(file)
    expect(Buffer.from(await got.arrayBuffer())).toEqual(Buffer.from(await Bun.file(join(to, file)).arrayBuffer()))
    expect(auditRows(installation).at(-1)).toMatchObject({ verb: 'backup.downloaded', subject_id: file })
  })

  test('is the only kind of file that is given away', async () => {
    writeFileSync(join(to, 'other.tar.gz'), 'x')
    for (const name of ['other.tar.gz', '../passphrase', 'latchkey-20000101T000000Z.tar.gz']) {
      expect((await download(name, { 'x-current-password': owner.password })).status).toBe(404)
    }
  })
})

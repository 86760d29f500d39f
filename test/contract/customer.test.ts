import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { testOfFile, testServer } from '../support/databases'
import { startInstallation, type TestInstallation } from '../support/installation'
import { makeOperator } from '../support/operator'
import { makeLicense, makeProduct } from '../support/stock'
import { subscribe } from '../support/webhooks'

setDefaultTimeout(120_000)

let installation: TestInstallation
let product_id: number
beforeAll(async () => {
  installation = await startInstallation({ call_log: 'all' })
  product_id = await makeProduct(installation)
})
afterAll(() => installation.close())

/**
 * What lies in the data folder, as anybody reads it who has its files. Read by a process of its own: to close a file of
 * the database ends the locks that this one holds on it.
 */
function raw() {
  const names = readdirSync(installation.folder).filter((name) => !name.endsWith('.lock'))
  const files = names.map((name) => join(installation.folder, name)).filter((path) => statSync(path).isFile())
  return Bun.spawnSync(['cat', ...files])
    .stdout.toString()
    .toLowerCase()
}

const verify = async (license_key: string, identifier: string) =>
  (await installation.ask('POST /api/v1/verify', { license_key, identifier })).code

/** A person with all that there may be of one, and a licence that was deleted; the key of the licence they have. */
async function makeCustomer(name: string, email: string) {
  const license_key = await makeLicense(installation, { product_id, status: 'available', activation_limit: 3 })
  const deleted = await makeLicense(installation, { product_id, status: 'available' })
  for (const key of [license_key, deleted]) {
    const fields = { license_key: key, owner_name: name, owner_email: email }
    await installation.ask('POST /api/v1/assign-license-key', fields, {
      headers: { 'idempotency-key': `order-${key}` },
    })
  }
  await installation.cli('license', 'delete', deleted, '--yes')
  await installation.cli('license', 'note', license_key, `${name} called on Tuesday`)
  await installation.cli(
    'blocklist',
    'add',
    '--ip',
    `198.51.100.${1 + Math.floor(Math.random() * 250)}`,
    '--reason',
    `for ${email}`,
  )
  await installation.ask('POST /api/v1/activate', { license_key, identifier: 'my-laptop' })
  await installation.ask('POST /api/v1/activate', { license_key, identifier: email })
  await installation.ask('POST /api/v1/create-license-key-meta', {
    ...{ license_key, identifier: 'my-laptop', key: 'invoice', value: `of ${name}` },
  })
  await installation.ask('POST /api/v1/send-telemetry-data', {
    ...{ product_id, license_key, data_type: 'text', data: `seen by ${name}`, user_identifier: email },
  })
  await verify(license_key, 'my-laptop')
  return license_key
}

const erase = (email: string, ...options: string[]) =>
  installation.cli('customer', 'erase', email, '--yes', '--json', ...options)

describe('customer erase', () => {
  testOfFile(
    'leaves no trace of a person in the files beside a running server, and their licence at work',
    async () => {
      await subscribe(installation, 'http://127.0.0.1:1/')
      const license_key = await makeCustomer('Bärbel Quastenflosser', 'Baerbel.Quast@Example.de')
      const other = await makeCustomer('Otto Normalnutzer', 'xbaerbel.quast@example.de')
      expect(raw()).toContain('quastenflosser')
      const trial = await installation.cli('customer', 'erase', 'baerbel.quast@example.de', '--dry-run', '--json')
      expect(trial.json).toMatchObject({ dry_run: true, licenses: 1, activations: 2, metadata: 1, telemetry: 1 })
      expect(raw()).toContain('quastenflosser')
      const asked = await installation.cli('customer', 'erase', 'baerbel.quast@example.de')
      expect(asked).toMatchObject({ exitCode: 2, err: expect.stringContaining('--yes') })

      // Still in the server's memory when it begins.
      await verify(license_key, 'baerbel.quast@example.de')
      const done = await erase('BAERBEL.QUAST@example.de')
      expect(done.err).toBe('')
      expect(done.json).toMatchObject({ dry_run: false, licenses: 1, rewritten: false, log_emptied: true, copies: [] })
      const left = raw()
      expect(left).not.toContain('quastenflosser')
      expect(left.replaceAll('xbaerbel.quast@example.de', '')).not.toContain('baerbel')
      expect(left).toContain('normalnutzer')

      expect(await verify(license_key, 'my-laptop')).toBe(200)
      expect(await verify(other, 'xbaerbel.quast@example.de')).toBe(200)
      const found = await installation.cli('license', 'show', other, '--json')
      expect(found.json).toMatchObject({ owner_name: 'Otto Normalnutzer', owner_email: 'xbaerbel.quast@example.de' })
      expect((await installation.cli('audit', 'verify')).exitCode).toBe(0)
      const [last] = (await installation.cli('audit', 'list', '--limit', '1', '--json')).json.entries
      expect(last).toMatchObject({ verb: 'customer.erased', after: { licenses: 1 } })
    },
  )

  test('knows who is not there, and takes no address that is none', async () => {
    for (const verb of ['data', 'export']) {
      const said = await installation.cli('customer', verb, 'nobody@example.com')
      expect(said).toMatchObject({ exitCode: 1, err: expect.stringContaining('there is nothing of a person') })
    }
    expect((await erase('nobody@example.com')).exitCode).toBe(1)
    expect((await erase('')).exitCode).toBe(2)
    expect((await erase('a')).exitCode).toBe(2)
  })

  test('deletes licences too where that is asked for', async () => {
    const license_key = await makeCustomer('Lina Löschmeister', 'lina@example.de')
    expect((await erase('lina@example.de', '--with-licenses')).json).toMatchObject({ with_licenses: true, traces: 0 })
    expect(await verify(license_key, 'my-laptop')).toBe(210)
    expect(raw()).not.toContain('löschmeister')
    expect((await installation.cli('audit', 'verify')).exitCode).toBe(0)
  })

  test('names the files beside the database that hold it', async () => {
    await makeCustomer('Kassandra Kopie', 'kassandra@example.de')
    const copy = join(installation.folder, 'latchkey.db.before-0001_x-20260101T000000000Z')
    await Bun.write(copy, 'kassandra@example.de')
    const { out } = await installation.cli('customer', 'erase', 'Kassandra@example.de', '--yes')
    expect(out).toContain(copy)
    expect(existsSync(copy)).toBe(true)
    rmSync(copy)
    expect(raw()).not.toContain('kassandra')
  })

  test('says that an address still stands where it belongs to somebody else', async () => {
    await makeCustomer('Ingo Inhaber', 'ingo@example.de')
    await installation.cli('user', 'create', '--name', 'ingo@example.de', '--role', 'viewer')
    const { json } = await erase('ingo@example.de')
    expect(json.mentioned_in).toContainEqual({ column: 'users.name', rows: 1 })
    if (!testServer) expect(json.traces).toBeGreaterThan(0)
  })
})

describe('over HTTP', () => {
  test('a viewer may see how much there is; all of it, and its end, are for owners', async () => {
    const [owner, operator] = [await makeOperator(installation, 'owner'), await makeOperator(installation, 'operator')]
    const license_key = await makeCustomer('Hanna Http', 'hanna@example.de')
    const door = '/customers/HANNA%40example.de' as const
    expect((await operator.tell(`GET ${door}/data`)).body).toMatchObject({
      ...{ licenses: 1, activations: 2, metadata: 1, telemetry: 1, remarks: 1 },
      mentioned_in: expect.arrayContaining([{ column: 'licenses.owner_email', rows: 1 }]),
    })
    expect((await operator.tell(`GET ${door}/export`)).status).toBe(403)
    expect((await operator.tell(`POST ${door}/erase`)).status).toBe(403)
    const exported = (await owner.tell(`GET ${door}/export`)).body
    expect(exported).toMatchObject({
      licenses: [{ license_key, owner_name: 'Hanna Http', owner_email: 'hanna@example.de' }],
      metadata: [{ key: 'invoice', value: 'of Hanna Http' }],
      activations: [{ identifier: 'my-laptop' }, { identifier: 'hanna@example.de' }],
      telemetry: [{ user_identifier: 'hanna@example.de' }],
      remarks: [{ place: 'blocklist.reason', content: 'for hanna@example.de' }],
    })
    expect(exported.audit_entries).toContainEqual(
      expect.objectContaining({
        verb: 'license.deleted',
        before: expect.objectContaining({ owner_name: 'Hanna Http' }),
      }),
    )
    expect(await owner.tell(`POST ${door}/erase`)).toMatchObject({ status: 200, body: { licenses: 1, traces: 0 } })
    expect(raw()).not.toContain('hanna')
    expect(await verify(license_key, 'my-laptop')).toBe(200)
    expect((await owner.tell(`POST ${door}/erase`)).status).toBe(404)
  })
})

describe('with no server running', () => {
  testOfFile(
    'customer erase writes the file anew: nothing stays of what older versions left in pages in use',
    async () => {
      await makeCustomer('Rita Restbestand', 'rita@example.de')
      await installation.stop()
      const file = new Database(join(installation.folder, 'latchkey.db'))
      file.run('pragma secure_delete = off')
      for (let i = 0; i < 50; i++) {
        file.run("insert into installation (key, value) values (?, 'kept'), (?, 'rita@example.de, Rita Restbestand')", [
          `kept-${i}`,
          `gone-${i}`,
        ])
      }
      file.run("delete from installation where key like 'gone-%'")
      file.run('pragma wal_checkpoint(truncate)')
      file.close()
      expect((await erase('rita@example.de')).json).toMatchObject({ rewritten: true, traces: 0, mentioned_in: [] })
      expect(raw()).not.toContain('restbestand')
      expect(raw()).not.toContain('rita@')
      expect((await installation.cli('audit', 'verify')).exitCode).toBe(0)
    },
  )
})

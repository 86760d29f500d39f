import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testOfFile, testServer } from '../support/databases'
import { startInstallation, type TestInstallation } from '../support/installation'
import { openRaw } from '../support/raw'
import { type Receiver, receive } from '../support/receiver'
import { makeActiveLicense, makeFile, makeLicense, makeProduct, makeRelease } from '../support/stock'
import { until } from '../support/wait'

const patienceMs = 30_000

let installation: TestInstallation
let shop: Receiver
let product: number
let key: string
beforeEach(async () => {
  installation = await startInstallation({ allow_private_webhooks: 'on' })
  shop = receive()
  product = await makeProduct(installation)
  key = await makeActiveLicense(installation, { product_id: product, activation_limit: 1, validity: 0 }, 'first device')
  await makeLicense(installation, { product_id: product, status: 'available' })
  await makeRelease(installation, { product, number: 100, file: makeFile(installation, 'content') })
  await installation.ask('POST /api/v1/random-assign-license-keys-queued', {
    product_id: product,
    quantity: 1,
    webhook_url: shop.url,
    identifier: 'order 1',
  })
  await until('the order told', () => shop.messages.length === 1)
  await until('its end', async () => (await jobs()).every(({ state }: { state: string }) => state === 'done'))
  await installation.cli('backup', join(installation.folder, '..', 'backup.tar.gz'), '--without-keys')
}, patienceMs)
afterEach(async () => {
  await shop.close()
  await installation.close()
})

const jobs = async () =>
  (await installation.cli('job', 'list', '--json')).json.jobs.filter(({ kind }: { kind: string }) =>
    ['fulfil-order', 'deliver'].includes(kind),
  )

/** What the doctor says: each finding behind the name of its check. */
async function examined() {
  const { exitCode, out } = await installation.cli('doctor', '--json')
  const { ok, checks } = JSON.parse(out)
  const findings = checks.flatMap((check: { name: string; findings: string[] }) =>
    check.findings.map((finding) => `${check.name}: ${finding}`),
  )
  expect({ exitCode, ok }).toEqual(findings.length ? { exitCode: 1, ok: false } : { exitCode: 0, ok: true })
  const remedied = checks.filter(({ remedy }: { remedy: string | null }) => remedy !== null)
  expect(remedied.length).toBe(new Set(findings.map((text: string) => text.split(':')[0])).size)
  return findings
}

/** Does what no service does; the number of the row. */
function behindTheirBack(...statements: string[]) {
  const raw = openRaw(installation.folder)
  for (const statement of statements) raw.run(statement)
  raw.close()
}

const idOf = (sql: string) => {
  const raw = openRaw(installation.folder, { readonly: true })
  const { id } = raw.query<{ id: number }, []>(sql).get()!
  raw.close()
  return id
}

describe('the doctor', () => {
  test('finds nothing beside a server at work', async () => {
    expect(await examined()).toEqual([])
  })

  test('names each row that breaks a promise of licences, seats and contracts', async () => {
    const license = idOf(`select id from licenses where license_key = '${key}'`)
    behindTheirBack(
      `insert into activations (license_id, identifier, activated_at) values (${license}, 'second', 1), (${license}, 'third', 1)`,
      'drop index activations_seat',
      `insert into activations (license_id, identifier, activated_at) values (${license}, 'third', 1)`,
      'drop index licenses_license_key_unique',
      `insert into licenses (product_id, license_key, activation_limit, validity, status, created_at, updated_at)
        values (${product}, '${key}', 0, 0, 'available', 1, 1)`,
      `insert into contracts (uuid, name, information, contract_key, license_keys_quantity, product_id, can_get_info,
        can_generate, can_destroy, can_destroy_all, status, created_at, updated_at)
        values ('u', 'n', 'i', 'k', 1, ${product}, 1, 1, 1, 1, 'active', 1, 1)`,
      `update licenses set contract_id = 1`,
      `insert into licenses (product_id, license_key, activation_limit, validity, status, created_at, updated_at)
        values (${product}, 'dateless', 0, 0, 'assigned', 1, 1)`,
    )
    const twin = idOf(`select max(id) as id from licenses where license_key = '${key}'`)
    const dateless = idOf(`select id from licenses where license_key = 'dateless'`)
    const [third, fourth] = [3, 4]
    expect((await examined()).sort()).toEqual([
      'contracts: contract 1 has 3 keys, and a quota of 1',
      `keys: licence ${dateless} is assigned, but has no date of assignment`,
      `keys: licences ${license}, ${twin} have the same key ${key}`,
      `seats: licence ${license} has 4 devices on 1 seat`,
      `seats: licence ${license} has one device on two seats: activations ${third}, ${fourth}`,
    ])
  })

  test('names a key that was given away again, and none that had come back to stock', async () => {
    const license_key = await makeLicense(installation, { product_id: product, status: 'available' })
    const give = () =>
      installation.ask('POST /api/v1/assign-license-key', {
        license_key,
        owner_name: 'A',
        owner_email: 'a@example.com',
      })
    expect(await give()).toMatchObject({ code: 800 })
    await installation.ask('POST /api/v1/update-license-key', { license_key, status: 'available' })
    expect(await give()).toMatchObject({ code: 800 })
    expect(await examined()).toEqual([])
    behindTheirBack(`update licenses set status = 'available', assigned_at = null where license_key = '${license_key}'`)
    expect(await give()).toMatchObject({ code: 800 })
    expect(await examined()).toEqual([expect.stringContaining('was assigned again although it was not in stock')])
  })

  test('names orders that nobody is told of, and deliveries that nobody sends', async () => {
    const order = idOf("select id from jobs where kind = 'fulfil-order'")
    const delivery = idOf("select id from deliveries where kind = 'order'")
    behindTheirBack(`update deliveries set state = 'pending' where id = ${delivery}`)
    expect(await examined()).toEqual([`deliveries: delivery ${delivery} waits, but no job sends it`])
    behindTheirBack(
      testServer
        ? `update deliveries set state = 'success', content = jsonb_set(content::jsonb, '{outcome,data,license_keys}', '[]')::text`
        : `update deliveries set state = 'success', content = json_set(content, '$.outcome.data.license_keys', json('[]'))`,
    )
    expect(await examined()).toEqual([`orders: job ${order} has told of another number of keys than was ordered`])
    behindTheirBack(
      `delete from delivery_attempts where delivery_id = ${delivery}`,
      `delete from deliveries where id = ${delivery}`,
      `insert into jobs (kind, payload, lane, state, run_at, created_at) values ('deliver', '{"deliveryId":${delivery}}', 'x', 'queued', 9999999999999, 1)`,
      `insert into jobs (kind, payload, state, run_at, created_at, last_error) values ('fulfil-order', '{}', 'dead', 1, 1, 'it broke')`,
    )
    const [idle, dead] = [idOf('select max(id) - 1 as id from jobs'), idOf('select max(id) as id from jobs')]
    expect(await examined()).toEqual([
      `orders: job ${order} has fulfilled an order, but no delivery tells its outcome`,
      `orders: job ${dead} could not fulfil its order: it broke`,
      `deliveries: job ${idle} has no delivery to send`,
    ])
  })

  test('names files that are lost, altered or of no release, and those that others may use', async () => {
    const files = join(installation.folder, 'files')
    const [name] = readdirSync(files)
    const release = idOf('select id from releases')
    writeFileSync(join(files, name!), 'other content')
    writeFileSync(join(files, 'stray'), '')
    chmodSync(join(installation.folder, 'sealing.key'), 0o644)
    chmodSync(installation.folder, 0o777)
    expect(await examined()).toEqual([
      `files: the file of release ${release} was altered: files/${name}`,
      'files: no release knows files/stray',
      `permissions: others may write to ${installation.folder}`,
      `permissions: others may use ${join(installation.folder, 'sealing.key')}`,
    ])
    rmSync(join(files, name!))
    expect(await examined()).toContain(`files: the file of release ${release} is missing: files/${name}`)
  })

  testOfFile(
    'names the audit entry where the chain breaks, signing keys of no use, and rows from the future',
    async () => {
      behindTheirBack(
        'drop trigger audit_log_unaltered',
        "update audit_log set actor = 'nobody' where id = 3",
        "update signing_keys set sealed_private = x'00'",
        `update activations set activated_at = ${installation.now().getTime() + 3_600_000}`,
        'pragma foreign_keys = off',
        'update releases set product_id = 999',
      )
      const [signingKey] = (await installation.cli('key', 'show', '--json')).json.keys
      expect(await examined()).toEqual([
        `database: row ${idOf('select id from releases')} of releases refers to a row of products that is not there`,
        `signing keys: signing key ${signingKey.key_id}: it does not open with the sealing key`,
        // A checkpoint counts as long as the sealing key opens the key that signed it.
        expect.stringMatching(/^audit: audit entry [123]: /),
        `clock: activation ${idOf('select id from activations')} is of a time that is still to come`,
      ])
    },
  )

  test('misses a backup where none was ever taken, and knows the last one', async () => {
    behindTheirBack("delete from installation where key = 'last_backup'")
    expect(await examined()).toEqual(['backup: no backup was ever taken'])
    await installation.cli('backup', join(installation.folder, '..', 'b.tar.gz'), '--without-keys')
    expect(await examined()).toEqual([])
  })
})

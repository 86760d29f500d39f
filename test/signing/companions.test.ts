import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../src/config'
import { openInstallation } from '../../src/installation'
import { responseProblemOf } from '../../src/signing/check'
import { takeBackup } from '../../src/upkeep/backup/take'
import { emptyInstallation } from '../support/empty-installation'
import { freshFolder, speakTo, startInstallation, type TestInstallation } from '../support/installation'
import { openRaw } from '../support/raw'
import { serveFolder } from '../support/restored'
import { makeActiveLicense, makeFile, makeProduct } from '../support/stock'

interface ShownKey {
  key_id: string
  algorithm: string
  public_key: string
  certified_by: string | null
  state: string
}

const identifier = 'laptop'
let installation: TestInstallation
let license_key: string
let folder: string
let keys: ShownKey[]
beforeAll(async () => {
  installation = await startInstallation()
  const product = await makeProduct(installation)
  license_key = await makeActiveLicense(installation, { product_id: product }, identifier)
  await installation.cli('key', 'generate', '--yes', '--product', String(product), '--bits', '2048')
  await installation.cli('key', 'rotate', '--yes', '--overlap', '30d', '--bits', '2048')
  keys = await shown(installation.folder)
  await installation.stop()
  folder = installation.folder
})
afterAll(() => installation.close())

const shown = async (of: string): Promise<ShownKey[]> =>
  (await speakTo(of, 'key', 'show', '--json')).json.keys.map(({ uses: _, ...key }: { uses: unknown }) => key)
const companions = (of: ShownKey[]) => of.filter(({ algorithm }) => algorithm === 'ES256')
const rsaKeys = (of: ShownKey[]) => of.filter(({ algorithm }) => algorithm === 'RS256')

/** A copy of the folder, with the database changed behind its back. */
function copied(...sql: string[]) {
  const copy = freshFolder()
  mkdirSync(copy, { recursive: true })
  for (const name of ['latchkey.db', 'sealing.key']) cpSync(join(folder, name), join(copy, name))
  const database = openRaw(copy)
  for (const statement of sql) database.run(statement)
  database.close()
  return copy
}

const unpaired = `update signing_keys set companion_id = null, companion_pem = null, sealed_companion = null,
  companion_certificate = null, companion_created_at = null`
/** What takes the schema back to the version before companions. */
const olderSchema = [
  ...['id', 'pem', 'certificate', 'created_at'].map((name) => `alter table signing_keys drop column companion_${name}`),
  'alter table signing_keys drop column sealed_companion',
  ...['named', 'unnamed'].map((name) => `alter table signing_key_uses drop column companion_${name}`),
  "delete from applied_migrations where tag = '0024_signing_companions'",
]

/** Verifies at a served folder, by the keys it shows. */
async function asked(of: string, fields: Record<string, string> = {}) {
  const served = await serveFolder(of)
  try {
    const body = new URLSearchParams({ license_key, identifier, signature_algorithm: 'ES256', ...fields })
    const headers = { authorization: `Bearer ${installation.apiKey}` }
    return await (await fetch(`${served.url}/api/v1/verify`, { method: 'POST', headers, body })).text()
  } finally {
    await served.close()
  }
}
const signersOf = (text: string, of: ShownKey[]) =>
  of.filter(({ public_key }) => responseProblemOf(text, public_key) === undefined).map(({ algorithm }) => algorithm)

const findings = async (of: string, check = 'signing keys') => {
  const { checks } = JSON.parse((await speakTo(of, 'doctor', '--json')).out)
  return checks.find(({ name }: { name: string }) => name === check).findings as string[]
}

const rows = (of: string) => {
  const database = openRaw(of, { readonly: true })
  const found = database.query<{ subject_id: string; after: string }, []>(
    "select subject_id, after from audit_log where verb = 'signing-key.paired' order by subject_id",
  )
  const all = found.all()
  database.close()
  return all
}

describe('a folder of an older version', () => {
  test('gets a companion for each key at its first start, which it says, logs and keeps', async () => {
    const older = copied(...olderSchema)
    const text = await asked(older)
    const now = await shown(older)
    expect(rsaKeys(now)).toEqual(rsaKeys(keys))
    expect(signersOf(text, now)).toEqual(['ES256'])
    expect(companions(now).map(({ certified_by }) => certified_by)).toEqual(rsaKeys(now).map(({ key_id }) => key_id))
    expect(await shown(older)).toEqual(now)
    expect(await findings(older)).toEqual([])
    expect(rows(older).map(({ subject_id }) => subject_id)).toEqual(
      rsaKeys(now)
        .map(({ key_id }) => key_id)
        .sort(),
    )
    for (const { after } of rows(older)) expect(JSON.parse(after).sealed_companion).toBe('•••')
    expect((await speakTo(older, 'audit', 'verify')).exitCode).toBe(0)
  })

  test('that was stopped before they were made gets them at the next, once, by however many commands', async () => {
    const older = copied(unpaired)
    const open = () => openInstallation({ config: readConfig({}, { LATCHKEY_DATA_DIR: older }) })
    const opened = await Promise.all([open(), open(), open()])
    await Promise.all(opened.map((each) => each.close()))
    expect(opened.flatMap(({ made }) => made)).toEqual(['a P-256 companion for 3 signing keys'])
    expect(rows(older)).toHaveLength(3)
    expect(await findings(older)).toEqual([])
  })

  test('opens where a private key does not, and the doctor names it', async () => {
    const older = copied(unpaired, "update signing_keys set sealed_private = x'00' where product_id is not null")
    expect(companions(await shown(older))).toHaveLength(2)
    expect(await findings(older)).toEqual([expect.stringMatching(/^signing key \w+-\d+: it does not open/)])
  })

  test('answers with RSA where a companion is missing', async () => {
    const older = copied(unpaired)
    const served = await serveFolder(older)
    const database = openRaw(older)
    database.run(unpaired)
    database.close()
    const body = new URLSearchParams({ license_key, identifier, signature_algorithm: 'ES256' })
    const headers = { authorization: `Bearer ${installation.apiKey}` }
    const text = await (await fetch(`${served.url}/api/v1/verify`, { method: 'POST', headers, body })).text()
    await served.close()
    expect(signersOf(text, keys)).toEqual(['RS256'])
  })
})

describe('a backup', () => {
  const passphrase = () => {
    const path = join(folder, '..', 'passphrase')
    writeFileSync(path, 'correct horse battery staple\n')
    return path
  }
  const restored = async (file: string) => {
    const to = freshFolder()
    return { to, ...(await speakTo(folder, 'restore', file, '--data-dir', to, '--passphrase-file', passphrase())) }
  }

  test('brings every companion back, which signs as before', async () => {
    const file = join(folder, '..', 'pairs.tar.gz')
    expect((await speakTo(folder, 'backup', file, '--passphrase-file', passphrase())).exitCode).toBe(0)
    const { to, exitCode } = await restored(file)
    expect(exitCode).toBe(0)
    expect(await shown(to)).toEqual(keys)
    expect(signersOf(await asked(to), keys)).toEqual(['ES256'])
  })

  test('is not taken of a companion that does not sign, or that its key has not certified', async () => {
    const file = join(folder, '..', 'broken.tar.gz')
    for (const [sql, problem] of [
      ["update signing_keys set sealed_companion = x'00'", 'it does not open with the sealing key'],
      ["update signing_keys set companion_certificate = 'AAAA'", 'has not signed its certificate'],
    ] as const) {
      const broken = copied(sql)
      const { exitCode, err } = await speakTo(broken, 'backup', file, '--passphrase-file', passphrase())
      expect({ exitCode, err }).toMatchObject({
        exitCode: 1,
        err: expect.stringContaining('the companion of signing key'),
      })
      expect(err).toContain(problem)
      expect(await findings(broken)).toEqual(
        Array.from({ length: 3 }, () =>
          expect.stringMatching(new RegExp(`^the companion of signing key .*${problem}`)),
        ),
      )
    }
  })

  test('of an older version is restored, and gets companions when it is opened', async () => {
    const older = copied(...olderSchema)
    const file = join(folder, '..', 'older.tar.gz')
    const current = await openInstallation({ config: readConfig({}, { LATCHKEY_DATA_DIR: folder }) })
    const { sealer, db, clock, files } = current
    const database = { engine: 'sqlite', path: join(older, 'latchkey.db') } as const
    await takeBackup({ sealer, db, database, files, folder: older }, file, {
      passphrase: 'correct horse battery staple',
      now: clock(),
    })
    await current.close()
    const { to, exitCode, err } = await restored(file)
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: expect.any(String) })
    expect(companions(await shown(to))).toHaveLength(3)
  })
})

describe('an export with keys', () => {
  const exported = async () => {
    const passphrase = makeFile(installation, 'a long one\n', 'export-passphrase')
    const out = join(folder, '..', `keys-${Math.random()}`)
    const args = ['export', '--to', out, '--with-keys', '--passphrase-file', passphrase]
    expect((await speakTo(folder, ...args)).exitCode).toBe(0)
    return { out, passphrase }
  }
  const importedInto = async (out: string, passphrase: string) => {
    const empty = await emptyInstallation()
    const { exitCode } = await empty.cli('import', out, '--yes', '--passphrase-file', passphrase)
    expect(exitCode).toBe(0)
    const { json } = await empty.cli('key', 'show', '--json')
    empty.remove()
    return json.keys as ShownKey[]
  }
  const publicOf = (of: ShownKey[]) => of.map(({ public_key }) => public_key)

  test('takes the companions along, with the certificates they had', async () => {
    const { out, passphrase } = await exported()
    const there = await importedInto(out, passphrase)
    for (const key of companions(keys)) {
      const { state: _, ...same } = key
      expect(there).toContainEqual(expect.objectContaining(same))
    }
  })

  test('of an older version has none: each key gets a new one', async () => {
    const { out, passphrase } = await exported()
    const path = join(out, 'signing_keys.jsonl')
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    const older = lines.map((line) => {
      const fields = Object.entries(JSON.parse(line)).filter(([name]) => !name.startsWith('companion_'))
      return JSON.stringify(Object.fromEntries(fields))
    })
    writeFileSync(path, `${older.join('\n')}\n`)
    const there = await importedInto(out, passphrase)
    expect(publicOf(there)).toEqual(expect.arrayContaining(publicOf(rsaKeys(keys))))
    expect(companions(there)).toHaveLength(rsaKeys(there).length)
    for (const key of publicOf(companions(keys))) expect(publicOf(there)).not.toContain(key)
  })

  test('refuses an RSA key as a companion', async () => {
    const { out, passphrase } = await exported()
    const path = join(out, 'signing_keys.jsonl')
    const wrong = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map((line) => JSON.stringify({ ...line, companion_private_key: line.private_key }))
    writeFileSync(path, `${wrong.join('\n')}\n`)
    const empty = await emptyInstallation()
    const { out: said } = await empty.cli('import', out, '--yes', '--passphrase-file', passphrase)
    expect(said).toContain('the companion of a signing key is a key on the curve P-256')
    empty.remove()
  })
})

test('a key that is imported again keeps the companion that clients may know', async () => {
  const copy = copied()
  const [rsa] = rsaKeys(keys)
  const database = openRaw(copy)
  database.run('update signing_keys set retired_at = 1 where product_id is not null')
  database.close()
  const before = companions(await shown(copy))
  const opened = await openInstallation({ config: readConfig({}, { LATCHKEY_DATA_DIR: copy }) })
  const signer = (await opened.keys.signerFor({ productId: undefined, now: opened.clock(), keyId: rsa!.key_id }))!
  const pem = signer.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  await opened.close()
  const { json } = await speakTo(copy, 'key', 'import', makeFile(installation, pem, 'again.pem'), '--yes', '--json')
  const own = before.find(({ certified_by }) => certified_by === json.key_id)!
  expect(json.companion).toMatchObject({ key_id: own.key_id, public_key: own.public_key })
  expect(
    companions(await shown(copy))
      .map(({ key_id }) => key_id)
      .sort(),
  ).toEqual(before.map(({ key_id }) => key_id).sort())
})

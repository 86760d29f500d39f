import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { packTar, unpackTar } from 'modern-tar'
import { sha256 } from '../../src/kernel/secrets'
import { responseProblemOf } from '../../src/signing/check'
import { sealUnder } from '../../src/upkeep/backup/passphrase'
import { testOfFile } from '../support/databases'
import { startInstallation, type TestInstallation } from '../support/installation'
import { contentsOf } from '../support/process'
import { serveFolder } from '../support/restored'
import { makeActiveLicense, makeFile, makeProduct, makeRelease } from '../support/stock'

let installation: TestInstallation
let product: number
let place: string
let passphraseFile: string
let backup: string
let sound: Buffer
beforeAll(async () => {
  installation = await startInstallation()
  product = await makeProduct(installation)
  await makeRelease(installation, { product, number: 101, file: makeFile(installation, 'the release') })
  place = join(installation.folder, '..', 'backups')
  passphraseFile = join(installation.folder, '..', 'passphrase')
  writeFileSync(passphraseFile, 'correct horse battery staple\n')
})
afterAll(() => installation.close())

const put = (name: string, content: string | Uint8Array) => {
  const path = join(installation.folder, '..', name)
  writeFileSync(path, content)
  return path
}
const restore = (file: string, dataDir: string, ...args: string[]) =>
  installation.cli('restore', file, '--data-dir', dataDir, ...args)
const fresh = (name: string) => join(installation.folder, '..', name)

describe('a backup that is taken under load', () => {
  const acknowledged: { license_key: string; identifier: string }[] = []
  let restored: string

  test('is verified, and has all that was acknowledged before it began', async () => {
    let isLoaded = true
    const customers = Array.from({ length: 4 }, async (_, n) => {
      while (isLoaded) {
        const license_key = await makeActiveLicense(installation, { product_id: product }, `device ${n}`)
        acknowledged.push({ license_key, identifier: `device ${n}` })
      }
    })
    while (acknowledged.length < 20) await Bun.sleep(10)
    const before = acknowledged.length
    backup = join(place, 'under-load.tar.gz')
    const { json, err } = await installation.cli('backup', backup, '--passphrase-file', passphraseFile, '--json')
    isLoaded = false
    await Promise.all(customers)
    expect(err).toBe('')
    expect(json).toMatchObject({ path: backup, releases_without_file: [] })
    expect(json.bytes).toBe(statSync(backup).size)
    expect(json.rows.licenses).toBeGreaterThanOrEqual(before)
    expect(readdirSync(place)).toEqual(['under-load.tar.gz'])
    acknowledged.length = before
    sound = readFileSync(backup)
  })

  testOfFile(
    'is restored elsewhere: old API keys open, seats are held, answers verify under the key clients have',
    async () => {
      restored = fresh('restored')
      const { exitCode, json } = await restore(backup, restored, '--passphrase-file', passphraseFile, '--json')
      expect(exitCode).toBe(0)
      const [key] = (await installation.cli('key', 'show', '--json')).json.keys
      expect(json.signing_keys).toEqual([key.key_id])
      const served = await serveFolder(restored)
      try {
        for (const device of acknowledged) {
          const answer = await fetch(`${served.url}/api/v1/verify`, {
            method: 'POST',
            headers: { authorization: `Bearer ${installation.apiKey}`, 'content-type': 'application/json' },
            body: JSON.stringify(device),
          })
          const text = await answer.text()
          expect(JSON.parse(text).response).toMatchObject({ code: 200 })
          expect(responseProblemOf(text, key.public_key)).toBeUndefined()
        }
      } finally {
        await served.close()
      }
      const filesOf = (folder: string) => contentsOf(join(folder, 'files'))
      expect(filesOf(restored)).toEqual(filesOf(installation.folder))
      const doctor = await installation.cli('doctor', '--data-dir', restored)
      const restoredFrom = 'no backup was taken since this folder was restored from'
      expect(doctor.out.match(/^✗.*/gm)).toEqual([expect.stringContaining('backup: ')])
      expect(doctor.out).toContain(restoredFrom)
      expect((await installation.cli('status', '--data-dir', restored)).out).toContain(restoredFrom)
      expect((await installation.cli('backups', 'list', '--data-dir', restored)).out).toContain(restoredFrom)
      const again = await installation.cli(
        'backup',
        fresh('again.tar.gz'),
        '--passphrase-file',
        passphraseFile,
        '--data-dir',
        restored,
      )
      expect(again.exitCode).toBe(0)
      expect((await installation.cli('doctor', '--data-dir', restored)).out).toContain('All is well.')
    },
  )

  testOfFile('goes into no folder that holds something, which stays as it is', async () => {
    const before = contentsOf(join(restored, 'files'))
    const { exitCode, err } = await restore(backup, restored, '--passphrase-file', passphraseFile)
    expect({ exitCode, err }).toMatchObject({ exitCode: 1, err: expect.stringContaining('is not empty') })
    expect(contentsOf(join(restored, 'files'))).toEqual(before)
  })

  test('fills an empty folder, and for a trial makes nothing at all', async () => {
    const tried = fresh('tried')
    const trial = await restore(backup, tried, '--passphrase-file', passphraseFile, '--dry-run')
    expect(trial.out).toContain('can be restored')
    expect(existsSync(tried)).toBe(false)
    mkdirSync(join(tried, 'lost+found'), { recursive: true })
    expect((await restore(backup, tried, '--passphrase-file', passphraseFile)).exitCode).toBe(0)
    expect(readdirSync(tried).sort()).toEqual(['files', 'latchkey.db', 'lost+found', 'sealing.key'])
  })

  test('without keys wants the sealing key of its time', async () => {
    const file = join(place, 'without-keys.tar.gz')
    expect((await installation.cli('backup', file, '--without-keys')).out).toContain('keep sealing.key elsewhere')
    const bare = await restore(file, fresh('keyless'), '--passphrase-file', passphraseFile)
    expect({ ...bare }).toMatchObject({ exitCode: 2, err: expect.stringContaining('--sealing-key') })
    const other = await restore(file, fresh('keyless'), '--sealing-key', put('other.key', `${'ab'.repeat(32)}\n`))
    expect({ ...other }).toMatchObject({ exitCode: 1, err: expect.stringContaining('not the one this backup') })
    expect(existsSync(fresh('keyless'))).toBe(false)
    const right = await restore(file, fresh('keyless'), '--sealing-key', join(installation.folder, 'sealing.key'))
    expect({ ...right }).toMatchObject({ exitCode: 0, err: expect.stringContaining('is not authenticated') })
  })
})

describe('what is no good backup', () => {
  const alteredAt = (position: number) => {
    const bytes = Buffer.from(sound)
    bytes[position]! ^= 0xff
    return bytes
  }
  const isUnpackedAlike = (bytes: Buffer) => {
    try {
      return gunzipSync(bytes).equals(gunzipSync(sound))
    } catch {
      return false
    }
  }
  /** With another byte in its middle. A few of them, such as distances within zeros, say the same in another way. */
  const altered = () => {
    let position = sound.length >> 1
    while (isUnpackedAlike(alteredAt(position))) position++
    return alteredAt(position)
  }

  test.each<[string, () => Uint8Array | string, string]>([
    ['cut off near its end', () => sound.subarray(0, -40), 'is cut off'],
    ['cut off in the middle', () => sound.subarray(0, sound.length / 2), 'is cut off'],
    ['altered on the way', altered, 'is damaged'],
    ['followed by something', () => Buffer.concat([sound, Buffer.from('more')]), 'is damaged'],
    ['empty', () => '', 'is not a Latchkey backup'],
    ['a database', () => 'SQLite format 3'.padEnd(4096, '\0'), 'is not a Latchkey backup'],
    ['another archive', () => Bun.gzipSync(Buffer.from('hello')), 'is not a Latchkey backup'],
  ])('because it is %s is refused in a sentence, and nothing is made', async (_, content, sentence) => {
    const target = fresh('never')
    const before = readdirSync(join(installation.folder, '..')).length
    const file = put('bad.tar.gz', content())
    const { exitCode, err } = await restore(file, target, '--passphrase-file', passphraseFile)
    expect({ exitCode, err }).toMatchObject({ exitCode: 1, err: expect.stringContaining(sentence) })
    expect(err.trim().split('\n')).toHaveLength(1)
    expect(readdirSync(join(installation.folder, '..')).length).toBeLessThanOrEqual(before + 1)
    expect(existsSync(target)).toBe(false)
  })

  interface Member {
    name: string
    text: Buffer
  }
  const members = async (): Promise<Member[]> =>
    (await unpackTar(gunzipSync(sound))).map(({ header, data }) => ({
      name: header.name,
      text: Buffer.from(data ?? []),
    }))
  /** An archive whose manifest has the hashes of its members, whatever those are. */
  async function packed(some: Member[], facts: object = {}, isCounted = false) {
    const entries = some.map(({ name, text }) => {
      if (name !== 'manifest.json') return { header: { name, size: text.length }, body: text }
      const hashes = some
        .filter((each) => !['manifest.json', ...(isCounted ? [] : ['sealing.key.sealed'])].includes(each.name))
        .map((each) => [each.name, { size: each.text.length, sha256: sha256(each.text) }])
      const manifest = { ...JSON.parse(text.toString()), members: Object.fromEntries(hashes), ...facts }
      const body = JSON.stringify(manifest)
      return { header: { name, size: Buffer.byteLength(body) }, body }
    })
    return gzipSync(await packTar(entries))
  }
  const sealedWith = async (fields: object) =>
    packed(
      (await members()).map(({ name, text }) =>
        name === 'sealing.key.sealed'
          ? { name, text: Buffer.from(JSON.stringify({ ...JSON.parse(text.toString()), ...fields })) }
          : { name, text },
      ),
    )

  test.each<[string, () => Uint8Array | Promise<Uint8Array>, string]>([
    [
      'has noise after its last member',
      () => gzipSync(Buffer.concat([gunzipSync(sound), Buffer.from('x')])),
      'is damaged',
    ],
    ['has a member twice', async () => packed([(await members())[0]!, ...(await members())]), 'twice'],
    ['has a manifest that counts in words', async () => packed(await members(), { rows: 'many' }), 'cannot be read'],
    ['has a manifest of no format', async () => packed(await members(), { format: {} }), 'cannot be read'],
    ['has a key at a cost that there is not', () => sealedWith({ N: 1025 }), 'sealed keys of this backup are damaged'],
    ['has a key without its tag', () => sealedWith({ tag: '' }), 'sealed keys of this backup are damaged'],
  ])('because it %s is refused as well', async (_, content, sentence) => {
    const file = put('bad.tar.gz', await content())
    const { exitCode, err } = await restore(file, fresh('never'), '--passphrase-file', passphraseFile)
    expect({ exitCode, err }).toMatchObject({ exitCode: 1, err: expect.stringContaining(sentence) })
    expect(err.trim().split('\n')).toHaveLength(1)
    expect(existsSync(fresh('never'))).toBe(false)
  })

  const rewritten = (text: Buffer) => {
    const bytes = Buffer.from(text)
    // The letters of a word in a row, so that the database stays sound.
    const at = bytes.indexOf('everything')
    expect(at).toBeGreaterThan(0)
    bytes.write('EVERYTHING', at)
    return bytes
  }
  const withDatabase = async (change: (text: Buffer) => Buffer) =>
    (await members()).map(({ name, text }) => ({ name, text: name === 'latchkey.db' ? change(text) : text }))

  test.each<[string, () => Promise<Uint8Array>]>([
    ['its database', async () => packed(await withDatabase(rewritten))],
    ['its manifest', async () => packed(await members(), { made_at: '2020-01-01T00:00:00.000Z' })],
    ['its format, as if it were an older one', async () => packed(await withDatabase(rewritten), { format: 1 }, true)],
  ])('opens no more when somebody without the passphrase altered %s and every hash', async (_, content) => {
    const file = put('bad.tar.gz', await content())
    const { exitCode, err } = await restore(file, fresh('never'), '--passphrase-file', passphraseFile)
    expect({ exitCode, err }).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('was altered since it was taken'),
    })
    expect(existsSync(fresh('never'))).toBe(false)
  })

  test('opens no more without the key that its manifest speaks of, or with a file that it does not', async () => {
    const without = (await members()).filter(({ name }) => name !== 'sealing.key.sealed')
    const cut = await restore(
      put('bad.tar.gz', await packed(without)),
      fresh('never'),
      '--passphrase-file',
      passphraseFile,
    )
    expect(cut).toMatchObject({ exitCode: 1, err: expect.stringContaining('is cut off') })
    const stray = [{ name: `files/${'0'.repeat(64)}`, text: Buffer.from('x') }, ...(await members())]
    const entries = stray.map(({ name, text }) => ({ header: { name, size: text.length }, body: text }))
    const file = put('bad.tar.gz', gzipSync(await packTar(entries)))
    const spoken = await restore(file, fresh('never'), '--passphrase-file', passphraseFile)
    expect(spoken).toMatchObject({ exitCode: 1, err: expect.stringContaining('its manifest does not have files/0') })
  })

  test('of an older version is restored with a warning', async () => {
    const sealed = Buffer.from(
      await sealUnder('correct horse battery staple', readFileSync(join(installation.folder, 'sealing.key'), 'utf8')),
    )
    const old = (await members()).map(({ name, text }) => ({
      name,
      text: name === 'sealing.key.sealed' ? sealed : text,
    }))
    const file = put('old.tar.gz', await packed(old, { format: 1, keys: undefined }, true))
    const { exitCode, err } = await restore(file, fresh('old'), '--passphrase-file', passphraseFile)
    expect({ exitCode, err }).toMatchObject({ exitCode: 0, err: expect.stringContaining('is not authenticated') })
    const trial = await restore(backup, fresh('never'), '--passphrase-file', passphraseFile, '--dry-run', '--json')
    expect({ err: trial.err, ...trial.json }).toMatchObject({ err: '', is_authenticated: true })
  })

  test('opens with no other passphrase', async () => {
    const wrong = put('wrong', 'incorrect donkey\n')
    const { exitCode, err } = await restore(backup, fresh('never'), '--passphrase-file', wrong)
    expect({ exitCode, err }).toMatchObject({ exitCode: 1, err: expect.stringContaining('does not open the keys') })
    expect(existsSync(fresh('never'))).toBe(false)
  })

  test('is not written where it was asked for wrongly, or would take the place of another file', async () => {
    const file = join(place, 'new.tar.gz')
    const cases: [string[], number, string][] = [
      [['backup', file], 2, '--passphrase-file'],
      [['backup', file, '--passphrase-file', passphraseFile, '--without-keys'], 2, 'not both'],
      [['backup', file, '--passphrase-file', put('blank', '\n')], 2, 'is empty'],
      [['backup', file, '--passphrase-file', join(place, 'nowhere')], 1, 'cannot read'],
      [['backup', backup, '--passphrase-file', passphraseFile], 1, 'exists already'],
      [['restore', join(place, 'nowhere'), '--data-dir', fresh('never')], 1, 'cannot read'],
      [['restore', backup, '--data-dir', fresh('never')], 2, '--passphrase-file'],
    ]
    for (const [args, code, sentence] of cases) {
      const { exitCode, err } = await installation.cli(...args)
      expect({ exitCode, err }).toMatchObject({ exitCode: code, err: expect.stringContaining(sentence) })
    }
    expect(existsSync(file)).toBe(false)
    expect(readFileSync(backup).equals(sound)).toBe(true)
  })
})

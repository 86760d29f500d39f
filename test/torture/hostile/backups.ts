import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { packTar, unpackTar } from 'modern-tar'
import { sha256 } from '../../../src/kernel/secrets'
import type { Run } from '../kind'
import type { Stage } from '../stage'
import { awkward } from './bodies'
import { endOf } from './command'
import { mutationsOf } from './mutations'
import { requireProperty } from './property'

const runsPerRound = 2
/** For making a file that breaks something smaller. */
const msMax = 120_000

const bytesOf = (text: string) => Buffer.from(text)
const foreign = [
  ...[Buffer.alloc(0), Buffer.alloc(10_240), bytesOf('PK\x03\x04'), bytesOf('SQLite format 3\0'), bytesOf('{}\n')],
  ...[
    gzipSync(''),
    gzipSync(Buffer.alloc(1024)),
    gzipSync('latchkey.db'),
    gzipSync(Buffer.alloc(20_000, 'latchkey.db')),
  ],
]

/** What somebody does to a backup. */
type Alteration = (backup: Buffer) => Promise<Buffer>

const onDisk = mutationsOf.map(
  (mutate): Alteration =>
    async (backup) =>
      mutate(backup),
)
const unpacked = mutationsOf.map(
  (mutate): Alteration =>
    async (backup) =>
      gzipSync(mutate(gunzipSync(backup)), { level: 1 }),
)
const another = fc.constantFrom(...foreign).map(
  (bytes): Alteration =>
    async () =>
      bytes,
)

const json = fc.oneof(fc.constantFrom(...awkward), fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(0, -1, 2 ** 40, null))
const names = fc.constantFrom('latchkey.db', 'sealing.key.sealed', 'manifest.json', 'files/x', '../x', '/x', 'x', '')

/** One member of the archive is another, and the manifest's hashes fit. */
const member = fc
  .record({
    at: fc.nat({ max: 2 }),
    mutate: mutationsOf,
    renamed: fc.option(names, { freq: 3 }),
    isTwice: fc.boolean(),
  })
  .map(
    ({ at, mutate, renamed, isTwice }): Alteration =>
      (backup) =>
        rebuilt(backup, (members) => {
          const { name, data } = members[at]!
          const altered = { name: renamed ?? name, data: mutate(data) }
          return isTwice ? [...members, altered] : members.with(at, altered)
        }),
  )

/** A field of the manifest or of the sealed key says something else. */
const field = fc
  .record({
    name: fc.constantFrom('manifest.json', 'sealing.key.sealed'),
    at: fc.nat(),
    value: fc.option(json, { nil: undefined }),
  })
  .map(
    ({ name, at, value }): Alteration =>
      (backup) =>
        rebuilt(backup, (members) =>
          members.map((each) => {
            if (each.name !== name) return each
            const said = JSON.parse(each.data.toString())
            const fields = Object.keys(said)
            return { name, data: bytesOf(JSON.stringify({ ...said, [fields[at % fields.length]!]: value })) }
          }),
        ),
  )

interface Member {
  name: string
  data: Buffer
}

/** The archive with other members, as whoever can write one would make it. */
async function rebuilt(backup: Buffer, alter: (members: Member[]) => Member[]): Promise<Buffer> {
  const entries = await unpackTar(gunzipSync(backup))
  const members = alter(entries.map(({ header, data }) => ({ name: header.name, data: Buffer.from(data ?? []) })))
  const fitting = members.map((each) =>
    each.name === 'manifest.json' ? { ...each, data: fitted(each.data, members) } : each,
  )
  const tar = await packTar(fitting.map(({ name, data }) => ({ header: { name, size: data.length }, body: data })))
  return gzipSync(tar, { level: 1 })
}

/** The manifest with the hashes of these members, where it can still be read. */
function fitted(manifest: Buffer, members: Member[]): Buffer {
  try {
    const said = JSON.parse(manifest.toString())
    for (const { name, data } of members)
      if (said.members[name]) said.members[name] = { size: data.length, sha256: sha256(data) }
    return bytesOf(JSON.stringify(said))
  } catch {
    return manifest
  }
}

const alterations = fc.oneof(
  { weight: 4, arbitrary: onDisk },
  { weight: 3, arbitrary: unpacked },
  another,
  { weight: 3, arbitrary: member },
  { weight: 3, arbitrary: field },
)

/** Restores backups that were altered, on trial: each is proven or refused, and nothing of it is left. */
export async function fuzzBackups(stage: Stage, run: Run) {
  const { report } = run
  const place = mkdtempSync(join(stage.folder, '..', 'backups-'))
  const [path, passphrase, altered] = ['sound', 'passphrase', 'altered'].map((name) => join(place, name)) as [
    string,
    string,
    string,
  ]
  writeFileSync(passphrase, 'correct horse battery staple')
  const taken = await stage.cli('backup', path, '--passphrase-file', passphrase, '--json')
  if (!taken.json) throw new Error(`no backup was taken: ${taken.err}`)
  const sound = readFileSync(path)
  const restore = (file: string) =>
    endOf(
      ['restore', file, '--data-dir', join(place, 'restored'), '--dry-run', '--passphrase-file', passphrase, '--json'],
      place,
    )
  const property = fc.asyncProperty(alterations, async (alter) => {
    report.count('inputs tried')
    writeFileSync(altered, await alter(sound))
    const { flaw, exitCode, json } = await restore(altered)
    if (flaw) throw new Error(flaw)
    if (exitCode === 0 && !Bun.deepEquals(json.rows, taken.json.rows))
      throw new Error('it was taken for what it is not')
    const left = readdirSync(place).filter((name) => !['sound', 'passphrase', 'altered'].includes(name))
    if (left.length) throw new Error(`it left ${left}`)
  })
  await requireProperty(run, 'hostile backups: each is proven or refused', property, {
    perRound: runsPerRound,
    msPerRoundMax: msMax,
  })
  rmSync(place, { recursive: true })
  report.say('hostile: backups')
}

import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { version } from '../../../package.json'
import { record } from '../../audit/record'
import { copyToFile } from '../../database/engine'
import { inspect } from '../../database/inspection'
import type { Deps } from '../../deps'
import { hashOfFile } from '../../features/downloads/files'
import { listReleaseFiles } from '../../features/downloads/health'
import { syncFolder } from '../../kernel/disk'
import { dayMs } from '../../kernel/durations'
import { OperatorError } from '../../kernel/operator-error'
import { denied, giveToOwnerOf, isDenial } from '../../kernel/ownership'
import { type Meter, openMeter, type TellProgress } from '../../kernel/progress'
import { type FolderSealer, toSealer } from '../../signing/sealing'
import { pathOf } from '../../storage/folder'
import { forgetFact, putFact } from '../store'
import { databaseName, filePrefix, type Packing, readArchive, writeArchive } from './archive'
import type { Manifest } from './manifest'
import { openUnder, sealUnder } from './passphrase'
import { prove } from './proof'
import { listKeyPairs } from './store'

const unfinishedPrefix = '.unfinished-backup-'
const abandonedMs = dayMs

export interface Taken {
  path: string
  bytes: number
  manifest: Manifest
}

interface Taking {
  passphrase: string | undefined
  now: Date
  giveWay?: (() => void) | undefined
  tellProgress?: TellProgress | undefined
}

/**
 * Takes a backup while others work on the folder: a copy of the database at one moment, the files of its releases that
 * lie in the folder, and the sealing key under the passphrase, if there is one. The file gets its name after it has been unpacked and
 * verified; on any earlier failure no file of that name is left.
 */
export async function takeBackup(
  installation: Pick<Deps, 'db' | 'database' | 'folder' | 'files' | 'sealer'>,
  file: string,
  { passphrase, now, giveWay, tellProgress }: Taking,
): Promise<Taken> {
  const path = resolve(file)
  if (existsSync(path)) throw new OperatorError(`${path} exists already: name a file that does not`)
  const place = dirname(path)
  const unfinished = await makeRoom(place, now)
  const archive = join(unfinished, 'backup.tar.gz')
  const meter = openMeter(tellProgress)
  try {
    const copy = join(unfinished, databaseName)
    meter.begin('copying')
    await copyToFile(installation.database, copy, now)
    // Not earlier: the write-ahead log grows while the database is copied.
    giveWay?.()
    const sealingKey = readFileSync(join(installation.folder, 'sealing.key'), 'utf8')
    const sealKey = passphrase === undefined ? undefined : (bound: string) => sealUnder(passphrase, sealingKey, bound)
    await writeArchive(archive, (packing) => packAll(installation, { copy, now, meter }, packing), {
      sealKey,
      onBytes: meter.add,
    })
    await rm(copy)
    const manifest = await proveArchive(archive, join(unfinished, 'unpacked'), {
      meter,
      passphrase,
      sealer: installation.sealer,
    })
    await rename(archive, path)
    giveToOwnerOf(place, [path])
    syncFolder(place)
    const { size: bytes } = await stat(path)
    await installation.db.write(async (tx) => {
      await putFact(tx, 'last_backup', { at: now.toISOString(), path })
      // The failure is now history.
      await forgetFact(tx, 'last_backup_failure')
      await record(tx, { verb: 'backup.taken', id: path, after: { bytes, withKeys: passphrase !== undefined } }, now)
    })
    return { path, bytes, manifest }
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

/** A temporary folder beside the backup's destination. */
async function makeRoom(place: string, now: Date) {
  try {
    await mkdir(place, { recursive: true, mode: 0o700 })
    await sweep(place, now)
    return await mkdtemp(join(place, unfinishedPrefix))
  } catch (error) {
    throw isDenial(error) ? new OperatorError(denied(place, 'write to')) : error
  }
}

interface Packed {
  copy: string
  now: Date
  meter: Meter
}

async function packAll(
  { folder, files: storage, sealer }: Pick<Deps, 'folder' | 'files' | 'sealer'>,
  { copy, now, meter }: Packed,
  { addFile }: Packing,
) {
  const { rows, keys, files } = await inspect(copy, async ({ read, rows }) => ({
    rows: await rows(),
    keys: await listKeyPairs(read),
    files: storage.isLocal ? await listReleaseFiles(read) : [],
  }))
  const sizes = new Map(files.map(({ hash, size }) => [hash, size]))
  meter.begin(
    'packing',
    [...sizes.values()].reduce((sum, size) => sum + size, (await stat(copy)).size),
  )
  await addFile(databaseName, copy)
  const lacking: number[] = []
  const done = new Set<string>()
  for (const { releaseId, hash } of files) {
    const from = pathOf(folder, hash)
    if (!done.has(hash) && (await hashOfFile(from)) === hash) {
      await addFile(filePrefix + hash, from)
      done.add(hash)
    }
    if (!done.has(hash)) lacking.push(releaseId)
  }
  return {
    version,
    made_at: now.toISOString(),
    sealing_fingerprint: sealer.fingerprint,
    rows,
    signing_keys: keys.map(({ id }) => id),
    releases_without_file: lacking,
    ...(!storage.isLocal && { files_at: storage.place }),
  }
}

/** Opens the written archive as a restore would; its files are read to their end and discarded. */
async function proveArchive(
  archive: string,
  unpacked: string,
  { passphrase, sealer, meter }: { passphrase: string | undefined; sealer: FolderSealer; meter: Meter },
) {
  meter.begin('verifying', meter.total())
  await mkdir(unpacked, { mode: 0o700 })
  const destinationOf = (name: string) => (name === databaseName ? join(unpacked, name) : undefined)
  const { manifest, sealedKey, bound } = await readArchive(archive, destinationOf, meter.add)
  const isSealed = passphrase !== undefined
  await prove(unpacked, manifest, isSealed ? toSealer(await openUnder(passphrase, sealedKey!, bound), archive) : sealer)
  return manifest
}

/** Removes leftovers of backups that were killed. */
async function sweep(place: string, now: Date) {
  for (const name of await readdir(place)) {
    if (!name.startsWith(unfinishedPrefix)) continue
    const touched = await stat(join(place, name)).catch(() => undefined)
    if (touched && now.getTime() - touched.mtimeMs > abandonedMs) {
      await rm(join(place, name), { recursive: true, force: true })
    }
  }
}

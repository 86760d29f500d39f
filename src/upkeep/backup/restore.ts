import { chownSync, existsSync, readdirSync, rmdirSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { changeClosed } from '../../database/bulk'
import { inspect } from '../../database/inspection'
import { inspectDatabase } from '../../database/migrate'
import { syncFolder } from '../../kernel/disk'
import { fieldRef, message, settingRef } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { denied, isDenial } from '../../kernel/ownership'
import { type FolderSealer, toSealer } from '../../signing/sealing'
import { inspectLog } from '../audit-log'
import { forgetFact, putFact } from '../store'
import { databaseName, filePrefix, readArchive, type Unpacked } from './archive'
import type { Manifest } from './manifest'
import { openUnder } from './passphrase'
import { prove } from './proof'

const sealingKeyName = 'sealing.key'
const stagePrefix = '.restoring-'

/** Opens the keys of a backup: its passphrase, or, if it was taken without keys, the sealing key of that time. */
export interface Opener {
  passphrase?: string | undefined
  sealingKey?: string | undefined
}

/** The options of a restore. */
interface Way {
  isTrial: boolean
  now: Date
  /** Whether to restore although the audit log was tampered with. */
  takesBrokenLog?: boolean | undefined
}

/** The restored backup, and whether its passphrase authenticates all of it. */
export interface Restored {
  manifest: Manifest
  isAuthenticated: boolean
}

/**
 * Creates a data folder from a backup; as a trial, does only what proves that it could. The folder appears only when
 * everything in it has been verified.
 */
export async function restoreBackup(
  file: string,
  dataDir: string,
  { isTrial, takesBrokenLog = false, now, ...opener }: Opener & Way,
): Promise<Restored> {
  const folder = resolve(dataDir)
  requireEmpty(folder)
  const owner = ownerOf(nearest(folder))
  const isFilled = isTrial ? false : existsSync(folder) && !isRemoved(folder)
  const place = isFilled ? folder : nearest(dirname(folder))
  const stage = await mkdtemp(join(place, stagePrefix)).catch((error) => {
    throw isDenial(error) ? new OperatorError(denied(place, 'write to')) : error
  })
  try {
    await mkdir(join(stage, 'files'), { mode: 0o700 })
    const unpacked = await readArchive(file, (name) => (isKept(name) ? join(stage, name) : undefined))
    const key = await keyOf(unpacked, opener)
    const sealer = toSealer(key, 'the sealing key of this backup')
    await prove(stage, unpacked.manifest, sealer)
    if (!takesBrokenLog) await requireWholeLog(join(stage, databaseName), sealer)
    await writeDurably(join(stage, sealingKeyName), key)
    const restored = { manifest: unpacked.manifest, isAuthenticated: isVouchedFor(unpacked, opener) }
    if (isTrial) return restored
    await noteRestore(join(stage, databaseName), { at: now, file: resolve(file), takenAt: unpacked.manifest.made_at })
    await syncAll(stage)
    giveAll(stage, owner)
    await (isFilled ? fill(folder, stage) : become(folder, stage))
    return restored
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

/** The log of an older version is not keyed yet; it is checked at the upgrade. */
async function requireWholeLog(path: string, sealer: FolderSealer) {
  if (inspectDatabase(path)?.sealingFingerprint !== sealer.fingerprint) return
  const { broken } = await inspect(path, ({ read }) => inspectLog(() => read, sealer))
  if (!broken) return
  throw new OperatorError(
    message`the audit log of this backup is broken at row ${broken.id}, ${broken.reason}: restore an older one, or this one with ${fieldRef('broken_audit_log')}`,
  )
}

/** Whether the passphrase authenticates everything in a backup. */
const isVouchedFor = ({ bound }: Unpacked, { sealingKey }: Opener) => bound !== undefined && sealingKey === undefined

/** Replaces the old folder's facts about its backups, which do not hold for this one. */
async function noteRestore(database: string, { at, file, takenAt }: { at: Date; file: string; takenAt: string }) {
  await changeClosed(database, async (db) => {
    await forgetFact(db, 'last_backup')
    await forgetFact(db, 'last_backup_failure')
    await putFact(db, 'restored', { at: at.toISOString(), taken_at: takenAt, path: file })
  })
}

/** Gives everything root restores to the owner of the destination folder. */
function giveAll(stage: string, owner: { uid: number; gid: number }) {
  if (process.geteuid?.() !== 0 || owner.uid === 0) return
  const files = join(stage, 'files')
  const inside = readdirSync(files).map((name) => join(files, name))
  for (const path of [...inside, files, join(stage, sealingKeyName), join(stage, databaseName), stage]) {
    chownSync(path, owner.uid, owner.gid)
  }
}

const ownerOf = (path: string) => statSync(path)

const isKept = (name: string) => name === databaseName || name.startsWith(filePrefix)

function requireEmpty(folder: string) {
  if (!existsSync(folder)) return
  if (!statSync(folder).isDirectory())
    throw new OperatorError(message`${folder} is not a folder: choose another with ${settingRef('data_dir')}`)
  // A fresh disk has a `lost+found` folder.
  const [something] = namesIn(folder).filter((name) => name !== 'lost+found')
  if (something === undefined) return
  throw new OperatorError(
    message`${folder} is not empty, it has ${something}: restore to a new folder, named with ${settingRef('data_dir')}`,
  )
}

function namesIn(folder: string) {
  try {
    return readdirSync(folder)
  } catch (error) {
    throw isDenial(error) ? new OperatorError(denied(folder, 'read')) : error
  }
}

/** Removes an empty folder if possible; impossible for a mount point, such as a volume. */
function isRemoved(folder: string) {
  try {
    rmdirSync(folder)
    return true
  } catch {
    return false
  }
}

function nearest(folder: string): string {
  return existsSync(folder) ? folder : nearest(dirname(folder))
}

async function keyOf({ manifest, sealedKey, bound }: Unpacked, { passphrase, sealingKey }: Opener) {
  if (sealingKey !== undefined) return sealingKey
  if (sealedKey === undefined) {
    throw new OperatorError(
      message`this backup was taken without keys on ${manifest.made_at}: name the sealing.key of that time with ${fieldRef('sealing_key')}`,
      'invalid_input',
    )
  }
  if (passphrase === undefined) {
    throw new OperatorError(
      message`the keys of this backup are under a passphrase: name its file with ${fieldRef('passphrase_file')}`,
      'invalid_input',
    )
  }
  return openUnder(passphrase, sealedKey, bound)
}

async function writeDurably(path: string, text: string) {
  const file = await open(path, 'wx', 0o600)
  await file.writeFile(text)
  await file.sync()
  await file.close()
}

async function syncAll(stage: string) {
  const files = join(stage, 'files')
  for (const path of [join(stage, databaseName), ...readdirSync(files).map((name) => join(files, name))]) {
    const file = await open(path, 'r+')
    await file.sync()
    await file.close()
  }
  syncFolder(files)
  syncFolder(stage)
}

/** Renames the whole folder in one step. */
async function become(folder: string, stage: string) {
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 })
  await rename(stage, folder)
  syncFolder(dirname(folder))
}

/** Moves the parts into a folder that must stay, the database last: a folder without one was not restored. */
async function fill(folder: string, stage: string) {
  for (const name of [filePrefix.slice(0, -1), sealingKeyName, databaseName]) {
    await rename(join(stage, name), join(folder, name))
  }
  syncFolder(folder)
}

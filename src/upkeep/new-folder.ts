import { chownSync, existsSync, readdirSync, rmdirSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { syncFolder } from '../kernel/disk'
import { message, settingRef } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { denied, isDenial } from '../kernel/ownership'
import { databaseName, filePrefix } from './backup/archive'

export const sealingKeyName = 'sealing.key'

interface Making {
  /** What the folder is made for, in error messages. */
  purpose: 'restore' | 'move'
  /** Whether to remove what was made when the work is done. */
  isTrial?: boolean
}

/**
 * Makes a data folder: the work puts a database and a sealing key into a folder of another name, and files into its
 * folder `files`, which gets its name when all is on disk. Nothing is left of work that fails. Throws an
 * `OperatorError` if there is a folder that is not empty.
 */
export async function inNewFolder<T>(
  dataDir: string,
  { purpose, isTrial = false }: Making,
  work: (stage: string) => Promise<T>,
): Promise<T> {
  const folder = resolve(dataDir)
  requireEmpty(folder, purpose)
  const owner = statSync(nearest(folder))
  const isFilled = isTrial ? false : existsSync(folder) && !isRemoved(folder)
  const place = isFilled ? folder : nearest(dirname(folder))
  const stage = await mkdtemp(join(place, purpose === 'restore' ? '.restoring-' : '.moving-')).catch((error) => {
    throw isDenial(error) ? new OperatorError(denied(place, 'write to')) : error
  })
  try {
    await mkdir(join(stage, 'files'), { mode: 0o700 })
    const done = await work(stage)
    if (isTrial) return done
    await syncAll(stage)
    giveAll(stage, owner)
    await (isFilled ? fill(folder, stage) : become(folder, stage))
    return done
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

/** Throws an `OperatorError` unless the folder is missing or empty. */
export function requireEmpty(folder: string, purpose: Making['purpose']) {
  if (!existsSync(folder)) return
  if (!statSync(folder).isDirectory())
    throw new OperatorError(message`${folder} is not a folder: choose another${namedBy(purpose)}`)
  // A fresh disk has a `lost+found` folder.
  const [something] = namesIn(folder).filter((name) => name !== 'lost+found')
  if (something === undefined) return
  throw new OperatorError(
    message`${folder} is not empty, it has ${something}: ${purpose} to a new folder${namedBy(purpose, ',')}`,
  )
}

const namedBy = (purpose: Making['purpose'], comma = '') =>
  purpose === 'restore' ? message`${comma} ${comma ? 'named ' : ''}with ${settingRef('data_dir')}` : message``

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

export async function writeDurably(path: string, text: string) {
  const file = await open(path, 'wx', 0o600)
  await file.writeFile(text)
  await file.sync()
  await file.close()
}

/** Gives everything root makes to the owner of the destination folder. */
function giveAll(stage: string, owner: { uid: number; gid: number }) {
  if (process.geteuid?.() !== 0 || owner.uid === 0) return
  const files = join(stage, 'files')
  const inside = readdirSync(files).map((name) => join(files, name))
  for (const path of [...inside, files, join(stage, sealingKeyName), join(stage, databaseName), stage]) {
    chownSync(path, owner.uid, owner.gid)
  }
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

/** Moves the parts into a folder that must stay, the database last: a folder without one is not complete. */
async function fill(folder: string, stage: string) {
  for (const name of [filePrefix.slice(0, -1), sealingKeyName, databaseName]) {
    await rename(join(stage, name), join(folder, name))
  }
  syncFolder(folder)
}

import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, existsSync, renameSync, rmSync } from 'node:fs'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '../../kernel/disk'
import { OperatorError } from '../../kernel/operator-error'
import { denied, giveToOwnerOf, isDenial } from '../../kernel/ownership'

const abandonedMs = 3_600_000
const progressFromBytes = 64 * 1_048_576
const nameLengthMax = 255
const incomingPrefix = 'incoming-'

const filesOf = (folder: string) => join(folder, 'files')

/** Where the file with that SHA-256 lies. */
export const pathOf = (folder: string, hash: string) => join(filesOf(folder), hash)

/** The SHA-256 of what lies there now; undefined where nothing does. */
export async function hashOfFile(path: string): Promise<string | undefined> {
  if (!existsSync(path)) return undefined
  const digest = createHash('sha256')
  for await (const piece of createReadStream(path)) digest.update(piece)
  return digest.digest('hex')
}

/** The names of all that lies there; a copy that is not whole yet does not count. */
export async function listFiles(folder: string): Promise<string[]> {
  const names = await readdir(filesOf(folder)).catch(() => [])
  return names.filter((name) => !name.startsWith(incomingPrefix))
}

/** A file on its way in, from a disk or over the network. */
export interface Upload {
  readonly name: string
  /** In bytes, where it is known beforehand; a file of another size did not arrive whole. */
  readonly size?: number | undefined
  /** What it holds, piece by piece; read once. */
  pieces(): AsyncIterable<Uint8Array>
}

/** A file that was copied into the data folder and does not count yet. */
export interface Incoming {
  readonly hash: string
  readonly size: number
  readonly name: string
  /** Gives it its place, in one step and on disk; the same content lies there once. Synchronous: part of a write. */
  keep(): void
  /** Removes it, unless it was kept. */
  discard(): Promise<void>
}

export type OnProgress = (done: number, of: number) => void

/**
 * Copies a file into the data folder, hashing as it goes, a piece in memory at a time; on disk when it returns. What
 * went wrong is an `OperatorError`, and leaves nothing behind. Of large files it is said how much has arrived.
 */
export async function receiveFile(
  folder: string,
  upload: Upload,
  { now, onProgress }: { now: Date; onProgress?: OnProgress | undefined },
): Promise<Incoming> {
  const files = filesOf(folder)
  const temporary = join(files, incomingPrefix + randomUUID())
  await sweep(files, now)
  const { hash, size } = await storeAt(temporary, upload, onProgress)
  const keep = () => {
    renameSync(temporary, join(files, hash))
    syncFolder(files)
  }
  return { hash, size, name: upload.name, keep, discard: () => rm(temporary, { force: true }) }
}

/** Writes to a free path, creating its folder where needed. Returns the size in bytes and the SHA-256. */
export async function storeAt(path: string, upload: Upload, onProgress?: OnProgress) {
  const name = requireName(upload.name)
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const stored = await copy(upload, path, onProgress)
    // A command of root leaves what the server can read.
    giveToOwnerOf(dirname(dirname(path)), [dirname(path), path])
    return stored
  } catch (error) {
    await rm(path, { force: true })
    if (error instanceof OperatorError) throw error
    if (isDenial(error)) throw new OperatorError(denied(path, 'write to'))
    throw new OperatorError(
      `cannot store ${name}: ${(error as Error).message}; make room or correct that, then try again`,
    )
  }
}

/** Removes a stored file, if it is there. Synchronous: part of a write that has seen that no release needs it. */
export function removeFile(folder: string, hash: string) {
  rmSync(pathOf(folder, hash), { force: true })
}

function requireName(name: string) {
  if (name && name !== '.' && name !== '..' && name.length <= nameLengthMax) return name
  throw new OperatorError(
    `a file has a name of 1 to ${nameLengthMax} characters, such as app-1.0.2.zip`,
    'invalid_input',
  )
}

async function copy({ name, size: expected, pieces }: Upload, path: string, onProgress?: OnProgress) {
  const digest = createHash('sha256')
  const isTold = expected !== undefined && expected >= progressFromBytes
  let size = 0
  const target = await open(path, 'wx', 0o600)
  try {
    for await (const piece of pieces()) {
      digest.update(piece)
      await target.writeFile(piece)
      size += piece.length
      if (isTold) onProgress?.(size, expected)
    }
    await target.sync()
  } finally {
    await target.close()
  }
  if (expected !== undefined && size !== expected) {
    throw new OperatorError(`${name} did not arrive whole, ${size} of ${expected} bytes: send it again`)
  }
  return { hash: digest.digest('hex'), size }
}

/** Removes what copies left behind that were killed: a living one touches its file all the time. */
async function sweep(files: string, now: Date) {
  for (const name of await readdir(files).catch(() => [])) {
    if (!name.startsWith(incomingPrefix)) continue
    const path = join(files, name)
    const touched = await stat(path).catch(() => undefined)
    if (touched && now.getTime() - touched.mtimeMs > abandonedMs) await rm(path, { force: true })
  }
}

import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OperatorError } from '../../kernel/operator-error'
import { denied, giveToOwnerOf, isDenial } from '../../kernel/ownership'
import { filesOf, incomingPrefix } from '../../storage/folder'

const abandonedMs = 3_600_000
const progressFromBytes = 64 * 1_048_576
const nameLengthMax = 255

/** The SHA-256 of the file at that path; undefined if there is none. */
export async function hashOfFile(path: string): Promise<string | undefined> {
  return existsSync(path) ? hashOfPieces(createReadStream(path)) : undefined
}

/** The SHA-256 of content that comes in pieces. */
export async function hashOfPieces(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const digest = createHash('sha256')
  for await (const piece of pieces) digest.update(piece)
  return digest.digest('hex')
}

/** A file being received, from a disk or over the network. */
export interface Upload {
  readonly name: string
  /** In bytes, if known beforehand; a file of another size is incomplete. */
  readonly size?: number | undefined
  /** The content, in pieces; can be read once. */
  pieces(): AsyncIterable<Uint8Array>
}

/** A file copied into the data folder and not yet in use. */
export interface Incoming {
  readonly hash: string
  readonly size: number
  readonly name: string
  readonly path: string
  /** Removes the file unless it was moved. */
  discard(): Promise<void>
}

export type OnProgress = (done: number, of: number) => void

/**
 * Copies a file into the data folder, hashing on the way, with one piece in memory at a time; it is on disk on return.
 * Throws an `OperatorError` on failure and leaves nothing behind. Reports progress for large files.
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
  return { hash, size, name: upload.name, path: temporary, discard: () => rm(temporary, { force: true }) }
}

/** Writes to a free path, creating its folder if needed. Returns the size in bytes and the SHA-256. */
export async function storeAt(path: string, upload: Upload, onProgress?: OnProgress) {
  const name = requireName(upload.name)
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const stored = await copy(upload, path, onProgress)
    // So that the server can read what a command run by root has written.
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

/** Removes leftovers of copies that were killed: a running copy touches its file all the time. */
async function sweep(files: string, now: Date) {
  for (const name of await readdir(files).catch(() => [])) {
    if (!name.startsWith(incomingPrefix)) continue
    const path = join(files, name)
    const touched = await stat(path).catch(() => undefined)
    if (touched && now.getTime() - touched.mtimeMs > abandonedMs) await rm(path, { force: true })
  }
}

import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, existsSync, renameSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { syncFolder } from '../../kernel/disk'
import { Sorry } from '../../kernel/sorry'

const chunkBytes = 1_048_576
const abandonedMs = 3_600_000
const incomingPrefix = 'incoming-'

const filesOf = (folder: string) => join(folder, 'files')

/** Where the file with that SHA-256 lies. */
export const pathOf = (folder: string, hash: string) => join(filesOf(folder), hash)

/** The SHA-256 of what lies there now; undefined where nothing does. */
export async function hashOfFile(path: string): Promise<string | undefined> {
  if (!existsSync(path)) return undefined
  const digest = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) digest.update(chunk)
  return digest.digest('hex')
}

/** The names of all that lies there; a copy that is not whole yet does not count. */
export async function listFiles(folder: string): Promise<string[]> {
  const names = await readdir(filesOf(folder)).catch(() => [])
  return names.filter((name) => !name.startsWith(incomingPrefix))
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

/** Copies a file into the data folder, hashing as it goes; on disk when it returns. What went wrong is a `Sorry`. */
export async function receiveFile(
  folder: string,
  path: string,
  { now, onProgress }: { now: Date; onProgress: (bytes: number, of: number) => void },
): Promise<Incoming> {
  const { source, size: expected } = await openSource(path)
  const files = filesOf(folder)
  const temporary = join(files, incomingPrefix + randomUUID())
  const discard = () => rm(temporary, { force: true })
  try {
    await mkdir(files, { recursive: true, mode: 0o700 })
    await sweep(files, now)
    const target = await open(temporary, 'wx', 0o600)
    try {
      const { hash, size } = await copy(source, target, (bytes) => onProgress(bytes, expected))
      await target.sync()
      const keep = () => {
        renameSync(temporary, join(files, hash))
        syncFolder(files)
      }
      return { hash, size, name: basename(path), keep, discard }
    } finally {
      await target.close()
    }
  } catch (error) {
    await discard()
    throw new Sorry(`cannot store ${path}: ${(error as Error).message}; make room or mend that, then try again`)
  } finally {
    await source.close()
  }
}

async function openSource(path: string) {
  try {
    const source = await open(path, 'r')
    const status = await source.stat()
    if (status.isFile()) return { source, size: status.size }
    await source.close()
  } catch {
    throw new Sorry(`cannot read ${path}: check the name and its permissions`)
  }
  throw new Sorry(`${path} is not a file: pack a folder into an archive first`)
}

async function copy(source: FileHandle, target: FileHandle, onProgress: (bytes: number) => void) {
  const digest = createHash('sha256')
  const buffer = Buffer.allocUnsafe(chunkBytes)
  let size = 0
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, chunkBytes)
    if (!bytesRead) return { hash: digest.digest('hex'), size }
    const piece = buffer.subarray(0, bytesRead)
    digest.update(piece)
    await target.writeFile(piece)
    size += bytesRead
    onProgress(size)
  }
}

/** Removes what copies left behind that were killed: a living one touches its file all the time. */
async function sweep(files: string, now: Date) {
  for (const name of await readdir(files)) {
    if (!name.startsWith(incomingPrefix)) continue
    const path = join(files, name)
    const touched = await stat(path).catch(() => undefined)
    if (touched && now.getTime() - touched.mtimeMs > abandonedMs) await rm(path, { force: true })
  }
}

import type { Queryable } from '../../database/connection'
import { OperatorError } from '../../kernel/operator-error'
import { UnavailableError } from '../../kernel/unavailable'
import { type FileStorage, inPieces } from '../../storage/storage'
import { hashOfPieces } from './files'
import { findUnusedFiles, listReleaseFiles } from './store'

export { listReleaseFiles } from './store'

/** What is in the storage, compared with the releases. */
export interface FilesHealth {
  /** Why the storage cannot be used, with the remedy; null if it can. */
  problem: string | null
  /** The releases whose file is not there with its size. */
  lost: { releaseId: number; hash: string }[]
  /** The names of files that no release has or had lately. */
  unknown: string[]
}

/** Looks whether the storage can be used and has the file of every release, with its size. */
export async function healthOfFiles(db: Queryable, files: FileStorage): Promise<FilesHealth> {
  const wanted = await listReleaseFiles(db)
  const leaving = await findUnusedFiles(db)
  try {
    const stored = new Map((await files.list()).map(({ name, size }) => [name, size]))
    const known = new Set(wanted.map(({ hash }) => hash))
    return {
      problem: null,
      lost: wanted.filter(({ hash, size }) => stored.get(hash) !== size),
      unknown: [...stored.keys()].filter((name) => !known.has(name) && !leaving[name]),
    }
  } catch (error) {
    if (!(error instanceof UnavailableError || error instanceof OperatorError)) throw error
    return { problem: error.message, lost: [], unknown: [] }
  }
}

/** The SHA-256 of a file's content; undefined if there is no such file of that size. */
export async function contentHashOf(files: FileStorage, { hash, size }: { hash: string; size: number }) {
  if ((await files.sizeOf(hash)) !== size) return undefined
  return hashOfPieces(inPieces(await files.read(hash, 0, size)))
}

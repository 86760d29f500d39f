import type { Release } from '../../../db/schema/catalog'
import { record } from '../../audit/record'
import type { Queryable, Tx } from '../../database/connection'
import type { Db } from '../../database/database'
import type { Deps } from '../../deps'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { requireProduct } from '../products/service'
import { type OnProgress, receiveFile, type Upload } from './files'
import type { ServedFile } from './response'
import { storedFile } from './service'
import {
  deleteReleaseRow,
  findRelease,
  findReleaseById,
  insertRelease,
  type ReleaseChanges,
  updateRelease,
} from './store'
import { noteDeleted, noteUsed } from './unused'

export { pageReleases } from './store'

const versionLengthMax = 64

/** A new release, as an operator describes it. */
export interface ReleaseDraft {
  /** The product's id, uuid, slug or name. */
  product: string
  version: string
  numericVersion: number
  updateSummary: string
  changelog: string
  releaseDate?: Date | undefined
  isPublished: boolean
}

interface Arriving {
  upload: Upload
  now: Date
  onProgress?: OnProgress | undefined
}

/**
 * Takes in a file as a release of a product. Both are stored, or neither. Throws an `OperatorError` for an invalid
 * draft.
 */
export async function addRelease(
  { db, folder, files }: Pick<Deps, 'db' | 'folder' | 'files'>,
  draft: ReleaseDraft,
  { upload, now, onProgress }: Arriving,
): Promise<Release> {
  const { numericVersion, updateSummary, changelog } = draft
  const version = soundVersion(draft.version)
  const product = await requireProduct(db.read, draft.product)
  const taken = new OperatorError(
    message`product ${product.id} has a release with the numeric version ${numericVersion} already: choose another, or see ${remedy('release list')}`,
  )
  if (await findRelease(db.read, product.id, numericVersion)) throw taken
  const incoming = await receiveFile(folder, upload, { now, onProgress })
  try {
    // In the storage before its row: no release is ever without its file.
    await files.put(incoming.path, incoming)
    return await db.write(async (tx) => {
      const release = await insertRelease(tx, {
        productId: product.id,
        numericVersion,
        version,
        updateSummary,
        changelog,
        published: Number(draft.isPublished),
        releaseDate: draft.releaseDate ?? now,
        fileHash: incoming.hash,
        fileName: incoming.name,
        fileSize: incoming.size,
        createdAt: now,
      })
      if (!release) throw taken
      await noteUsed(tx, incoming.hash)
      await record(tx, { verb: 'release.added', id: release.id, after: release }, now)
      return release
    })
  } finally {
    await incoming.discard()
  }
}

/** The release with that id. Throws an `OperatorError` if there is none. */
export async function requireRelease(db: Queryable, id: number): Promise<Release> {
  const release = await findReleaseById(db, id)
  if (!release) throw new OperatorError(message`there is no release ${id}: see ${remedy('release list')}`, 'not_found')
  return release
}

/** The file of a release, published or not. Throws an `OperatorError` if there is no release or no whole file. */
export async function requireFile({ db, files }: Pick<Deps, 'db' | 'files'>, id: number): Promise<ServedFile> {
  const file = await storedFile(files, await requireRelease(db.read, id))
  if (file) return file
  throw new OperatorError(`the file of release ${id} is missing or damaged: restore it from a backup`)
}

/** Records that an operator took the file of a release. */
export const recordDownload = (tx: Tx, id: number, { hash }: Pick<ServedFile, 'hash'>, now: Date) =>
  record(tx, { verb: 'release.downloaded', id, after: { sha256: hash } }, now)

/** Publishes or withdraws a release. */
export async function setPublished(
  tx: Tx,
  id: number,
  { isPublished, now }: { isPublished: boolean; now: Date },
): Promise<Release> {
  await requireRelease(tx, id)
  await record(tx, { verb: isPublished ? 'release.published' : 'release.withdrawn', id }, now)
  return updateRelease(tx, id, { published: Number(isPublished) })
}

/** Changes the description of a release; its version and file stay. */
export async function editRelease(tx: Tx, id: number, changes: ReleaseChanges, now: Date): Promise<Release> {
  const before = await requireRelease(tx, id)
  const { version } = changes
  const after = await updateRelease(tx, id, {
    ...changes,
    ...(version !== undefined && { version: soundVersion(version) }),
  })
  await record(tx, { verb: 'release.updated', id, before, after }, now)
  return after
}

/** Removes a release. Its file goes in a later night, unless a release has it then. */
export const deleteRelease = (db: Db, id: number, now: Date) =>
  db.write(async (tx) => {
    const before = await requireRelease(tx, id)
    await deleteReleaseRow(tx, id)
    await noteDeleted(tx, before.fileHash, now)
    await record(tx, { verb: 'release.deleted', id, before }, now)
    return before
  })

function soundVersion(text: string) {
  const version = text.trim()
  if (version && version.length <= versionLengthMax) return version
  throw new OperatorError(`a version has 1 to ${versionLengthMax} characters, such as 1.0.2`, 'invalid_input')
}

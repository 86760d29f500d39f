import type { Release } from '../../../db/schema/catalog'
import { record } from '../../audit/record'
import type { Queryable } from '../../database/connection'
import type { Deps } from '../../deps'
import { Sorry } from '../../kernel/sorry'
import { requireProduct } from '../products/service'
import { receiveFile } from './files'
import { findRelease, insertRelease, listReleases, updateRelease } from './store'

const longestVersion = 64

/** What an operator says of a new release. */
export interface ReleaseDraft {
  /** The product's id, uuid or slug. */
  product: string
  version: string
  numericVersion: number
  path: string
  updateSummary: string
  changelog: string
  releaseDate?: Date | undefined
  isPublished: boolean
}

/** Takes a file in as a release of a product. Either both are there afterwards or neither; a faulty draft is a `Sorry`. */
export async function addRelease(
  { db, folder }: Pick<Deps, 'db' | 'folder'>,
  draft: ReleaseDraft,
  { now, onProgress }: { now: Date; onProgress: (bytes: number, of: number) => void },
): Promise<Release> {
  const { version, numericVersion, updateSummary, changelog } = draft
  if (!version.trim() || version.length > longestVersion) {
    throw new Sorry(`a version has 1 to ${longestVersion} characters, such as 1.0.2`, 'usage')
  }
  const product = await requireProduct(db.read, draft.product)
  const taken = new Sorry(
    `product ${product.id} has a release with the numeric version ${numericVersion} already: choose another, or see "latchkey release list"`,
  )
  if (await findRelease(db.read, product.id, numericVersion)) throw taken
  const incoming = await receiveFile(folder, draft.path, { now, onProgress })
  try {
    return await db.write(async (tx) => {
      const release = await insertRelease(tx, {
        productId: product.id,
        numericVersion,
        version: version.trim(),
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
      await record(tx, { verb: 'release.added', id: release.id, after: release }, now)
      incoming.keep()
      return release
    })
  } finally {
    await incoming.discard()
  }
}

/** Every release, of one product or of all. */
export async function getReleases(db: Queryable, product?: string) {
  return listReleases(db, product === undefined ? undefined : (await requireProduct(db, product)).id)
}

/** Lets customers see and download a release, or no longer. */
export async function setPublished(
  tx: Queryable,
  id: number,
  { isPublished, now }: { isPublished: boolean; now: Date },
): Promise<Release> {
  const release = await updateRelease(tx, id, { published: Number(isPublished) })
  if (!release) throw new Sorry(`there is no release ${id}: see "latchkey release list"`, 'missing')
  await record(tx, { verb: isPublished ? 'release.published' : 'release.withdrawn', id }, now)
  return release
}

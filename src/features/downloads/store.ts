import { and, asc, desc, eq, ne, sql } from 'drizzle-orm'
import { type Release, releases } from '../../../db/schema/catalog'
import { installation } from '../../../db/schema/operations'
import type { Queryable, Tx } from '../../database/connection'
import { prepared } from '../../database/database'
import { type PageRequest, pageOf } from '../../database/page'
import { selectOne } from '../../database/statements'

const ruleOf = `
  select require_non_expired as "requireNonExpired" from products
  where id = (select product_id from licenses where license_key = ?)`

/** Whether the product of that licence ends downloads with the licence; undefined for an unknown key. */
export async function findDownloadRule(db: Queryable, licenseKey: string) {
  return selectOne<{ requireNonExpired: number }>(db, ruleOf, licenseKey)
}

const publishedOf = prepared((db) =>
  db
    .select()
    .from(releases)
    .where(and(eq(releases.productId, sql.placeholder('productId')), eq(releases.published, 1)))
    .orderBy(desc(releases.numericVersion))
    .prepare(),
)

/** A product's published releases, newest first (CONTRACT §1). */
export const listPublishedReleases = async (db: Queryable, productId: number): Promise<Release[]> =>
  publishedOf(db).execute({ productId })

/** A page of a product's published releases, newest first. */
export const pagePublishedReleases = (
  db: Queryable,
  productId: number,
  { limit, offset }: { limit: number; offset: number },
): Promise<Release[]> =>
  Promise.resolve(
    db
      .select()
      .from(releases)
      .where(and(eq(releases.productId, productId), eq(releases.published, 1)))
      .orderBy(desc(releases.numericVersion))
      .limit(limit)
      .offset(offset),
  )

const releaseSorts = {
  numeric_version: releases.numericVersion,
  id: releases.id,
  release_date: releases.releaseDate,
  download_counter: releases.downloadCounter,
  file_size: releases.fileSize,
}

/** A page of all releases, drafts and withdrawn ones included. */
export const pageReleases = (
  db: Queryable,
  { productId, published }: { productId?: number | undefined; published?: number | undefined },
  wanted: PageRequest,
) => {
  const where = and(
    productId === undefined ? undefined : eq(releases.productId, productId),
    published === undefined ? undefined : eq(releases.published, published),
  )
  return pageOf(db, releases, { where, sorts: releaseSorts, wanted })
}

export async function findReleaseById(db: Queryable, id: number): Promise<Release | undefined> {
  const [row] = await db.select().from(releases).where(eq(releases.id, id))
  return row
}

const byNumber = prepared((db) =>
  db
    .select()
    .from(releases)
    .where(
      and(
        eq(releases.productId, sql.placeholder('productId')),
        eq(releases.numericVersion, sql.placeholder('numericVersion')),
      ),
    )
    .prepare(),
)

export async function findRelease(
  db: Queryable,
  productId: number,
  numericVersion: number,
): Promise<Release | undefined> {
  const [row] = await byNumber(db).execute({ productId, numericVersion })
  return row
}

/** Whether the product has a release of that version, published or not. */
export async function hasRelease(db: Queryable, productId: number, version: string) {
  const text = 'select id from releases where product_id = ? and version = ?'
  return (await selectOne(db, text, productId, version)) !== undefined
}

/** Undefined if the product already has a release with that version. */
export async function insertRelease(tx: Tx, release: typeof releases.$inferInsert): Promise<Release | undefined> {
  const [row] = await tx
    .insert(releases)
    .values(release)
    .onConflictDoNothing({ target: [releases.productId, releases.numericVersion] })
    .returning()
  return row
}

export type ReleaseChanges = Partial<
  Pick<Release, 'published' | 'version' | 'updateSummary' | 'changelog' | 'releaseDate'>
>

/** Returns the updated release, which must exist. */
export async function updateRelease(tx: Tx, id: number, changes: ReleaseChanges): Promise<Release> {
  const [row] = await tx.update(releases).set(changes).where(eq(releases.id, id)).returning()
  return row!
}

export async function deleteReleaseRow(tx: Tx, id: number) {
  await tx.delete(releases).where(eq(releases.id, id))
}

/** Whether any release has the file with that SHA-256. */
export async function isFileUsed(db: Queryable, hash: string) {
  const [row] = await db.select({ id: releases.id }).from(releases).where(eq(releases.fileHash, hash)).limit(1)
  return row !== undefined
}

/** The releases that have a file, by id. */
export const listReleaseFiles = (db: Queryable) =>
  db
    .select({ releaseId: releases.id, hash: releases.fileHash, size: releases.fileSize })
    .from(releases)
    .where(ne(releases.fileHash, ''))
    .orderBy(asc(releases.id))

/** Files in the storage without a release, by hash: since when, and when their removal began. */
export type UnusedFiles = Record<string, { since: string; removing?: string }>

const unusedFiles = 'unused_files'

export async function findUnusedFiles(db: Queryable): Promise<UnusedFiles> {
  const [row] = await db.select().from(installation).where(eq(installation.key, unusedFiles))
  return row ? JSON.parse(row.value) : {}
}

export async function putUnusedFiles(tx: Tx, files: UnusedFiles) {
  const value = JSON.stringify(files)
  await tx
    .insert(installation)
    .values({ key: unusedFiles, value })
    .onConflictDoUpdate({ target: installation.key, set: { value } })
}

export async function incrementDownloads(tx: Tx, id: number) {
  await tx
    .update(releases)
    .set({ downloadCounter: sql`${releases.downloadCounter} + 1` })
    .where(eq(releases.id, id))
}

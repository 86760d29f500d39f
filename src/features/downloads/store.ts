import { and, asc, desc, eq, sql } from 'drizzle-orm'
import { products, type Release, releases } from '../../../db/schema/catalog'
import { licenses } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'

/** Whether the product of that licence lets downloads end with the licence; undefined for an unknown key. */
export async function findDownloadRule(db: Queryable, licenseKey: string) {
  const [row] = await db
    .select({ requireNonExpired: products.requireNonExpired })
    .from(licenses)
    .innerJoin(products, eq(products.id, licenses.productId))
    .where(eq(licenses.licenseKey, licenseKey))
  return row
}

/** A product's published releases, newest first (CONTRACT §1). */
export const listPublishedReleases = (db: Queryable, productId: number) =>
  db
    .select()
    .from(releases)
    .where(and(eq(releases.productId, productId), eq(releases.published, 1)))
    .orderBy(desc(releases.numericVersion))

/** Every release, of one product or of all, newest first; drafts and withdrawn ones included. */
export const listReleases = (db: Queryable, productId?: number) =>
  db
    .select()
    .from(releases)
    .where(productId === undefined ? undefined : eq(releases.productId, productId))
    .orderBy(asc(releases.productId), desc(releases.numericVersion))

/** Published or not. */
export async function findRelease(
  db: Queryable,
  productId: number,
  numericVersion: number,
): Promise<Release | undefined> {
  const [row] = await db
    .select()
    .from(releases)
    .where(and(eq(releases.productId, productId), eq(releases.numericVersion, numericVersion)))
  return row
}

/** Whether the product has a release of that version, published or not. */
export async function hasRelease(db: Queryable, productId: number, version: string) {
  const [row] = await db
    .select({ id: releases.id })
    .from(releases)
    .where(and(eq(releases.productId, productId), eq(releases.version, version)))
  return row !== undefined
}

/** Undefined when the product has a release of that number. */
export async function insertRelease(
  tx: Queryable,
  release: typeof releases.$inferInsert,
): Promise<Release | undefined> {
  const [row] = await tx
    .insert(releases)
    .values(release)
    .onConflictDoNothing({ target: [releases.productId, releases.numericVersion] })
    .returning()
  return row
}

export async function updateRelease(tx: Queryable, id: number, changes: Partial<Pick<Release, 'published'>>) {
  const [row] = await tx.update(releases).set(changes).where(eq(releases.id, id)).returning()
  return row
}

export async function incrementDownloads(tx: Queryable, id: number) {
  await tx
    .update(releases)
    .set({ downloadCounter: sql`${releases.downloadCounter} + 1` })
    .where(eq(releases.id, id))
}

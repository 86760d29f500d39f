import { and, eq } from 'drizzle-orm'
import { productMeta } from '../../../db/schema/catalog'
import { licenseMeta } from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'

const ofLicense = (licenseId: number, key: string) =>
  and(eq(licenseMeta.licenseId, licenseId), eq(licenseMeta.key, key))
const ofProduct = (productId: number, key: string) =>
  and(eq(productMeta.productId, productId), eq(productMeta.key, key))

/** Returns the new id; undefined if the licence already has that key. */
export async function insertLicenseMeta(tx: Tx, meta: typeof licenseMeta.$inferInsert) {
  const [row] = await tx.insert(licenseMeta).values(meta).onConflictDoNothing().returning({ id: licenseMeta.id })
  return row?.id
}

export async function findLicenseMeta(db: Queryable, licenseId: number, key: string) {
  const [row] = await db.select().from(licenseMeta).where(ofLicense(licenseId, key))
  return row
}

export async function updateLicenseMetaRow(tx: Tx, id: number, value: string) {
  await tx.update(licenseMeta).set({ value }).where(eq(licenseMeta.id, id))
}

export async function deleteLicenseMetaRow(tx: Tx, id: number) {
  await tx.delete(licenseMeta).where(eq(licenseMeta.id, id))
}

/** Returns whether the key is new to the product. */
export async function insertProductMeta(tx: Tx, meta: typeof productMeta.$inferInsert) {
  const rows = await tx.insert(productMeta).values(meta).onConflictDoNothing().returning({ id: productMeta.id })
  return rows.length > 0
}

export async function findProductMeta(db: Queryable, productId: number, key: string) {
  const [row] = await db.select().from(productMeta).where(ofProduct(productId, key))
  return row
}

export async function updateProductMetaRow(tx: Tx, id: number, value: string) {
  await tx.update(productMeta).set({ value }).where(eq(productMeta.id, id))
}

export async function deleteProductMetaRow(tx: Tx, id: number) {
  await tx.delete(productMeta).where(eq(productMeta.id, id))
}

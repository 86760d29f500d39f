import { and, eq } from 'drizzle-orm'
import { productMeta } from '../../../db/schema/catalog'
import { licenseMeta } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'

const ofLicense = (licenseId: number, key: string) =>
  and(eq(licenseMeta.licenseId, licenseId), eq(licenseMeta.key, key))
const ofProduct = (productId: number, key: string) =>
  and(eq(productMeta.productId, productId), eq(productMeta.key, key))

/** The new id; undefined when the licence has that key already. */
export async function insertLicenseMeta(tx: Queryable, meta: typeof licenseMeta.$inferInsert) {
  const [row] = await tx.insert(licenseMeta).values(meta).onConflictDoNothing().returning({ id: licenseMeta.id })
  return row?.id
}

/** The id; undefined when the licence has no such key. */
export async function updateLicenseMetaRow(
  tx: Queryable,
  { licenseId, key, value }: { licenseId: number; key: string; value: string },
) {
  const [row] = await tx
    .update(licenseMeta)
    .set({ value })
    .where(ofLicense(licenseId, key))
    .returning({ id: licenseMeta.id })
  return row?.id
}

/** Whether there was such a key. */
export async function deleteLicenseMetaRow(tx: Queryable, licenseId: number, key: string) {
  const rows = await tx.delete(licenseMeta).where(ofLicense(licenseId, key)).returning({ id: licenseMeta.id })
  return rows.length > 0
}

/** Whether the key is new to the product. */
export async function insertProductMeta(tx: Queryable, meta: typeof productMeta.$inferInsert) {
  const rows = await tx.insert(productMeta).values(meta).onConflictDoNothing().returning({ id: productMeta.id })
  return rows.length > 0
}

/** Whether there was such a key. */
export async function updateProductMetaRow(
  tx: Queryable,
  { productId, key, value }: { productId: number; key: string; value: string },
) {
  const rows = await tx
    .update(productMeta)
    .set({ value })
    .where(ofProduct(productId, key))
    .returning({ id: productMeta.id })
  return rows.length > 0
}

/** Whether there was such a key. */
export async function deleteProductMetaRow(tx: Queryable, productId: number, key: string) {
  const rows = await tx.delete(productMeta).where(ofProduct(productId, key)).returning({ id: productMeta.id })
  return rows.length > 0
}

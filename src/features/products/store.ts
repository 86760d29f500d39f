import { asc, eq, or, sql } from 'drizzle-orm'
import { type Product, productMeta, products } from '../../../db/schema/catalog'
import type { Queryable } from '../../database/connection'
import { prepared } from '../../database/database'

export type MetaPair = { key: string; value: string }

const byId = prepared((db) =>
  db
    .select()
    .from(products)
    .where(eq(products.id, sql.placeholder('id')))
    .prepare(),
)

const byName = prepared((db) =>
  db
    .select()
    .from(products)
    .where(or(eq(products.uuid, sql.placeholder('name')), eq(products.slug, sql.placeholder('name'))))
    .prepare(),
)

/** The product of that id, uuid or slug. */
export async function findProduct(db: Queryable, reference: string): Promise<Product | undefined> {
  const [row] = /^\d{1,15}$/.test(reference)
    ? await byId(db).execute({ id: Number(reference) })
    : await byName(db).execute({ name: reference })
  return row
}

/** Products whose items are sold on the Envato market, the oldest first. */
export const listEnvatoProducts = (db: Queryable) =>
  db.select().from(products).where(eq(products.source, 'envato')).orderBy(asc(products.id))

export const listProducts = (db: Queryable) => db.select().from(products).orderBy(asc(products.id))

export async function insertProduct(tx: Queryable, product: typeof products.$inferInsert): Promise<Product> {
  const [row] = await tx.insert(products).values(product).returning()
  return row!
}

export async function updateProductRow(
  tx: Queryable,
  id: number,
  changes: Partial<typeof products.$inferInsert>,
): Promise<Product> {
  const [row] = await tx.update(products).set(changes).where(eq(products.id, id)).returning()
  return row!
}

/** With everything that hangs on it: licence keys, activations, metadata, signing keys. */
export async function deleteProductRow(tx: Queryable, id: number) {
  await tx.delete(products).where(eq(products.id, id))
}

export const listProductMeta = (db: Queryable, productId: number): Promise<MetaPair[]> =>
  Promise.resolve(
    db
      .select({ key: productMeta.key, value: productMeta.value })
      .from(productMeta)
      .where(eq(productMeta.productId, productId))
      .orderBy(asc(productMeta.id)),
  )

/** Every product's metadata, by product id. */
export async function mapProductMeta(db: Queryable): Promise<Map<number, MetaPair[]>> {
  const rows = await db.select().from(productMeta).orderBy(asc(productMeta.id))
  const byProduct = new Map<number, MetaPair[]>()
  for (const { productId, key, value } of rows) {
    const pairs = byProduct.get(productId) ?? []
    pairs.push({ key, value })
    byProduct.set(productId, pairs)
  }
  return byProduct
}

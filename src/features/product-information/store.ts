import { and, desc, eq } from 'drizzle-orm'
import { type Product, products, releases } from '../../../db/schema/catalog'
import type { Queryable } from '../../database/connection'

export async function findProductBySlug(db: Queryable, slug: string): Promise<Product | undefined> {
  const [row] = await db.select().from(products).where(eq(products.slug, slug))
  return row
}

/** A product's published releases, newest first (CONTRACT §1). */
export const listPublishedReleases = (db: Queryable, productId: number) =>
  db
    .select()
    .from(releases)
    .where(and(eq(releases.productId, productId), eq(releases.published, 1)))
    .orderBy(desc(releases.numericVersion))

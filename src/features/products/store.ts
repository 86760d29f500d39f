import { and, asc, eq, inArray, or, sql } from 'drizzle-orm'
import { generators, type Product, productMeta, products, releases } from '../../../db/schema/catalog'
import { contracts, licenses } from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'
import { prepared } from '../../database/database'
import { beginsWith, type PageRequest, pageOf } from '../../database/page'
import { contains } from '../../database/sets'
import { parseId } from '../../kernel/ids'

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

/** The product with that id, uuid or slug. */
export async function findProduct(db: Queryable, reference: string): Promise<Product | undefined> {
  const id = parseId(reference)
  const [row] = await (id === undefined ? byName(db).execute({ name: reference }) : byId(db).execute({ id }))
  return row
}

/** Whether there is any product. */
export async function hasProduct(db: Queryable): Promise<boolean> {
  const [row] = await db.select({ id: products.id }).from(products).limit(1)
  return row !== undefined
}

/** Products with that name, ignoring case. */
export const listProductsNamed = (db: Queryable, name: string) =>
  db
    .select()
    .from(products)
    .where(or(eq(products.name, name), sql`lower(${products.name}) = ${name.toLowerCase()}`))
    .orderBy(asc(products.id))

/** The names of these products, by id. */
export async function mapProductNames(db: Queryable, ids: number[]): Promise<Map<number, string>> {
  const rows = await db.select({ id: products.id, name: products.name }).from(products).where(inArray(products.id, ids))
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** Products whose names contain a text, ignoring case, at most `limit`. */
export const listProductsLike = (db: Queryable, part: string, limit: number) =>
  db
    .select({ id: products.id, name: products.name })
    .from(products)
    .where(contains(sql`lower(${products.name})`, part.toLowerCase()))
    .orderBy(asc(products.id))
    .limit(limit)

/** Products sold on the Envato market, oldest first. */
export const listEnvatoProducts = (db: Queryable) =>
  db.select().from(products).where(eq(products.source, 'envato')).orderBy(asc(products.id))

export const listProducts = (db: Queryable) => db.select().from(products).orderBy(asc(products.id))

export interface ProductFilter {
  status?: Product['status'] | undefined
  source?: Product['source'] | undefined
  /** Products whose names begin with this text. */
  name?: string | undefined
}

const productSorts = { id: products.id, name: products.name, updated_at: products.updatedAt }

export const pageProducts = (db: Queryable, { status, source, name }: ProductFilter, wanted: PageRequest) =>
  pageOf(db, products, {
    where: and(
      status && eq(products.status, status),
      source && eq(products.source, source),
      name === undefined ? undefined : beginsWith(sql`lower(${products.name})`, name.toLowerCase()),
    ),
    sorts: productSorts,
    wanted,
  })

/** The number of rows that belong to a product, by kind. */
export async function countHoldings(db: Queryable, productId: number) {
  const ofProduct = (table: typeof licenses | typeof generators | typeof contracts | typeof releases) =>
    db.$count(table, eq(table.productId, productId))
  return {
    licenses: await ofProduct(licenses),
    generators: await ofProduct(generators),
    contracts: await ofProduct(contracts),
    releases: await ofProduct(releases),
  }
}

export async function insertProduct(tx: Tx, product: typeof products.$inferInsert): Promise<Product> {
  const [row] = await tx.insert(products).values(product).returning()
  return row!
}

export async function updateProductRow(
  tx: Tx,
  id: number,
  changes: Partial<typeof products.$inferInsert>,
): Promise<Product> {
  const [row] = await tx.update(products).set(changes).where(eq(products.id, id)).returning()
  return row!
}

/** Deletes a product and everything that belongs to it: licence keys, activations, metadata, signing keys. */
export async function deleteProductRow(tx: Tx, id: number) {
  await tx.delete(products).where(eq(products.id, id))
}

const pairsOf = prepared((db) =>
  db
    .select({ key: productMeta.key, value: productMeta.value })
    .from(productMeta)
    .where(eq(productMeta.productId, sql.placeholder('productId')))
    .orderBy(asc(productMeta.id))
    .prepare(),
)

export const listProductMeta = async (db: Queryable, productId: number): Promise<MetaPair[]> =>
  pairsOf(db).execute({ productId })

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

import { and, asc, eq } from 'drizzle-orm'
import { type Generator, generators } from '../../../db/schema/catalog'
import { licenses } from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'
import { type PageRequest, pageOf } from '../../database/page'
import { inList } from '../../database/sets'

export async function findGenerator(db: Queryable, id: number): Promise<Generator | undefined> {
  const [row] = await db.select().from(generators).where(eq(generators.id, id))
  return row
}

/** The active generator of a product with the lowest id. */
export async function findFirstActive(db: Queryable, productId: number): Promise<Generator | undefined> {
  const [row] = await db
    .select()
    .from(generators)
    .where(and(eq(generators.productId, productId), eq(generators.status, 1)))
    .orderBy(asc(generators.id))
    .limit(1)
  return row
}

/** The generators of one product, or of all, by id. */
export const listGenerators = (db: Queryable, productId: number | undefined) =>
  db
    .select()
    .from(generators)
    .where(productId === undefined ? undefined : eq(generators.productId, productId))
    .orderBy(asc(generators.id))

export async function insertGenerator(tx: Tx, generator: typeof generators.$inferInsert): Promise<Generator> {
  const [row] = await tx.insert(generators).values(generator).returning()
  return row!
}

export async function updateGeneratorRow(
  tx: Tx,
  id: number,
  changes: Partial<typeof generators.$inferInsert>,
): Promise<Generator> {
  const [row] = await tx.update(generators).set(changes).where(eq(generators.id, id)).returning()
  return row!
}

/** Deletes the generator. Its keys stay, without a generator. */
export async function deleteGeneratorRow(tx: Tx, id: number) {
  await tx.delete(generators).where(eq(generators.id, id))
}

const generatorSorts = { id: generators.id, updated_at: generators.updatedAt }

export const pageGenerators = (
  db: Queryable,
  { productId, status }: { productId?: number | undefined; status?: number | undefined },
  wanted: PageRequest,
) =>
  pageOf(db, generators, {
    where: and(
      productId === undefined ? undefined : eq(generators.productId, productId),
      status === undefined ? undefined : eq(generators.status, status),
    ),
    sorts: generatorSorts,
    wanted,
  })

/** The keys among these that already exist. */
export async function listTaken(db: Queryable, keys: Iterable<string>): Promise<string[]> {
  const rows = await db.select({ key: licenses.licenseKey }).from(licenses).where(inList(licenses.licenseKey, keys))
  return rows.map(({ key }) => key)
}

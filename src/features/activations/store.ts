import { and, asc, count, eq, getTableColumns, isNull, sql } from 'drizzle-orm'
import { products } from '../../../db/schema/catalog'
import { type Activation, activations, licenses } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'

/** How many seats of a licence are taken. */
export async function countSeatsTaken(db: Queryable, licenseId: number): Promise<number> {
  const [row] = await db
    .select({ taken: count() })
    .from(activations)
    .where(and(eq(activations.licenseId, licenseId), isNull(activations.deactivatedAt)))
  return row!.taken
}

export async function insertActivation(tx: Queryable, activation: typeof activations.$inferInsert) {
  await tx.insert(activations).values(activation)
}

export async function updateActivation(tx: Queryable, id: number, changes: Partial<typeof activations.$inferInsert>) {
  await tx.update(activations).set(changes).where(eq(activations.id, id))
}

/** Where a device is told that its seat was taken away: its own address, else the product's, else ''. */
export async function findCallbackUrl(db: Queryable, activationId: number): Promise<string> {
  const [row] = await db
    .select({ url: sql<string>`coalesce(nullif(${activations.postUrl}, ''), ${products.postUrl})` })
    .from(activations)
    .innerJoin(licenses, eq(licenses.id, activations.licenseId))
    .innerJoin(products, eq(products.id, licenses.productId))
    .where(eq(activations.id, activationId))
  return row!.url
}

/** Every seat that was ever taken on a licence, oldest first. */
export const listActivations = (db: Queryable, licenseKey: string): Promise<Activation[]> =>
  Promise.resolve(
    db
      .select(getTableColumns(activations))
      .from(activations)
      .innerJoin(licenses, eq(licenses.id, activations.licenseId))
      .where(eq(licenses.licenseKey, licenseKey))
      .orderBy(asc(activations.id)),
  )

/** Writes when activations last verified, all in one statement. */
export async function touchActivations(tx: Queryable, seen: Map<number, Date>) {
  const pairs = JSON.stringify([...seen].map(([id, at]) => [id, at.getTime()]))
  await tx.run(sql`
    update activations set last_verified_at = seen.at
    from (select value ->> 0 as id, value ->> 1 as at from json_each(${pairs})) as seen
    where activations.id = seen.id`)
}

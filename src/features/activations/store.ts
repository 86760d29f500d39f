import { and, asc, count, eq, getTableColumns, isNull, sql } from 'drizzle-orm'
import { products } from '../../../db/schema/catalog'
import { type Activation, activationSightings, activations, licenses } from '../../../db/schema/licensing'
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

/** A seat, taken or freed, and when it last asked `verify`. */
export type SeenActivation = Activation & { lastVerifiedAt: Date | null }

/** Every seat that was ever taken on a licence, oldest first. */
export const listActivations = (db: Queryable, licenseKey: string): Promise<SeenActivation[]> =>
  Promise.resolve(
    db
      .select({ ...getTableColumns(activations), lastVerifiedAt: activationSightings.lastVerifiedAt })
      .from(activations)
      .innerJoin(licenses, eq(licenses.id, activations.licenseId))
      .leftJoin(activationSightings, eq(activationSightings.activationId, activations.id))
      .where(eq(licenses.licenseKey, licenseKey))
      .orderBy(asc(activations.id)),
  )

/** Writes down that activations asked `verify` at that moment. */
export async function touchActivations(tx: Queryable, ids: Uint32Array, at: number) {
  await tx.run(sql`
    insert into activation_sightings (activation_id, last_verified_at)
    select value, ${at} from json_each(${`[${ids.join()}]`}) where true
    on conflict do update set last_verified_at = excluded.last_verified_at`)
}

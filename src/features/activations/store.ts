import { and, count, eq, isNull, sql } from 'drizzle-orm'
import { activations } from '../../../db/schema/licensing'
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

/** Writes when activations last verified, all in one statement. */
export async function touchActivations(tx: Queryable, seen: Map<number, Date>) {
  const pairs = JSON.stringify([...seen].map(([id, at]) => [id, at.getTime()]))
  await tx.run(sql`
    update activations set last_verified_at = seen.at
    from (select value ->> 0 as id, value ->> 1 as at from json_each(${pairs})) as seen
    where activations.id = seen.id`)
}

import { sql } from 'drizzle-orm'
import type { Queryable } from '../../../database/connection'
import { inList } from '../../../database/sets'
import { selectParts } from '../../../database/statements'

/** The customers that were last seen by one of these activations, by activation id. */
export async function mapLastSeenBy(db: Queryable, ids: readonly number[]): Promise<Map<number, string>> {
  const rows = await selectParts<{ id: number; email: string }>(
    db,
    sql`select seen.activation_id as id, lower(l.owner_email) as email
    from activation_sightings as seen
    join activations as a on a.id = seen.activation_id
    join licenses as l on l.id = a.license_id
    where ${inList(sql`seen.activation_id`, ids)} and l.owner_email <> '' and not exists (
      select 1 from licenses as m join activations as b on b.license_id = m.id
      join activation_sightings as later on later.activation_id = b.id
      where lower(m.owner_email) = lower(l.owner_email)
      and (later.last_verified_at, later.activation_id) > (seen.last_verified_at, seen.activation_id))`,
  )
  return new Map(rows.map(({ id, email }) => [id, email]))
}

import { sql } from 'drizzle-orm'
import type { Queryable } from '../../../database/connection'
import { inList } from '../../../database/sets'
import { selectAll, selectParts } from '../../../database/statements'

/** A device's last verification: the place of its customer in the order by last use. */
export interface Sighting {
  at: number
  id: number
}

interface SightingRange {
  first: number
  last: number
  after: Sighting
  isDown: boolean
  limit: number
}

/** The latest, or else earliest, verifications after one, among the activations with these ids. */
export const listSightings = (db: Queryable, { first, last, after, isDown, limit }: SightingRange) =>
  selectAll<Sighting>(
    db,
    `select last_verified_at as at, activation_id as id from activation_sightings
    where activation_id between ?1 and ?2 and (last_verified_at, activation_id) ${isDown ? '<' : '>'} (?3, ?4)
    order by ${isDown ? 'last_verified_at desc, activation_id desc' : 'last_verified_at, activation_id'}
    limit ${Math.trunc(limit)}`,
    first,
    last,
    after.at,
    after.id,
  )

/** The highest id of an activation that was ever verified. */
export const findLastSighting = (db: Queryable) =>
  selectAll<{ id: number | null }>(db, 'select max(activation_id) as id from activation_sightings')[0]?.id ?? 0

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

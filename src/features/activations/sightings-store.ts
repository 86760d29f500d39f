import { and, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import { type Activation, activationSightings, activations, licenses } from '../../../db/schema/licensing'
import type { Queryable } from '../../database/connection'
import type { Page, PageRequest } from '../../database/page'
import { scanPage } from '../../database/scan'
import { inList } from '../../database/sets'
import { selectAll, selectOne } from '../../database/statements'

/** A device's last verification: its place in the order of last use. */
export interface Sighting {
  at: number
  id: number
}

/** Which devices to list: those on licences of a product, or those that hold a seat, or held one. */
export interface SightingFilter {
  productId?: number | undefined
  isTaken?: boolean | undefined
}

interface SightingRange extends SightingFilter {
  first: number
  last: number
  /** Only verifications between these two, without the first. */
  after: Sighting
  until: number
  isDown: boolean
  limit: number
}

/** The latest, or else earliest, verifications in a range of time, among the activations with these ids. */
export function listSightings(
  db: Queryable,
  { first, last, after, until, isDown, limit, productId, isTaken }: SightingRange,
) {
  const seat = [
    ...(isTaken === undefined ? [] : [`deactivated_at is ${isTaken ? '' : 'not '}null`]),
    ...(productId === undefined ? [] : [productText]),
  ]
  const isWanted = seat.length
    ? `and exists (select 1 from activations where id = activation_id and ${seat.join(' and ')})`
    : ''
  const [earliest, latest] = isDown ? [until, after.at] : [after.at, until]
  return selectAll<Sighting>(
    db,
    `select last_verified_at as at, activation_id as id from activation_sightings
    where activation_id between ?1 and ?2 and last_verified_at between ?3 and ?4
    and (last_verified_at, activation_id) ${isDown ? '<' : '>'} (?5, ?6) ${isWanted}
    order by ${isDown ? 'last_verified_at desc, activation_id desc' : 'last_verified_at, activation_id'}
    limit ${Math.trunc(limit)}`,
    ...[first, last, earliest, latest, after.at, after.id],
    ...(productId === undefined ? [] : [productId]),
  )
}

const productText = '(select product_id from licenses where licenses.id = license_id) = ?7'

/** The highest id of an activation that was ever verified. */
export const findLastSighting = async (db: Queryable) =>
  (await selectOne<{ id: number | null }>(db, 'select max(activation_id) as id from activation_sightings'))?.id ?? 0

/** These activations, by id. */
export async function mapActivations(db: Queryable, ids: readonly number[]): Promise<Map<number, Activation>> {
  const rows = await db.select().from(activations).where(inList(activations.id, ids))
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * A page, in the order of ids, of seats that no index finds, or of the never verified ones alone; shorter if the time is
 * over first.
 */
export const scanActivations = (
  reader: () => Queryable,
  { isNeverSeen = false, ...filter }: SightingFilter & { isNeverSeen?: boolean },
  { budgetMs, ...wanted }: PageRequest & { budgetMs: number | undefined },
): Promise<Page<Activation>> =>
  scanPage(reader, activations, {
    test: and(isNeverSeen ? neverSeen : undefined, passes(filter)),
    sorts: { id: activations.id },
    wanted,
    budgetMs,
  })

const neverSeen = sql`not exists (select 1 from ${activationSightings}
  where ${activationSightings.activationId} = ${activations.id})`

/** Whether a seat passes a filter; undefined if any does. */
export const passes = ({ productId, isTaken }: SightingFilter): SQL | undefined =>
  and(
    isTaken === undefined ? undefined : (isTaken ? isNull : isNotNull)(activations.deactivatedAt),
    productId === undefined ? undefined : eq(productOfSeat, productId),
  )

// Seat by seat, in the requested order: a product has too many seats to collect them first.
const productOfSeat = sql`(select ${licenses.productId} from ${licenses} where ${licenses.id} = ${activations.licenseId})`

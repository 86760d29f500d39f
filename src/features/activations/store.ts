import { and, desc, eq, inArray, isNotNull, sql } from 'drizzle-orm'
import { products } from '../../../db/schema/catalog'
import {
  type Activation,
  activationSightings,
  activations,
  licenses,
  seatIsFreed,
  seatIsTaken,
} from '../../../db/schema/licensing'
import type { Queryable, Tx, Writable } from '../../database/connection'
import type { LastSeen } from '../../database/last-seen'
import { type PageRequest, pageOf } from '../../database/page'
import { execute, executeEach, selectOne } from '../../database/statements'
import { passes } from './sightings-store'

const takenOf = `select count(*) as taken from activations where license_id = ? and ${seatIsTaken}`

/** The number of seats taken on a licence. */
export const countSeatsTaken = async (db: Queryable, licenseId: number): Promise<number> =>
  (await selectOne<{ taken: number }>(db, takenOf, licenseId))!.taken

const lastVerifiedAt = sql`(select ${activationSightings.lastVerifiedAt} from ${activationSightings}
  where ${activationSightings.activationId} = ${activations.id})`

/** The devices that hold a seat of a licence, and since when; least recently seen first. */
export const listSeatsTaken = (db: Queryable, licenseId: number, limit = Number.MAX_SAFE_INTEGER) =>
  db
    .select({ identifier: activations.identifier, since: activations.activatedAt, lastVerifiedAt })
    .from(activations)
    .where(and(eq(activations.licenseId, licenseId), sql.raw(seatIsTaken)))
    .orderBy(sql`coalesce(${lastVerifiedAt}, ${activations.activatedAt})`, activations.id)
    .limit(limit)

/** The columns of a newly taken seat. */
export type NewActivation = Pick<
  Activation,
  'licenseId' | 'identifier' | 'postUrl' | 'ip' | 'userAgent' | 'activatedAt'
>

const insertion = `insert into activations (license_id, identifier, post_url, ip, user_agent, activated_at)
  values (?, ?, ?, ?, ?, ?)`

export async function insertActivation(tx: Tx, activation: NewActivation) {
  const { licenseId, identifier, postUrl, ip, userAgent, activatedAt } = activation
  await execute(tx, insertion, licenseId, identifier, postUrl, ip, userAgent, activatedAt.getTime())
}

/**
 * The origin of a repeated `activate` by a device that already holds the seat; `postUrl` only if the request names one.
 */
export interface Return {
  ip: string
  userAgent: string
  postUrl: string | undefined
}

// Most devices return unchanged: a row that stays the same costs no write.
const returning = `update activations set ip = ?2, user_agent = ?3, post_url = coalesce(?4, post_url)
  where id = ?1 and (ip, user_agent, post_url) is distinct from (?2, ?3, coalesce(?4, post_url))`

export async function noteReturn(tx: Tx, activationId: number, { ip, userAgent, postUrl }: Return) {
  await execute(tx, returning, activationId, ip, userAgent, postUrl ?? null)
}

/** The seats taken on a licence, oldest first. */
export const listTakenActivations = (db: Queryable, licenseId: number): Promise<Activation[]> =>
  Promise.resolve(
    db
      .select()
      .from(activations)
      .where(and(eq(activations.licenseId, licenseId), sql.raw(seatIsTaken)))
      .orderBy(activations.id),
  )

/** The seat of that device, taken or the one freed last. */
export async function findLatestActivation(db: Queryable, licenseId: number, identifier: string) {
  const [row] = await db
    .select()
    .from(activations)
    .where(and(eq(activations.licenseId, licenseId), eq(activations.identifier, identifier)))
    .orderBy(isNotNull(activations.deactivatedAt), desc(activations.deactivatedAt), desc(activations.id))
    .limit(1)
  return row
}

export async function retakeActivation(tx: Tx, activationId: number) {
  await execute(tx, 'update activations set deactivated_at = null where id = ?', activationId)
}

export async function freeActivation(tx: Tx, activationId: number, now: Date) {
  await execute(tx, 'update activations set deactivated_at = ? where id = ?', now.getTime(), activationId)
}

const freedSeatsMax = 1000

const surplus = `delete from activations where id in (select id from activations
  where license_id = ? and ${seatIsFreed} order by id desc limit ${Number.MAX_SAFE_INTEGER} offset ${freedSeatsMax})`

/** Deletes the oldest freed seats of a licence that has more than a thousand. */
export async function forgetFreedSeats(tx: Tx, licenseId: number) {
  await execute(tx, surplus, licenseId)
}

/** The callback address for a lost seat: the device's own, else the product's, else ''. */
export async function findCallbackUrl(db: Queryable, activationId: number): Promise<string> {
  const [row] = await db
    .select({ url: sql<string>`coalesce(nullif(${activations.postUrl}, ''), ${products.postUrl})` })
    .from(activations)
    .innerJoin(licenses, eq(licenses.id, activations.licenseId))
    .innerJoin(products, eq(products.id, licenses.productId))
    .where(eq(activations.id, activationId))
  return row!.url
}

/** A seat, taken or freed, with the time of its last `verify`. */
export type SeenActivation = Activation & { lastVerifiedAt: Date | null }

export interface SeatFilter {
  licenseId?: number | undefined
  productId?: number | undefined
  identifier?: string | undefined
  isTaken?: boolean | undefined
}

const seatSorts = { id: activations.id, last_verified_at: lastVerifiedAt }

/** A page of the seats of a licence or device, taken and freed. */
export const pageActivations = (db: Queryable, filter: SeatFilter, wanted: PageRequest) =>
  pageOf(db, activations, {
    where: and(
      filter.licenseId === undefined ? undefined : eq(activations.licenseId, filter.licenseId),
      filter.identifier === undefined ? undefined : eq(activations.identifier, filter.identifier),
      passes(filter),
    ),
    sorts: seatSorts,
    wanted,
  })

/** When these activations last called `verify`, by id; those that never did are left out. */
export async function mapSightings(db: Queryable, ids: number[]): Promise<Map<number, Date>> {
  const rows = await db.select().from(activationSightings).where(inArray(activationSightings.activationId, ids))
  return new Map(rows.map((row) => [row.activationId, row.lastVerifiedAt]))
}

/** The keys and products of these licences, by id. */
export async function mapLicenses(db: Queryable, ids: number[]) {
  const rows = await db
    .select({ id: licenses.id, licenseKey: licenses.licenseKey, productId: licenses.productId })
    .from(licenses)
    .where(inArray(licenses.id, ids))
  return new Map(rows.map((row) => [row.id, row]))
}

const sighting = `insert into activation_sightings (activation_id, last_verified_at) values (?, ?)
  on conflict (activation_id) do update set last_verified_at = excluded.last_verified_at`

/** Stores when activations last called `verify`. */
export async function touchActivations(tx: Writable, lastSeen: readonly LastSeen[]) {
  await executeEach(
    tx,
    sighting,
    lastSeen.map(({ id, at }) => [id, at.getTime()]),
  )
}

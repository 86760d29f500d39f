import { and, asc, count, eq, inArray, isNull, sql } from 'drizzle-orm'
import { type Product, products } from '../../../db/schema/catalog'
import {
  activations,
  isForSale,
  type License,
  type LicenseStatus,
  licenseMeta,
  licenses,
  seatIsTaken,
} from '../../../db/schema/licensing'
import type { Queryable, Tx } from '../../database/connection'
import { prepared } from '../../database/database'
import { inList, unnest } from '../../database/sets'
import { selectAll, selectOne } from '../../database/statements'
import type { MetaPair } from '../products/service'

/** A licence as the verification rules need it, and the seat of that identifier on it, if any. */
export interface Seat {
  id: number
  /** As stored; its spelling may differ from the request's. */
  licenseKey: string
  productId: number
  status: LicenseStatus
  assignedAt: Date | null
  validity: number
  activationLimit: number
  productStatus: Product['status'] | null
  activationId: number | null
}

const seatOf = `
  select id, product_id as "productId", status, assigned_at as "assignedAt", validity, activation_limit as "activationLimit",
    (select status from products where products.id = licenses.product_id) as "productStatus",
    (select activations.id from activations where activations.license_id = licenses.id
      and activations.identifier = ?2 and ${seatIsTaken}) as "activationId"
  from licenses indexed by licenses_standing where license_key collate nocase = ?1 and license_key = ?1`

/** The hot query behind `verify`. */
export async function findSeat(db: Queryable, licenseKey: string, identifier: string): Promise<Seat | undefined> {
  const row = await selectOne<Omit<Seat, 'assignedAt' | 'licenseKey'> & { assignedAt: number | null }>(
    db,
    seatOf,
    licenseKey,
    identifier,
  )
  if (!row) return undefined
  return Object.assign(row, { assignedAt: row.assignedAt === null ? null : new Date(row.assignedAt), licenseKey })
}

const byKey = prepared((db) =>
  db
    .select()
    .from(licenses)
    .where(eq(licenses.licenseKey, sql.placeholder('licenseKey')))
    .prepare(),
)

export async function findLicense(db: Queryable, licenseKey: string): Promise<License | undefined> {
  const [row] = await byKey(db).execute({ licenseKey })
  return row
}

/** Those of the texts that are the key of a licence. */
export async function listKeysAmong(db: Queryable, texts: Iterable<string>): Promise<string[]> {
  const rows = await db
    .select({ licenseKey: licenses.licenseKey })
    .from(licenses)
    .where(inList(licenses.licenseKey, texts))
  return rows.map(({ licenseKey }) => licenseKey)
}

const byId = prepared((db) =>
  db
    .select()
    .from(licenses)
    .where(eq(licenses.id, sql.placeholder('id')))
    .prepare(),
)

export async function findLicenseById(db: Queryable, id: number): Promise<License | undefined> {
  const [row] = await byId(db).execute({ id })
  return row
}

const pairsOf = prepared((db) =>
  db
    .select({ key: licenseMeta.key, value: licenseMeta.value })
    .from(licenseMeta)
    .where(eq(licenseMeta.licenseId, sql.placeholder('licenseId')))
    .orderBy(asc(licenseMeta.id))
    .prepare(),
)

export const listLicenseMeta = async (db: Queryable, licenseId: number): Promise<MetaPair[]> =>
  pairsOf(db).execute({ licenseId })

/** Copies all metadata of one licence to another. */
export async function copyLicenseMeta(tx: Tx, fromId: number, toId: number) {
  await tx.run(sql`insert into license_meta (license_id, key, value)
    select ${toId}, key, value from license_meta where license_id = ${fromId} order by id`)
}

const idsPerDelete = 10_000

/** The columns that licences created together share. */
export type CommonTerms = Omit<License, 'id' | 'licenseKey'>

/**
 * Inserts the keys that do not exist yet and returns them. One statement with a constant text, for any number of keys.
 */
export async function insertLicenses(tx: Tx, keys: readonly string[], terms: CommonTerms): Promise<License[]> {
  const rows = await tx.all<{ id: number; licenseKey: string }>(sql`
    insert into licenses (license_key, product_id, owner_name, owner_email, activation_limit, validity, assigned_at,
      status, revoked_at, contract_id, generator_id, features, created_at, updated_at)
    select value, ${terms.productId}, ${terms.ownerName}, ${terms.ownerEmail}, ${terms.activationLimit},
      ${terms.validity}, ${millis(terms.assignedAt)}, ${terms.status}, ${millis(terms.revokedAt)}, ${terms.contractId},
      ${terms.generatorId}, ${JSON.stringify(terms.features)}, ${millis(terms.createdAt)}, ${millis(terms.updatedAt)}
    from ${unnest(keys)} where true
    on conflict (license_key) do nothing returning id, license_key as "licenseKey"`)
  return rows.map((row) => ({ ...terms, ...row }))
}

const millis = (moment: Date | null) => moment?.getTime() ?? null

export async function updateLicenseRow(
  tx: Tx,
  id: number,
  changes: Partial<typeof licenses.$inferInsert>,
): Promise<License> {
  const [row] = await tx.update(licenses).set(changes).where(eq(licenses.id, id)).returning()
  return row!
}

/** Deletes licences with their activations and metadata. */
export async function deleteLicenseRows(tx: Tx, ids: number[]) {
  for (let start = 0; start < ids.length; start += idsPerDelete) {
    await tx.delete(licenses).where(inArray(licenses.id, ids.slice(start, start + idsPerDelete)))
  }
}

/** Assigns an available key to an owner; undefined if it does not exist or is not available. */
export async function assignAvailable(
  tx: Tx,
  licenseKey: string,
  owner: { ownerName: string | null; ownerEmail: string | null },
  now: Date,
): Promise<License | undefined> {
  const [row] = await tx
    .update(licenses)
    .set({ ...owner, status: 'assigned', assignedAt: now, updatedAt: now })
    .where(and(eq(licenses.licenseKey, licenseKey), eq(licenses.status, 'available')))
    .returning()
  return row
}

/** The oldest keys of a product that an order may take, at most `limit`. */
export async function listOldestAvailable(db: Queryable, productId: number, limit: number): Promise<number[]> {
  const rows = await selectAll<{ id: number }>(
    db,
    // If the limit were bound, SQLite would recompile the statement at each call.
    `select id from licenses where product_id = ? and ${isForSale} order by id limit ${Math.trunc(limit)}`,
    productId,
  )
  return rows.map(({ id }) => id)
}

const assignment = prepared((tx: Tx) =>
  tx
    .update(licenses)
    .set({
      ownerName: sql`${sql.placeholder('ownerName')}`,
      ownerEmail: sql`${sql.placeholder('ownerEmail')}`,
      status: 'assigned',
      assignedAt: sql`${sql.placeholder('now')}`,
      updatedAt: sql`${sql.placeholder('now')}`,
    })
    .where(inList(licenses.id, sql.placeholder('ids')))
    .returning()
    .prepare(),
)

/** Assigns these licences to an owner. Returns them by id. */
export async function assignLicenses(
  tx: Tx,
  ids: number[],
  owner: { ownerName: string | null; ownerEmail: string | null },
  now: Date,
): Promise<License[]> {
  const rows = await assignment(tx).execute({ ...owner, now: now.getTime(), ids: JSON.stringify(ids) })
  return rows.sort((a, b) => a.id - b.id)
}

const metaOf = prepared((db) =>
  db
    .select()
    .from(licenseMeta)
    .where(inList(licenseMeta.licenseId, sql.placeholder('ids')))
    .orderBy(asc(licenseMeta.id))
    .prepare(),
)

export const listMetaOf = async (db: Queryable, licenseIds: number[]) =>
  metaOf(db).execute({ ids: JSON.stringify(licenseIds) })

/**
 * The seats of a licence or device, with the callback address of each: the device's own, else the product's, else ''.
 */
export const listSeatHolders = (db: Queryable, whose: { licenseId: number } | { identifier: string }) =>
  db
    .select({
      identifier: activations.identifier,
      licenseKey: licenses.licenseKey,
      productId: licenses.productId,
      url: sql<string>`coalesce(nullif(${activations.postUrl}, ''), ${products.postUrl})`,
    })
    .from(activations)
    .innerJoin(licenses, eq(licenses.id, activations.licenseId))
    .innerJoin(products, eq(products.id, licenses.productId))
    .where(
      and(
        'licenseId' in whose
          ? eq(activations.licenseId, whose.licenseId)
          : eq(activations.identifier, whose.identifier),
        isNull(activations.deactivatedAt),
      ),
    )
    .orderBy(asc(activations.id))

/** The number of a product's keys that an order may take, of one generator or of all. */
export async function countAvailable(db: Queryable, productId: number, generatorId?: number): Promise<number> {
  const [row] = await db
    .select({ available: count() })
    .from(licenses)
    .where(
      and(
        eq(licenses.productId, productId),
        sql.raw(isForSale),
        generatorId === undefined ? undefined : eq(licenses.generatorId, generatorId),
      ),
    )
  return row!.available
}

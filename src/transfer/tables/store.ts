import { and, eq, getTableColumns, gt, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { apiKeys } from '../../../db/schema/access'
import { productMeta } from '../../../db/schema/catalog'
import { activationSightings, activations, type License, licenseMeta, licenses } from '../../../db/schema/licensing'
import { webhooks } from '../../../db/schema/work'
import type { Queryable, Tx } from '../../database/connection'
import { assignIdsAfter, findLastId, inList, insertMany } from '../../database/sets'
import { selectParts } from '../../database/statements'
import type { SeenActivation } from '../../features/activations/service'
import type { LineFields } from './table'

export { insertMany } from '../../database/sets'

type Numbered = SQLiteTable & { id: SQLiteColumn }

/** Gives each row its requested id if free, else the next one; later ids of the table follow the highest. */
export async function withIds<Row extends { id?: number | undefined }>(
  tx: Queryable,
  table: Numbered,
  rows: Row[],
): Promise<(Row & { id: number })[]> {
  const wished = rows.flatMap(({ id }) => (id === undefined ? [] : [id]))
  const taken = new Set(wished.length ? await listIds(tx, table, wished) : [])
  let last = Math.max(await findLastId(tx, table), ...chunkedMax(wished))
  const numbered = rows.map((row) => {
    const isFree = row.id !== undefined && !taken.has(row.id)
    const id = isFree ? row.id! : ++last
    taken.add(id)
    return { ...row, id }
  })
  await assignIdsAfter(tx, table, last)
  return numbered
}

const chunkedMax = (numbers: number[]) => (numbers.length ? [numbers.reduce((a, b) => Math.max(a, b))] : [])

/** The ids among these that are taken. */
async function listIds(tx: Queryable, table: Numbered, ids: number[]): Promise<number[]> {
  const rows = await selectParts<{ id: number }>(tx, sql`select id from ${table} where ${inList(table.id, ids)}`)
  return rows.map(({ id }) => id)
}

export const listLicensesByKey = (tx: Queryable, keys: string[]): Promise<License[]> =>
  Promise.resolve(tx.select().from(licenses).where(inList(licenses.licenseKey, keys)))

export const listLicensesById = (tx: Queryable, ids: number[]): Promise<License[]> =>
  Promise.resolve(tx.select().from(licenses).where(inList(licenses.id, ids)))

/** Every seat ever taken on these licences, oldest first, with its last `verify`. */
export const listSeatsOf = (db: Queryable, licenseIds: number[]): Promise<SeenActivation[]> =>
  Promise.resolve(
    db
      .select({ ...getTableColumns(activations), lastVerifiedAt: activationSightings.lastVerifiedAt })
      .from(activations)
      .leftJoin(activationSightings, eq(activationSightings.activationId, activations.id))
      .where(inList(activations.licenseId, licenseIds))
      .orderBy(activations.id),
  )

type SeatDraft = Omit<SeenActivation, 'id'> & { id?: number | undefined }

/** Inserts seats and their last-seen times; returns their ids, in order. */
export async function insertSeats(tx: Tx, drafts: SeatDraft[]): Promise<number[]> {
  if (!drafts.length) return []
  const seats = await withIds(tx, activations, drafts)
  const ids = seats.map(({ id }) => id)
  await insertMany(
    tx,
    activations,
    seats.map(({ lastVerifiedAt, ...seat }) => seat),
  )
  // An earlier seat may have had that id.
  await tx.delete(activationSightings).where(inList(activationSightings.activationId, ids))
  const seen = seats.flatMap(({ id, lastVerifiedAt }) => (lastVerifiedAt ? [{ activationId: id, lastVerifiedAt }] : []))
  await insertMany(tx, activationSightings, seen)
  return ids
}

export const listLicenseMetaOf = (db: Queryable, licenseIds: number[]) =>
  db.select().from(licenseMeta).where(inList(licenseMeta.licenseId, licenseIds)).orderBy(licenseMeta.id)

export const listProductMetaOf = (db: Queryable, productIds: number[]) =>
  db.select().from(productMeta).where(inList(productMeta.productId, productIds)).orderBy(productMeta.id)

export async function findByHash(tx: Queryable, hash: string) {
  const [row] = await tx.select().from(apiKeys).where(eq(apiKeys.hash, hash))
  return row
}

/** The existing webhook of a line: by uuid, else by name and address. */
export async function findWebhookLike(tx: Queryable, { uuid, name, url }: LineFields) {
  const [row] = await tx
    .select()
    .from(webhooks)
    .where(uuid ? eq(webhooks.uuid, uuid) : and(eq(webhooks.name, name), eq(webhooks.url, url)))
    .orderBy(webhooks.id)
    .limit(1)
  return row
}

const rowsPerPage = 500

/** Every row of a table by id, page by page. */
export async function* everyRow<T extends Numbered>(db: Queryable, table: T): AsyncGenerator<T['$inferSelect'][]> {
  for (let after: SQL = sql`0`; ; ) {
    const page = (await db
      .select()
      .from(table as SQLiteTable)
      .where(gt(table.id, after))
      .orderBy(table.id)
      .limit(rowsPerPage)) as T['$inferSelect'][]
    if (page.length) yield page
    if (page.length < rowsPerPage) return
    after = sql`${(page.at(-1) as { id: number }).id}`
  }
}

import { and, eq, inArray, isNotNull, or, sql } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { apiKeys, blocklist } from '../../../db/schema/access'
import { productMeta } from '../../../db/schema/catalog'
import { activations, contracts, type License, licenseMeta, licenses, telemetry } from '../../../db/schema/licensing'
import {
  bulkParts,
  bulkRuns,
  deliveries,
  deliveryAttempts,
  idempotencyKeys,
  jobs,
  operatorRequests,
  unansweredOrders,
} from '../../../db/schema/work'
import type { Queryable, Tx } from '../../database/connection'
import { hasKeyAmong, type RowKey, rowKeyOf, selectKey } from '../../database/row-keys'
import { contains, inList, unnest } from '../../database/sets'

/** The licences of a person, by e-mail address ignoring case. */
export const listLicensesOf = (db: Queryable, email: string): Promise<License[]> =>
  Promise.resolve(
    db
      .select()
      .from(licenses)
      .where(inArray(sql`lower(${licenses.ownerEmail})`, [...new Set([email, email.toLowerCase()])].map(lower))),
  )

const lower = (text: string) => sql`lower(${text})`

export const listMetaOfLicenses = (db: Queryable, ids: readonly number[]) =>
  Promise.resolve(db.select().from(licenseMeta).where(inList(licenseMeta.licenseId, ids)))

export const listActivationsOf = (db: Queryable, ids: readonly number[]) =>
  Promise.resolve(db.select().from(activations).where(inList(activations.licenseId, ids)))

const holds = (column: SQLiteColumn, texts: readonly string[]) =>
  sql`exists (select 1 from ${unnest(texts)} as texts where ${contains(sql`lower(${column})`, sql`lower(texts.value)`)})`

const reportOf = (keys: readonly string[], email: string) =>
  or(
    inList(telemetry.licenseKey, keys),
    ...[telemetry.userIdentifier, telemetry.data, telemetry.metadata, telemetry.activationIdentifier].map((column) =>
      holds(column, [email]),
    ),
  )

/** Telemetry that contains the address or is about these licences. */
export const listTelemetryOf = (db: Queryable, keys: readonly string[], email: string) =>
  Promise.resolve(db.select().from(telemetry).where(reportOf(keys, email)))

export async function deleteTelemetryById(tx: Tx, ids: readonly number[]) {
  await tx.delete(telemetry).where(inList(telemetry.id, ids))
}

/** Tables that store requests or answers as JSON. */
const documentColumns = {
  deliveries: [deliveries, deliveries.content],
  jobs: [jobs, jobs.payload],
  idempotency_keys: [idempotencyKeys, idempotencyKeys.answer],
  unanswered_orders: [unansweredOrders, unansweredOrders.answer],
} as const

export type DocumentKind = keyof typeof documentColumns
export const documentKinds = Object.keys(documentColumns) as DocumentKind[]

/** A text in a row, with the row's key. */
export interface StoredText {
  key: RowKey
  content: string
}

/** The rows of a table that contain one of these texts. */
export const listDocuments = (db: Queryable, name: DocumentKind, texts: readonly string[]) =>
  listTexts(db, documentColumns[name], texts)

export const putDocument = (tx: Tx, name: DocumentKind, sheet: StoredText) => putText(tx, documentColumns[name], sheet)

/** Free-text columns, written by people, receivers or devices. */
const remarks: readonly (readonly [SQLiteTable, SQLiteColumn])[] = [
  [contracts, contracts.name],
  [contracts, contracts.information],
  [blocklist, blocklist.reason],
  [licenses, licenses.blockReason],
  [licenseMeta, licenseMeta.value],
  [productMeta, productMeta.value],
  [apiKeys, apiKeys.name],
  [activations, activations.postUrl],
  [activations, activations.userAgent],
  [deliveries, deliveries.url],
  [deliveryAttempts, deliveryAttempts.responseBody],
  [deliveryAttempts, deliveryAttempts.responseHeaders],
  [deliveryAttempts, deliveryAttempts.error],
  [jobs, jobs.lastError],
  [bulkRuns, bulkRuns.input],
  [bulkParts, bulkParts.results],
]

/** Free text that contains the address, by column. */
export async function listRemarks(db: Queryable, email: string) {
  const found: (StoredText & { column: number; place: string })[] = []
  for (const [column, place] of remarks.entries()) {
    const name = `${place[1].table[Symbol.for('drizzle:Name') as never]}.${place[1].name}`
    for (const sheet of await listTexts(db, place, [email])) found.push({ ...sheet, column, place: name })
  }
  return found
}

export const putRemark = (tx: Tx, column: number, sheet: StoredText) => putText(tx, remarks[column]!, sheet)

async function listTexts(
  db: Queryable,
  [table, column]: readonly [SQLiteTable, SQLiteColumn],
  texts: readonly string[],
): Promise<StoredText[]> {
  const rows = await db
    .select({ ...selectKey(table), stored_text: sql<string>`${column}` })
    .from(table)
    .where(holds(column, texts))
  return rows.map((row) => ({ key: rowKeyOf(table, row), content: String(row.stored_text) }))
}

async function putText(tx: Tx, [table, column]: readonly [SQLiteTable, SQLiteColumn], { key, content }: StoredText) {
  await tx.run(sql`update ${table} set ${sql.identifier(column.name)} = ${content} where ${hasKeyAmong(table, [key])}`)
}

/** Deletes finished orders; of repeatable ones, replaces the hash by which the request could be guessed. */
export async function forgetOrders(tx: Tx, keys: Record<DocumentKind, readonly RowKey[]>, hash: string) {
  const isOver = and(inArray(jobs.state, ['done', 'dead']), eq(jobs.kind, 'fulfil-order'))
  await tx.delete(jobs).where(and(isOver, hasKeyAmong(jobs, keys.jobs)))
  await tx.delete(unansweredOrders).where(hasKeyAmong(unansweredOrders, keys.unanswered_orders))
  await tx.update(idempotencyKeys).set({ requestHash: hash }).where(hasKeyAmong(idempotencyKeys, keys.idempotency_keys))
}

/** Clears all answers stored for users' repeated requests: they are sealed, so nobody can tell whom they name. */
export async function clearOperatorAnswers(tx: Tx) {
  await tx.update(operatorRequests).set({ sealedAnswer: null })
}

/** Clears the stored answers of receivers to these deliveries. */
export async function clearAnswers(tx: Tx, deliveryIds: readonly number[]) {
  await tx
    .update(deliveryAttempts)
    .set({ responseBody: '', responseHeaders: null, error: null })
    .where(inList(deliveryAttempts.deliveryId, deliveryIds))
}

/** Removes the person from licences and devices: no owner, no metadata, no freed seats, no traces of connections. */
export async function disownLicenses(tx: Tx, ids: readonly number[], now: Date) {
  await tx
    .update(licenses)
    .set({ ownerName: null, ownerEmail: null, blockReason: null, updatedAt: now })
    .where(inList(licenses.id, ids))
  await tx.delete(licenseMeta).where(inList(licenseMeta.licenseId, ids))
  const isTheirs = inList(activations.licenseId, ids)
  await tx.delete(activations).where(and(isTheirs, isNotNull(activations.deactivatedAt)))
  await tx.update(activations).set({ ip: '', userAgent: '', postUrl: '' }).where(isTheirs)
}

/** Frees seats whose device is named by a person's name or address. */
export async function deleteActivations(tx: Tx, ids: readonly number[]) {
  await tx.delete(activations).where(inList(activations.id, ids))
}

/** Whether a queued order contains one of these texts. */
export const hasWaitingOrder = async (db: Queryable, texts: readonly string[]) => {
  const waits = and(inArray(jobs.state, ['queued', 'running']), eq(jobs.kind, 'fulfil-order'))
  return (await db.$count(jobs, and(waits, holds(jobs.payload, texts)))) > 0
}

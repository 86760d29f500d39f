import { asc, eq, or, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { apiKeys } from '../../../../db/schema/access'
import { products, releases } from '../../../../db/schema/catalog'
import { activations, contracts, type License, licenses } from '../../../../db/schema/licensing'
import { auditLog, calls } from '../../../../db/schema/operations'
import { webhooks } from '../../../../db/schema/work'
import type { Queryable } from '../../../database/connection'
import { beginsWith } from '../../../database/page'
import { scanPage } from '../../../database/scan'
import { contains } from '../../../database/sets'
import { keyInAnyCase } from '../license-filter-store'
import { searchForms } from '../search'
import { isAbout } from '../text-store'

/** A text to find, and how many of each kind. */
interface Sought {
  text: string
  limit: number
}

const lowered = (column: SQLiteColumn) => sql`lower(${column})`
const begins = (column: SQL, text: string) => or(...searchForms(text).map((form) => beginsWith(column, form)))
const holds = (text: string, ...columns: SQLiteColumn[]) =>
  or(...columns.flatMap((column) => searchForms(text).map((form) => contains(lowered(column), form))))

/** Licences whose key, or whose owner's name or address, begins so. */
export async function listBeginning(db: Queryable, { text, limit }: Sought): Promise<License[]> {
  const conditions = [
    beginsWith(keyInAnyCase, text),
    begins(lowered(licenses.ownerEmail), text),
    begins(lowered(licenses.ownerName), text),
  ]
  const found = new Map<number, License>()
  for (const condition of conditions) {
    const rows = await db.select().from(licenses).where(condition).limit(limit)
    for (const row of rows) found.set(row.id, row)
  }
  return [...found.values()]
}

/** Licences with the text anywhere, newest first; as many as are found in time. */
export async function scanLicenses(reader: () => Queryable, { text, limit }: Sought, budgetMs?: number) {
  const test = await isAbout(reader(), text)
  return scanPage(reader, licenses, { ...newest(limit), sorts: { id: licenses.id }, test, budgetMs })
}

const newest = (limit: number) => ({ wanted: { sort: '-id', limit } })

/** Devices whose identifier begins so, each with a licence. */
export const listDevicesBeginning = (db: Queryable, { text, limit }: Sought) =>
  db
    .select({ identifier: activations.identifier, licenseKey: licenses.licenseKey, licenseId: licenses.id })
    .from(activations)
    .innerJoin(licenses, eq(licenses.id, activations.licenseId))
    .where(beginsWith(sql`${activations.identifier}`, text))
    .orderBy(asc(activations.identifier))
    .limit(limit)

/** Devices with the text anywhere in their identifier, latest first; as many as are found in time. */
export const scanDevices = (reader: () => Queryable, { text, limit }: Sought, budgetMs?: number) =>
  scanPage(reader, activations, {
    ...newest(limit),
    sorts: { id: activations.id },
    test: holds(text, activations.identifier),
    budgetMs,
  })

/** A thing that people gave a name. */
export interface NamedThing {
  id: number
  name: string
  about: string
}

/** Things of the smaller tables with the text in a name, address or prefix, by kind. */
export async function listNamed(db: Queryable, { text, limit }: Sought): Promise<Record<NamedKind, NamedThing[]>> {
  const { id, name, slug, uuid } = products
  return {
    product: await db
      .select({ id, name, about: sql<string>`coalesce(${slug}, '')` })
      .from(products)
      .where(holds(text, name, slug, uuid))
      .limit(limit),
    contract: await db
      .select({ id: contracts.id, name: contracts.name, about: contracts.information })
      .from(contracts)
      .where(holds(text, contracts.name, contracts.information))
      .limit(limit),
    release: await db
      .select({ id: releases.id, name: releases.version, about: products.name })
      .from(releases)
      .innerJoin(products, eq(products.id, releases.productId))
      .where(holds(text, releases.version, releases.fileName))
      .limit(limit),
    webhook: await db
      .select({ id: webhooks.id, name: webhooks.name, about: webhooks.url })
      .from(webhooks)
      .where(holds(text, webhooks.name, webhooks.url))
      .limit(limit),
    api_key: await db
      .select({ id: apiKeys.id, name: apiKeys.name, about: apiKeys.prefix })
      .from(apiKeys)
      .where(holds(text, apiKeys.name, apiKeys.prefix))
      .limit(limit),
  }
}

export type NamedKind = 'product' | 'contract' | 'release' | 'webhook' | 'api_key'

/** The latest call and the latest change of a request; undefined where none is found in time. */
export async function findRequest(reader: () => Queryable, requestId: string, budgetMs?: number) {
  const scans = { ...newest(1), budgetMs: budgetMs && budgetMs / 2 }
  const call = await scanPage(reader, calls, {
    ...scans,
    sorts: { id: calls.id },
    test: eq(calls.requestId, requestId),
  })
  const change = await scanPage(reader, auditLog, {
    ...scans,
    sorts: { id: auditLog.id },
    test: eq(auditLog.requestId, requestId),
  })
  return {
    call: call.rows[0],
    change: change.rows[0],
    isComplete: Boolean(call.rows[0] ?? change.rows[0]) || !(call.next || change.next),
  }
}

import { and, asc, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import { activations, type License, licenses, seatIsTaken } from '../../../db/schema/licensing'
import { type BulkResult, type BulkRun, bulkParts, bulkRuns } from '../../../db/schema/work'
import type { Queryable, Tx } from '../../database/connection'
import { type PageRequest, pageOf } from '../../database/page'
import { inList } from '../../database/sets'

export async function insertRun(tx: Tx, run: typeof bulkRuns.$inferInsert): Promise<BulkRun> {
  const [row] = await tx.insert(bulkRuns).values(run).returning()
  return row!
}

const partsPerInsert = 2000

/** Some licences of a run, which one write changes. */
export interface Part {
  part: number
  licenseIds: readonly number[]
}

export async function insertParts(tx: Tx, bulkId: number, parts: readonly Part[]) {
  for (let start = 0; start < parts.length; start += partsPerInsert) {
    const rows = parts.slice(start, start + partsPerInsert)
    await tx
      .insert(bulkParts)
      .values(rows.map(({ part, licenseIds }) => ({ bulkId, part, licenseIds: [...licenseIds] })))
  }
}

export async function findRun(db: Queryable, id: number): Promise<BulkRun | undefined> {
  const [row] = await db.select().from(bulkRuns).where(eq(bulkRuns.id, id))
  return row
}

/** The run that undoes another. */
export async function findUndoing(db: Queryable, id: number): Promise<BulkRun | undefined> {
  const [row] = await db.select().from(bulkRuns).where(eq(bulkRuns.undoes, id))
  return row
}

export const pageRuns = (db: Queryable, wanted: PageRequest) =>
  pageOf(db, bulkRuns, { sorts: { id: bulkRuns.id }, wanted })

export async function updateRun(tx: Tx, id: number, changes: Partial<BulkRun>): Promise<BulkRun> {
  const [row] = await tx.update(bulkRuns).set(changes).where(eq(bulkRuns.id, id)).returning()
  return row!
}

/** The next part that has to be done. */
export async function findNextPart(db: Queryable, bulkId: number) {
  const [row] = await db
    .select({ part: bulkParts.part, licenseIds: bulkParts.licenseIds })
    .from(bulkParts)
    .where(and(eq(bulkParts.bulkId, bulkId), isNull(bulkParts.results)))
    .orderBy(asc(bulkParts.part))
    .limit(1)
  return row
}

export async function putResults(tx: Tx, bulkId: number, part: number, results: BulkResult[]) {
  await tx
    .update(bulkParts)
    .set({ results })
    .where(and(eq(bulkParts.bulkId, bulkId), eq(bulkParts.part, part)))
}

/** The parts of a run that are done, or one of them, with their results. */
export async function listDone(db: Queryable, bulkId: number, part?: number) {
  const rows = await db
    .select({ part: bulkParts.part, results: bulkParts.results })
    .from(bulkParts)
    .where(
      and(
        eq(bulkParts.bulkId, bulkId),
        isNotNull(bulkParts.results),
        part === undefined ? undefined : eq(bulkParts.part, part),
      ),
    )
    .orderBy(asc(bulkParts.part))
  return rows.map(({ part, results }) => ({ part, results: results ?? [] }))
}

/** The first refusals of a run, with the keys of licences that are still there. */
export async function listRefusals(db: Queryable, bulkId: number, limit: number) {
  const refused: { id: number; reason: string }[] = []
  const rows = await db
    .select({ results: bulkParts.results })
    .from(bulkParts)
    .where(and(eq(bulkParts.bulkId, bulkId), sql`${bulkParts.results} like '%"refused":%'`))
    .orderBy(asc(bulkParts.part))
    .limit(limit)
  for (const { results } of rows) {
    for (const { id, refused: reason } of results ?? []) if (reason !== undefined) refused.push({ id, reason })
  }
  return refused.slice(0, limit)
}

/** Those of the licences that are there, by id. */
export async function mapLicensesById(db: Queryable, ids: readonly number[]): Promise<Map<number, License>> {
  const rows = await db.select().from(licenses).where(inList(licenses.id, ids))
  return new Map(rows.map((row) => [row.id, row]))
}

/** How many seats are taken on all of these licences. */
export async function countSeatsOn(db: Queryable, ids: readonly number[]): Promise<number> {
  const [row] = await db
    .select({ taken: sql<number>`count(*)` })
    .from(activations)
    .where(and(inList(activations.licenseId, ids), sql.raw(seatIsTaken)))
  return row!.taken
}

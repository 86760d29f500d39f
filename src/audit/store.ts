import { and, asc, desc, eq, gt, gte, lt, lte, or, sql } from 'drizzle-orm'
import { type AuditCheckpoint, type AuditEntry, auditCheckpoints, auditLog } from '../../db/schema/operations'
import type { Queryable } from '../database/connection'
import { prepared } from '../database/database'
import { pageOf, type Wanted } from '../database/page'

const headQuery = prepared((db) =>
  db
    .select({ id: auditLog.id, hash: auditLog.hash })
    .from(auditLog)
    .orderBy(desc(auditLog.id))
    // Bound, SQLite would compile it again at each call.
    .limit(sql.raw('1') as never)
    .prepare(),
)

/** The last row, which the next one is chained to; undefined while there is none. */
export async function findHead(db: Queryable): Promise<Pick<AuditEntry, 'id' | 'hash'> | undefined> {
  const [row] = await headQuery(db).execute()
  return row
}

const insertQuery = prepared((db) =>
  db
    .insert(auditLog)
    .values({
      id: sql.placeholder('id'),
      at: sql.placeholder('at'),
      actor: sql.placeholder('actor'),
      requestId: sql.placeholder('requestId'),
      verb: sql.placeholder('verb'),
      subject: sql.placeholder('subject'),
      subjectId: sql.placeholder('subjectId'),
      batchFrom: sql.placeholder('batchFrom'),
      batchTo: sql.placeholder('batchTo'),
      before: sql.placeholder('before'),
      after: sql.placeholder('after'),
      hash: sql.placeholder('hash'),
    })
    .prepare(),
)

export async function insertEntry(tx: Queryable, entry: AuditEntry) {
  await insertQuery(tx).execute(entry as Record<string, unknown>)
}

// Batches of one subject do not overlap but for those made for another reason: the few that start nearest are enough.
const nearestBatches = 100

/** The latest rows about one thing, the latest first; those of batches that it was among too. */
export const listEntriesOf = (db: Queryable, subject: string, id: number, limit: number): Promise<AuditEntry[]> =>
  Promise.resolve(
    db
      .select()
      .from(auditLog)
      .where(
        sql`${auditLog.id} in (
          select id from (
            select id from audit_log where subject = ${subject} and subject_id = ${String(id)}
            order by id desc limit ${limit})
          union
          select id from (
            select id, batch_to from audit_log
            where subject = ${subject} and batch_from is not null and batch_from <= ${id}
            order by batch_from desc limit ${nearestBatches})
          where batch_to >= ${id})`,
      )
      .orderBy(desc(auditLog.id))
      .limit(limit),
  )

/** Which entries are wanted: of one actor, verb or thing, from one moment until before another. */
export interface EntryFilter {
  actor?: string | undefined
  verb?: string | undefined
  subject?: string | undefined
  /** The thing's id; rows that stand for many things at once count where it is among them. */
  subjectId?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
}

/** A page of the audit log. */
export const pageEntries = (db: Queryable, filter: EntryFilter, wanted: Wanted) => {
  const { actor, verb, subject, subjectId, from, to } = filter
  const where = and(
    actor === undefined ? undefined : eq(auditLog.actor, actor),
    verb === undefined ? undefined : eq(auditLog.verb, verb),
    subject === undefined ? undefined : eq(auditLog.subject, subject),
    subjectId === undefined ? undefined : isAbout(subjectId),
    from && gte(auditLog.at, from),
    to && lt(auditLog.at, to),
  )
  return pageOf(db, auditLog, { where, sorts: { id: auditLog.id }, wanted })
}

const isAbout = (subjectId: string) =>
  /^\d{1,15}$/.test(subjectId)
    ? or(
        eq(auditLog.subjectId, subjectId),
        and(lte(auditLog.batchFrom, Number(subjectId)), gte(auditLog.batchTo, Number(subjectId))),
      )
    : eq(auditLog.subjectId, subjectId)

export async function findEntry(db: Queryable, id: number): Promise<AuditEntry | undefined> {
  const [row] = await db.select().from(auditLog).where(eq(auditLog.id, id))
  return row
}

/** The rows behind one, in the order of the chain. */
export const listEntries = (db: Queryable, after: number, limit: number) =>
  db.select().from(auditLog).where(gt(auditLog.id, after)).orderBy(asc(auditLog.id)).limit(limit)

/** The checkpoints of rows behind one and up to another; of all that come where there is no other. */
export const listCheckpoints = (db: Queryable, after: number, last?: number) =>
  db
    .select()
    .from(auditCheckpoints)
    .where(
      and(gt(auditCheckpoints.auditId, after), last === undefined ? undefined : lte(auditCheckpoints.auditId, last)),
    )
    .orderBy(asc(auditCheckpoints.auditId))

export async function findLastCheckpoint(db: Queryable): Promise<AuditCheckpoint | undefined> {
  const [row] = await db.select().from(auditCheckpoints).orderBy(desc(auditCheckpoints.auditId)).limit(1)
  return row
}

/** Keeps a checkpoint; one of the same row that is there already stays. */
export async function insertCheckpoint(tx: Queryable, checkpoint: AuditCheckpoint) {
  await tx.insert(auditCheckpoints).values(checkpoint).onConflictDoNothing()
}

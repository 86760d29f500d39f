import { desc, sql } from 'drizzle-orm'
import { type AuditEntry, auditLog } from '../../db/schema/operations'
import type { Queryable } from '../database/connection'
import { prepared } from '../database/database'

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

import { and, asc, desc, eq, gt, gte, inArray, like, lt, lte, or, sql } from 'drizzle-orm'
import {
  type AuditCheckpoint,
  type AuditEntry,
  type AuditHead,
  auditCheckpoints,
  auditLog,
} from '../../db/schema/operations'
import type { Queryable, Tx } from '../database/connection'
import { type PageRequest, pageOf } from '../database/page'
import { contains, inList } from '../database/sets'
import { execute, selectAll, selectOne } from '../database/statements'
import { commandLine } from '../kernel/author'
import { parseId } from '../kernel/ids'
import type { Verb } from './verbs'

/** The last entry; undefined if there is none. */
export const findLastEntry = async (db: Queryable) =>
  selectOne<Pick<AuditEntry, 'id' | 'hash'>>(db, 'select id, hash from audit_log order by id desc limit 1')

const headAndLast = `select id, audit_id as "auditId", hash, checkpoints, unkeyed_until as "unkeyedUntil", mac,
  coalesce((select max(id) from audit_log), 0) as "lastId" from audit_head where id = 1`

/** The head, and the id of the entry that is really last; undefined if there is no head. */
export async function findHead(db: Queryable): Promise<{ head: AuditHead; lastId: number } | undefined> {
  const row = await selectOne<AuditHead & { lastId: number }>(db, headAndLast)
  if (!row) return undefined
  const { lastId, ...head } = row
  return { head, lastId }
}

export async function putHead(tx: Tx, head: Omit<AuditHead, 'id'>) {
  const { auditId, hash, checkpoints, unkeyedUntil, mac } = head
  await execute(tx, placement, auditId, hash, checkpoints, unkeyedUntil, mac)
}

const placement = `insert into audit_head (id, audit_id, hash, checkpoints, unkeyed_until, mac) values (1, ?, ?, ?, ?, ?)
  on conflict (id) do update set audit_id = excluded.audit_id, hash = excluded.hash,
  checkpoints = excluded.checkpoints, unkeyed_until = excluded.unkeyed_until, mac = excluded.mac`

const insertion = `insert into audit_log (id, at, actor, request_id, verb, subject, subject_id, batch_from, batch_to,
  before, after, hash, salt) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

export async function insertEntry(tx: Tx, entry: Omit<AuditEntry, 'redaction'>) {
  const { id, at, actor, requestId, verb, subject, subjectId, batchFrom, batchTo, before, after, hash, salt } = entry
  const values = [actor, requestId, verb, subject, subjectId, batchFrom, batchTo, before, after, hash, salt]
  await execute(tx, insertion, id, at.getTime(), ...values)
}

// Batches of one subject rarely overlap, so the few that start nearest are enough.
const nearestBatches = 100

/** The latest rows about one thing, latest first, including batches it was part of. */
export const listEntriesOf = (db: Queryable, subject: string, id: number, limit: number): Promise<AuditEntry[]> =>
  Promise.resolve(
    db
      .select()
      .from(auditLog)
      .where(
        sql`${auditLog.id} in (
          select id from (
            select id from audit_log where subject = ${subject} and subject_id = ${String(id)}
            order by id desc limit ${limit}) as about
          union
          select id from (
            select id, batch_to from audit_log
            where subject = ${subject} and batch_from is not null and batch_from <= ${id}
            order by batch_from desc limit ${nearestBatches}) as nearest
          where batch_to >= ${id})`,
      )
      .orderBy(desc(auditLog.id))
      .limit(limit),
  )

/** The latest rows with one verb about one thing, latest first. */
export const listEntriesWithVerb = (db: Queryable, verb: Verb, id: number, limit: number): Promise<AuditEntry[]> =>
  Promise.resolve(
    db
      .select()
      .from(auditLog)
      .where(
        and(
          eq(auditLog.subject, verb.slice(0, verb.indexOf('.'))),
          eq(auditLog.subjectId, String(id)),
          eq(auditLog.verb, verb),
        ),
      )
      .orderBy(desc(auditLog.id))
      .limit(limit),
  )

/** Filters entries by actor, verbs, kinds of things or one thing, and by time, from one moment until before another. */
export interface EntryFilter {
  /** `command line` matches every login there. */
  actor?: string | undefined
  verbs?: string[] | undefined
  subjects?: string[] | undefined
  /** The thing's id; matches batches that include it too. */
  subjectId?: string | undefined
  requestId?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
}

/** A page of the audit log. */
export const pageEntries = (db: Queryable, filter: EntryFilter, wanted: PageRequest) =>
  pageOf(db, auditLog, { where: matches(filter), sorts: { id: auditLog.id }, wanted })

/** The entries that a filter lets through, in chain order, after one id and up to another. */
export const listMatching = (
  db: Queryable,
  filter: EntryFilter,
  { after, last }: { after: number; last: number },
  limit: number,
) =>
  db
    .select()
    .from(auditLog)
    .where(and(gt(auditLog.id, after), lte(auditLog.id, last), matches(filter)))
    .orderBy(asc(auditLog.id))
    .limit(limit)

const matches = ({ actor, verbs, subjects, subjectId, requestId, from, to }: EntryFilter) =>
  and(
    actor === undefined ? undefined : isBy(actor),
    verbs && inArray(auditLog.verb, verbs),
    subjects && inArray(auditLog.subject, subjects),
    subjectId === undefined ? undefined : isAbout(subjectId),
    requestId === undefined ? undefined : eq(auditLog.requestId, requestId),
    from && gte(auditLog.at, from),
    to && lt(auditLog.at, to),
  )

const countsByActor = `select actor, verb, count(*) as entries, max(at) as "lastAt"
  from (select actor, verb, at from audit_log order by id desc limit ?) as latest group by actor, verb`

/** How many of the latest entries each actor made, by verb. */
export const countByActor = async (db: Queryable, latest: number) =>
  selectAll<{ actor: string; verb: string; entries: number; lastAt: number }>(db, countsByActor, latest)

const isBy = (actor: string) =>
  actor === commandLine
    ? or(eq(auditLog.actor, actor), like(auditLog.actor, `${commandLine} (%`))
    : eq(auditLog.actor, actor)

function isAbout(subjectId: string) {
  const id = parseId(subjectId)
  const isTheirs = eq(auditLog.subjectId, subjectId)
  return id === undefined ? isTheirs : or(isTheirs, and(lte(auditLog.batchFrom, id), gte(auditLog.batchTo, id)))
}

export async function findEntry(db: Queryable, id: number): Promise<AuditEntry | undefined> {
  const [row] = await db.select().from(auditLog).where(eq(auditLog.id, id))
  return row
}

/** The rows after one, in chain order. */
export const listEntries = (db: Queryable, after: number, limit: number) =>
  db.select().from(auditLog).where(gt(auditLog.id, after)).orderBy(asc(auditLog.id)).limit(limit)

/** The checkpoints of the rows after one and up to another, or up to the end. */
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

/** Stores a checkpoint and returns whether it is new; an existing one of the same row stays. */
export async function insertCheckpoint(tx: Tx, checkpoint: AuditCheckpoint) {
  const rows = await tx.insert(auditCheckpoints).values(checkpoint).onConflictDoNothing().returning()
  return rows.length > 0
}

export const countCheckpoints = (db: Queryable) => db.$count(auditCheckpoints)

/** The entries that contain a text, in any case, or concern one of these licences. */
export const listPersonalEntries = (
  db: Queryable,
  { text, licenseIds }: { text: string; licenseIds: readonly number[] },
): Promise<AuditEntry[]> =>
  Promise.resolve(
    db
      .select()
      .from(auditLog)
      .where(
        or(
          contains(
            sql`lower(coalesce(${auditLog.before}, '') || coalesce(${auditLog.after}, ''))`,
            sql`lower(${text})`,
          ),
          and(eq(auditLog.subject, 'license'), inList(auditLog.subjectId, licenseIds.map(String))),
        ),
      )
      .orderBy(asc(auditLog.id)),
  )

/** Replaces an entry with its version without personal data. */
export async function putRedaction(
  tx: Tx,
  { id, before, after, redaction }: Pick<AuditEntry, 'id' | 'before' | 'after' | 'redaction'>,
) {
  await tx.update(auditLog).set({ before, after, redaction, salt: null }).where(eq(auditLog.id, id))
}

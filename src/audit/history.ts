import type { AuditEntry } from '../../db/schema/operations'
import type { Queryable } from '../database/connection'
import { listEntriesOf } from './store'

/** What became of one thing, the latest first; rows that stand for many made at once are among them. */
export async function historyOf(db: Queryable, subject: string, id: number, limit: number): Promise<Happening[]> {
  const entries = await listEntriesOf(db, subject, id, limit)
  return entries.map(({ at, actor, verb, before, after }) => ({
    at: at.toISOString(),
    actor,
    verb,
    before: before === null ? null : JSON.parse(before),
    after: after === null ? null : JSON.parse(after),
  }))
}

export interface Happening extends Pick<AuditEntry, 'actor' | 'verb'> {
  /** ISO 8601, UTC. */
  at: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

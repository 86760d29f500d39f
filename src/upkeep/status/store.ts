import { and, count, eq, gte, isNotNull, isNull, min, ne, sql } from 'drizzle-orm'
import { hasEndedBefore } from '../../../db/schema/expiry'
import { activations, licenses } from '../../../db/schema/licensing'
import { jobs } from '../../../db/schema/work'
import type { Queryable } from '../../database/connection'

/** The number of licences in each state; expired ones count as assigned, revoked ones not as blocked. */
export async function countLicenses(db: Queryable, now: Date) {
  const rows = await db.select({ status: licenses.status, number: count() }).from(licenses).groupBy(licenses.status)
  const [{ revoked } = { revoked: 0 }] = await db
    .select({ revoked: count() })
    .from(licenses)
    .where(and(eq(licenses.status, 'blocked'), isNotNull(licenses.revokedAt)))
  const [{ expired } = { expired: 0 }] = await db
    .select({ expired: count() })
    .from(licenses)
    .where(hasEndedBefore(licenses, now))
  const of = (status: string) => rows.find((row) => row.status === status)?.number ?? 0
  return {
    available: of('available'),
    assigned: of('assigned'),
    expired,
    reserved: of('reserved'),
    blocked: of('blocked') - revoked,
    revoked,
  }
}

/** The seats taken now, and those taken since a moment. */
export async function countActivations(db: Queryable, since: Date) {
  const [active] = await db.select({ number: count() }).from(activations).where(isNull(activations.deactivatedAt))
  const [fresh] = await db.select({ number: count() }).from(activations).where(gte(activations.activatedAt, since))
  return { active: active!.number, today: fresh!.number }
}

/** Queued, running and abandoned jobs, and since when the oldest due one has waited. */
export async function countJobs(db: Queryable, now: Date) {
  const rows = await db
    .select({ state: jobs.state, number: count() })
    .from(jobs)
    .where(ne(jobs.state, 'done'))
    .groupBy(jobs.state)
  const due = and(eq(jobs.state, 'queued'), sql`${jobs.runAt} <= ${now.getTime()}`)
  const [waiting] = await db
    .select({ number: count(), since: min(jobs.runAt) })
    .from(jobs)
    .where(due)
  const of = (state: string) => rows.find((row) => row.state === state)?.number ?? 0
  return {
    queued: of('queued'),
    running: of('running'),
    dead: of('dead'),
    due: waiting!.number,
    dueSince: waiting!.since,
  }
}

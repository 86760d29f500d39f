import { and, asc, eq, inArray } from 'drizzle-orm'
import { signingKeys } from '../../../db/schema/operations'
import { jobs, webhooks } from '../../../db/schema/work'
import type { Queryable } from '../../database/connection'

/** Every key pair, by columns that databases of all versions have. */
export const listKeyPairs = (db: Queryable) =>
  db
    .select({ id: signingKeys.id, publicPem: signingKeys.publicPem, sealedPrivate: signingKeys.sealedPrivate })
    .from(signingKeys)
    .orderBy(asc(signingKeys.id))

/** The sealed secret of every webhook. */
export const listSealedSecrets = (db: Queryable) =>
  db
    .select({ id: webhooks.id, uuid: webhooks.uuid, sealedSecret: webhooks.sealedSecret })
    .from(webhooks)
    .orderBy(asc(webhooks.id))

/** The queued and running jobs of that kind. */
export const listPendingOf = (db: Queryable, kind: string) =>
  db
    .select({ payload: jobs.payload, state: jobs.state, createdAt: jobs.createdAt })
    .from(jobs)
    .where(and(eq(jobs.kind, kind), inArray(jobs.state, ['queued', 'running'])))
    .orderBy(asc(jobs.id))

import { and, asc, eq, inArray } from 'drizzle-orm'
import { jobs, webhooks } from '../../../db/schema/work'
import type { Queryable } from '../../database/connection'
import { selectAll } from '../../database/statements'

/** A row of signing keys; databases of older versions have no columns for a companion. */
interface KeyPairRow {
  id: string
  product_id: number | null
  public_pem: string
  sealed_private: Uint8Array
  companion_id?: string | null
  companion_pem?: string | null
  sealed_companion?: Uint8Array | null
  companion_certificate?: string | null
}

/** Every key pair, and its companion if it has one, of a database of any version. */
export async function listKeyPairs(db: Queryable) {
  const rows = await selectAll<KeyPairRow>(db, 'select * from signing_keys order by id')
  return rows.map((row) => ({
    id: row.id,
    productId: row.product_id,
    publicPem: row.public_pem,
    sealedPrivate: Buffer.from(row.sealed_private),
    companionId: row.companion_id ?? null,
    companionPem: row.companion_pem ?? null,
    sealedCompanion: row.sealed_companion ? Buffer.from(row.sealed_companion) : null,
    companionCertificate: row.companion_certificate ?? null,
  }))
}

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

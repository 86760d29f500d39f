import { eq } from 'drizzle-orm'
import { installation } from '../../db/schema/operations'
import type { Queryable, Writable } from '../database/connection'
import type { LastBackup, LastBackupFailure, RestoredFrom } from './backup/view'

/** What upkeep remembers of itself, as JSON among the facts of the installation. */
export interface InstallationFacts {
  /** The last backup that was verified. */
  last_backup: LastBackup
  /** The last one of its own that the server could not take, unless one was taken since. */
  last_backup_failure: LastBackupFailure
  /** The backup that this folder was made of, when it was taken, and when that was done. */
  restored: RestoredFrom
  /** Where the backups lie that the server has taken by itself and not removed yet, newest first. */
  own_backups: string[]
  /** When old rows were last removed and the database tidied. */
  last_upkeep: { at: string }
  /** Deliveries and finished jobs from before that moment are gone. */
  forgotten: { until: string }
}

export async function findFact<Name extends keyof InstallationFacts>(
  db: Queryable,
  name: Name,
): Promise<InstallationFacts[Name] | undefined> {
  const [row] = await db.select().from(installation).where(eq(installation.key, name))
  return row && JSON.parse(row.value)
}

export const forgetFact = async (tx: Writable, name: keyof InstallationFacts) =>
  void (await tx.delete(installation).where(eq(installation.key, name)))

export async function putFact<Name extends keyof InstallationFacts>(
  tx: Writable,
  name: Name,
  fact: InstallationFacts[Name],
) {
  const value = JSON.stringify(fact)
  await tx
    .insert(installation)
    .values({ key: name, value })
    .onConflictDoUpdate({ target: installation.key, set: { value } })
}

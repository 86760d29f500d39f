import { eq } from 'drizzle-orm'
import { installation } from '../../db/schema/operations'
import type { Queryable, Writable } from '../database/connection'
import type { LastBackup, LastBackupFailure, RestoredFrom } from './backup/view'

/** The facts upkeep stores about the installation, as JSON. */
export interface InstallationFacts {
  /** The last verified backup. */
  last_backup: LastBackup
  /** The last backup of its own that the server could not take, unless one was taken since. */
  last_backup_failure: LastBackupFailure
  /** The backup this folder was restored from, when that was taken, and when it was restored. */
  restored: RestoredFrom
  /** The paths of the backups that the server has taken and not yet removed, newest first. */
  own_backups: string[]
  /** When old rows were last removed and the database optimized. */
  last_upkeep: { at: string }
  /** When its data was moved to another place, and which. */
  moved_to: { at: string; to: string }
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

import type { Config } from '../../config'
import type { Queryable } from '../../database/connection'
import { dayMs } from '../../kernel/durations'
import { commandRef, message, remedy } from '../../kernel/message'
import { findFact, type InstallationFacts } from '../store'

/** The maximum age of the last backup if the server takes none by itself. */
const usualMs = 7 * dayMs
/** The tolerated difference between the clocks of two machines. */
const clockErrorMs = 5 * 60_000

/** The stored facts about a folder's backups. */
export interface BackupFacts {
  last_backup: InstallationFacts['last_backup'] | null
  last_backup_failure: InstallationFacts['last_backup_failure'] | null
  restored: InstallationFacts['restored'] | null
}

/** Reads the facts; a failure before the last success is ignored. */
export async function findBackupFacts(db: Queryable): Promise<BackupFacts> {
  const last = (await findFact(db, 'last_backup')) ?? null
  const failure = (await findFact(db, 'last_backup_failure')) ?? null
  const restored = (await findFact(db, 'restored')) ?? null
  const isHistory = last !== null && failure !== null && failure.at <= last.at
  return { last_backup: last, last_backup_failure: isHistory ? null : failure, restored }
}

/** What is wrong with the backups of a folder, in sentences: used by doctor, status and the backup list. */
export function problemsOfBackups(facts: BackupFacts, { backup_every }: Pick<Config, 'backup_every'>, now: Date) {
  const { last_backup: last, last_backup_failure: failure, restored } = facts
  const ageMs = last ? now.getTime() - Date.parse(last.at) : 0
  const said: [boolean, string][] = [
    [!last && !restored, 'no backup was ever taken'],
    [
      !last && restored !== null,
      `no backup was taken since this folder was restored from ${restored?.path}, a backup of ${restored?.taken_at}`,
    ],
    [ageMs > (backup_every ? 2 * backup_every : usualMs), `the last backup is of ${last?.at}: ${last?.path}`],
    [ageMs < -clockErrorMs, `the last backup is of a time still to come, ${last?.at}: a clock was wrong`],
    [failure !== null, `the backup of ${failure?.at} failed: ${failure?.error}`],
  ]
  return said.filter(([isSo]) => isSo).map(([, sentence]) => sentence)
}

/** The remedy for any of these problems. */
export const backupRemedy = message`take one with ${commandRef('backup FILE')} or ${remedy('backups take')}, or let the server do it: see the setting backup_every`

import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Static, Type } from '@sinclair/typebox'
import type { Config } from '../../config'
import type { Queryable, Tx } from '../../database/connection'
import type { Deps } from '../../deps'
import { type Conclusion, declareJob, type Handled, handles, type Run } from '../../jobs/job'
import { enqueue } from '../../jobs/service'
import { OperatorError } from '../../kernel/operator-error'
import { findFact, putFact } from '../store'
import { runCommand } from '../subprocess'
import { freePath, namedBackups, prune } from './kept'
import { findBackupFacts } from './problems'
import { listPendingPayloads } from './store'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

type Installation = Pick<Deps, 'config' | 'db' | 'folder' | 'log'>

/** One backup of the server's own. */
const backup = declareJob('backup', Type.Object({ file: Type.String() }), {
  delaysMs: [10 * minuteMs, hourMs],
  leaseMs: 12 * hourMs,
  atOnceMax: 1,
})

/** Looks once a minute whether it is time. */
const schedule = declareJob('backup.schedule', Type.Object({}), { everyMs: minuteMs })

/** Where the server's own backups go. An `OperatorError` where a setting lacks that they take. */
export function requirePlace({ backup_to, backup_passphrase_file }: Config) {
  if (!backup_to)
    throw new OperatorError('there is no folder for backups: name one with the setting backup_to', 'invalid_input')
  if (backup_passphrase_file) return { folder: backup_to, passphraseFile: backup_passphrase_file }
  throw new OperatorError(
    'there is no passphrase for the keys in backups: name a file that holds one with the setting backup_passphrase_file',
    'invalid_input',
  )
}

/** Puts a backup in; returns the file it will be, once it is verified. Two of one second are two files. */
export async function orderBackup(tx: Tx, folder: string, now: Date) {
  const file = freePath(resolve(folder), now, await filesOrdered(tx))
  await enqueue(tx, backup, { file }, { now })
  return file
}

/** The files that backups which wait or run are going to be. */
const filesOrdered = async (db: Queryable) =>
  (await listPendingPayloads(db, backup.name)).map((payload) => (payload as Static<typeof backup.payload>).file)

/** Who takes the server's backups, and who sees that it is time. */
export const backupJobs = (installation: Installation): Handled[] => [
  handles(backup, (payload, run) => takeAside(installation, payload, run)),
  handles(schedule, (_, { now }) => orderWhenDue(installation, now)),
]

async function orderWhenDue({ config, db }: Installation, now: Date): Promise<Conclusion> {
  const { backup_every: everyMs, backup_to } = config
  if (!everyMs || (await filesOrdered(db.read)).length) return {}
  // Names of files say nothing: anybody may have written them, by any clock.
  const { last_backup, last_backup_failure } = await findBackupFacts(db.read)
  const agesMs = [last_backup, last_backup_failure].map((fact) =>
    fact ? now.getTime() - Date.parse(fact.at) : everyMs,
  )
  if (agesMs.some((ageMs) => ageMs >= 0 && ageMs < everyMs)) return {}
  return {
    async write(tx) {
      // Somebody may have ordered one in the meantime.
      if (!(await filesOrdered(tx)).length) await orderBackup(tx, backup_to, now)
    },
  }
}

/** The backup and what comes after it. The old ones go when the new one is verified. */
async function takeAside(
  { config, db, folder, log }: Installation,
  { file: wanted }: Static<typeof backup.payload>,
  { now, signal }: Run,
): Promise<Conclusion> {
  // A run before this one may have taken it, and only not said so any more; any other file of that name is none of ours.
  const isTaken = (await findFact(db.read, 'last_backup'))?.path === wanted
  const file = isTaken || !existsSync(wanted) ? wanted : freePath(dirname(wanted), now, await filesOrdered(db.read))
  try {
    const place = requirePlace(config)
    if (!isTaken) await runCommand(folder, ['backup', file, '--passphrase-file', place.passphraseFile], signal)
    // By the list, not by the names in the folder: files that others put there push nothing out.
    const before = (await findFact(db.read, 'own_backups')) ?? namedBackups(resolve(place.folder), now)
    const own = await prune([file, ...before.filter((path) => path !== file)], config.backup_keep)
    log(now, { event: 'a backup was taken', file })
    return { write: (tx) => putFact(tx, 'own_backups', own) }
  } catch (fault) {
    if (signal.aborted) throw fault
    const error = (fault as Error).message
    log(now, { event: 'a backup could not be taken', file, error })
    return { error, write: (tx) => putFact(tx, 'last_backup_failure', { at: now.toISOString(), error }) }
  }
}

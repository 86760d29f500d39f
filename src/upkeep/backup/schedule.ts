import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Static, Type } from '@sinclair/typebox'
import type { Config } from '../../config'
import type { Queryable, Tx } from '../../database/connection'
import type { Deps } from '../../deps'
import { type Conclusion, declareJob, type Handled, handles, type Run } from '../../jobs/job'
import { enqueue } from '../../jobs/service'
import { message, remedy } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { findFact, putFact } from '../store'
import { runCommand } from '../subprocess'
import { freePath, namedBackups, prune } from './kept'
import { findBackupFacts } from './problems'
import { listPendingOf } from './store'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

type Installation = Pick<Deps, 'config' | 'db' | 'folder' | 'log' | 'progress'>

/** A backup that the server takes. */
const backup = declareJob('backup', Type.Object({ file: Type.String() }), {
  delaysMs: [10 * minuteMs, hourMs],
  leaseMs: 12 * hourMs,
  atOnceMax: 1,
})

/** Checks once a minute whether a backup is due. */
const schedule = declareJob('backup.schedule', Type.Object({}), { everyMs: minuteMs })

/** Where the server's own backups go. Throws an `OperatorError` if a setting they need is missing. */
export function requirePlace({ backup_to, backup_passphrase_file, backup_key_passphrase }: Config) {
  if (!backup_to)
    throw new OperatorError(
      message`there is no folder for backups: name one as backup_to, with ${remedy('backups set')}`,
      'invalid_input',
    )
  if (backup_passphrase_file) return { folder: backup_to, passphraseFile: backup_passphrase_file }
  // The command reads it from its standard input.
  if (backup_key_passphrase) return { folder: backup_to, passphraseFile: '-', input: backup_key_passphrase }
  throw new OperatorError(
    message`there is no passphrase for the keys in backups: give one with ${remedy('backups set')}`,
    'invalid_input',
  )
}

/** Queues a backup and returns its future file. Two in one second are two files. */
export async function orderBackup(tx: Tx, folder: string, now: Date) {
  const file = freePath(resolve(folder), now, await filesOrdered(tx))
  await enqueue(tx, backup, { file }, { now })
  return file
}

/** The future files of queued and running backups. */
const filesOrdered = async (db: Queryable) => (await listPendingBackups(db)).map(({ file }) => file)

/** Queued and running backups, oldest first: the future file of each. */
export const listPendingBackups = async (db: Queryable) =>
  (await listPendingOf(db, backup.name)).map(({ payload, ...job }) => ({
    ...job,
    file: (payload as Static<typeof backup.payload>).file,
  }))

/** The handlers that take the server's backups and schedule them. */
export const backupJobs = (installation: Installation): Handled[] => [
  handles(backup, (payload, run) => takeAside(installation, payload, run)),
  handles(schedule, (_, { now }) => orderWhenDue(installation, now)),
]

async function orderWhenDue({ config, db }: Installation, now: Date): Promise<Conclusion> {
  const { backup_every: everyMs, backup_to } = config
  if (!everyMs || (await filesOrdered(db.read)).length) return {}
  // File names prove nothing: anyone may have written them, with any clock.
  const { last_backup, last_backup_failure } = await findBackupFacts(db.read)
  const agesMs = [last_backup, last_backup_failure].map((fact) =>
    fact ? now.getTime() - Date.parse(fact.at) : everyMs,
  )
  if (agesMs.some((ageMs) => ageMs >= 0 && ageMs < everyMs)) return {}
  return {
    async write(tx) {
      // Another backup may have been ordered meanwhile.
      if (!(await filesOrdered(tx)).length) await orderBackup(tx, backup_to, now)
    },
  }
}

/** Takes a backup and then removes old ones, once the new one is verified. */
async function takeAside(
  { config, db, folder, log, progress }: Installation,
  { file: wanted }: Static<typeof backup.payload>,
  { now, signal }: Run,
): Promise<Conclusion> {
  // An earlier run may have taken it without recording the end of its job; any other file of that name is not ours.
  const isTaken = (await findFact(db.read, 'last_backup'))?.path === wanted
  const file = isTaken || !existsSync(wanted) ? wanted : freePath(dirname(wanted), now, await filesOrdered(db.read))
  try {
    const place = requirePlace(config)
    const args = ['backup', file, '--passphrase-file', place.passphraseFile]
    if (!isTaken)
      await progress.during(wanted, (onProgress) => runCommand(folder, args, signal, { ...place, onProgress }))
    // By the stored list, not by names in the folder: foreign files must not push out backups.
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

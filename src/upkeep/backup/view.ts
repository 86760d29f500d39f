import { type Static, Type } from '@sinclair/typebox'
import { counter, nullable, timestamp, view } from '../../kernel/view'

/** The last verified backup. */
export const LastBackupView = view('LastBackup', { at: timestamp(), path: Type.String() })

/** The last backup of its own that the server could not take, unless one was taken since. */
export const LastBackupFailureView = view('LastBackupFailure', { at: timestamp(), error: Type.String() })

/** The backup a data folder was restored from. */
export const RestoredView = view('Restored', {
  at: timestamp('When it was restored.'),
  taken_at: timestamp('When the backup was taken.'),
  path: Type.String(),
})

/** The backups that the server has taken and not yet removed. */
export const BackupsView = view('Backups', {
  backups: Type.Array(Type.Object({ path: Type.String(), taken_at: timestamp(), bytes: counter() }), {
    description: 'Newest first; each was verified.',
  }),
  last_failure: nullable(LastBackupFailureView),
  problems: Type.Array(Type.String(), { description: 'What is wrong with the backups, as sentences.' }),
})

export type LastBackup = Static<typeof LastBackupView>
export type LastBackupFailure = Static<typeof LastBackupFailureView>
export type RestoredFrom = Static<typeof RestoredView>

import { type Static, Type } from '@sinclair/typebox'
import { counter, nullable, nullableTimestamp, timestamp, view, word } from '../../kernel/view'

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

/** When and where the server takes its backups. */
export const BackupSettingsView = view('BackupSettings', {
  every: Type.String({ description: 'How often: `6h`, `1d`; `0` for never.' }),
  keep: counter('How many are kept; 0 for all.'),
  to: Type.String({ description: 'The folder; empty if there is none.' }),
  passphrase: word(['stored', 'file', 'none'], 'Where the passphrase is; it is never shown.'),
  overridden: Type.Array(Type.String(), {
    description: 'The settings that a flag or variable of the server decides, whatever is stored.',
  }),
  next_at: nullableTimestamp('When the next one is due.'),
  free_bytes: nullable(counter('What is free where they go.')),
})

const PendingBackupView = view('PendingBackup', {
  file: Type.String({ description: 'Its path, once it is verified.' }),
  state: word(['queued', 'running']),
  ordered_at: timestamp(),
  phase: nullable(word(['copying', 'packing', 'verifying'], 'What the server does for it now.')),
  done_bytes: counter('How much of the phase is done.'),
  of_bytes: counter('The whole of the phase; 0 while nobody can tell.'),
})

/** The backups that the server has taken and not yet removed. */
export const BackupsView = view('Backups', {
  backups: Type.Array(
    Type.Object({
      file: Type.String({ description: 'The name of the file.' }),
      path: Type.String(),
      taken_at: timestamp(),
      bytes: counter(),
    }),
    { description: 'Newest first; each was verified.' },
  ),
  pending: Type.Array(PendingBackupView, { description: 'Those that the server is to take, or takes now.' }),
  settings: BackupSettingsView,
  last_failure: nullable(LastBackupFailureView),
  problems: Type.Array(Type.String(), { description: 'What is wrong with the backups, as sentences.' }),
})

export type LastBackup = Static<typeof LastBackupView>
export type LastBackupFailure = Static<typeof LastBackupFailureView>
export type RestoredFrom = Static<typeof RestoredView>

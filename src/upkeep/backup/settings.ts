import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import type { Static } from '@sinclair/typebox'
import type { Config, StorableName } from '../../config'
import { fieldRef, message } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { denied, isDenial } from '../../kernel/ownership'
import type { BackupFacts } from './problems'
import type { BackupSettingsView } from './view'

const names = ['backup_every', 'backup_keep', 'backup_to', 'backup_key_passphrase'] as const satisfies StorableName[]

/** When and where a server takes its backups, and under which passphrase; the passphrase itself is not shown. */
export function backupSettingsOf(config: Config, facts: BackupFacts): Static<typeof BackupSettingsView> {
  const { texts, origins } = config
  return {
    every: texts.backup_every,
    keep: config.backup_keep,
    to: config.backup_to,
    passphrase: config.backup_passphrase_file ? 'file' : config.backup_key_passphrase ? 'stored' : 'none',
    overridden: names.filter((name) => origins[name] !== 'default'),
    next_at: nextOf(config, facts),
    free_bytes: freeBytesAt(config.backup_to),
  }
}

/** When the next backup is due; null if the server takes none by itself. */
function nextOf({ backup_every: everyMs }: Config, { last_backup, last_backup_failure }: BackupFacts) {
  if (!everyMs) return null
  const last = Math.max(...[last_backup, last_backup_failure].map((fact) => (fact ? Date.parse(fact.at) : 0)))
  return last ? new Date(last + everyMs).toISOString() : null
}

function freeBytesAt(folder: string) {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return null
  }
}

/** Makes the folder for backups if it is missing. Throws an `OperatorError` if this process cannot write to it. */
export function requireWritableFolder(folder: string) {
  // The setting takes no other, and says so.
  if (!isAbsolute(folder)) return
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    accessSync(folder, constants.W_OK)
  } catch (error) {
    if (isDenial(error)) throw new OperatorError(denied(folder, 'write to'))
    throw new OperatorError(
      message`backups cannot go to ${folder}: name a folder that can be made, as ${fieldRef('to')}`,
      'invalid_input',
    )
  }
}

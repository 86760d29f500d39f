import { join, resolve } from 'node:path'
import { changeClosed } from '../../database/bulk'
import { inspect } from '../../database/inspection'
import { inspectDatabase } from '../../database/migrate'
import { fieldRef, message } from '../../kernel/message'
import { OperatorError } from '../../kernel/operator-error'
import { type FolderSealer, toSealer } from '../../signing/sealing'
import { inspectLog } from '../audit-log'
import { inNewFolder, sealingKeyName, writeDurably } from '../new-folder'
import { forgetFact, putFact } from '../store'
import { databaseName, filePrefix, readArchive, type Unpacked } from './archive'
import type { Manifest } from './manifest'
import { openUnder } from './passphrase'
import { prove } from './proof'

/** Opens the keys of a backup: its passphrase, or, if it was taken without keys, the sealing key of that time. */
export interface Opener {
  passphrase?: string | undefined
  sealingKey?: string | undefined
}

/** The options of a restore. */
interface Way {
  isTrial: boolean
  now: Date
  /** Whether to restore although the audit log was tampered with. */
  takesBrokenLog?: boolean | undefined
}

/** The restored backup, and whether its passphrase authenticates all of it. */
export interface Restored {
  manifest: Manifest
  isAuthenticated: boolean
}

/**
 * Creates a data folder from a backup; as a trial, does only what proves that it could. The folder appears only when
 * everything in it has been verified.
 */
export async function restoreBackup(
  file: string,
  dataDir: string,
  { isTrial, takesBrokenLog = false, now, ...opener }: Opener & Way,
): Promise<Restored> {
  return inNewFolder(dataDir, { purpose: 'restore', isTrial }, async (stage) => {
    const unpacked = await readArchive(file, (name) => (isKept(name) ? join(stage, name) : undefined))
    const key = await keyOf(unpacked, opener)
    const sealer = toSealer(key, 'the sealing key of this backup')
    await prove(stage, unpacked.manifest, sealer)
    if (!takesBrokenLog) await requireWholeLog(join(stage, databaseName), sealer)
    await writeDurably(join(stage, sealingKeyName), key)
    const restored = { manifest: unpacked.manifest, isAuthenticated: isVouchedFor(unpacked, opener) }
    if (!isTrial)
      await noteRestore(join(stage, databaseName), { at: now, file: resolve(file), takenAt: unpacked.manifest.made_at })
    return restored
  })
}

/** The log of an older version is not keyed yet; it is checked at the upgrade. */
async function requireWholeLog(path: string, sealer: FolderSealer) {
  if (inspectDatabase(path)?.sealingFingerprint !== sealer.fingerprint) return
  const { broken } = await inspect(path, ({ read }) => inspectLog(() => read, sealer))
  if (!broken) return
  throw new OperatorError(
    message`the audit log of this backup is broken at row ${broken.id}, ${broken.reason}: restore an older one, or this one with ${fieldRef('broken_audit_log')}`,
  )
}

/** Whether the passphrase authenticates everything in a backup. */
const isVouchedFor = ({ bound }: Unpacked, { sealingKey }: Opener) => bound !== undefined && sealingKey === undefined

/** Replaces the old folder's facts about its backups, which do not hold for this one. */
async function noteRestore(database: string, { at, file, takenAt }: { at: Date; file: string; takenAt: string }) {
  await changeClosed(database, async (db) => {
    await forgetFact(db, 'last_backup')
    await forgetFact(db, 'last_backup_failure')
    await putFact(db, 'restored', { at: at.toISOString(), taken_at: takenAt, path: file })
  })
}

const isKept = (name: string) => name === databaseName || name.startsWith(filePrefix)

async function keyOf({ manifest, sealedKey, bound }: Unpacked, { passphrase, sealingKey }: Opener) {
  if (sealingKey !== undefined) return sealingKey
  if (sealedKey === undefined) {
    throw new OperatorError(
      message`this backup was taken without keys on ${manifest.made_at}: name the sealing.key of that time with ${fieldRef('sealing_key')}`,
      'invalid_input',
    )
  }
  if (passphrase === undefined) {
    throw new OperatorError(
      message`the keys of this backup are under a passphrase: name its file with ${fieldRef('passphrase_file')}`,
      'invalid_input',
    )
  }
  return openUnder(passphrase, sealedKey, bound)
}

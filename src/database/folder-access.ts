import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { message, settingRef } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { denied, isPermitted } from '../kernel/ownership'
import { givesLocks, holdLock, type Lock } from './lock'

/** Throws an `OperatorError` if the folder cannot be created or written to. */
export function requireWritable(folder: string) {
  let nearest = folder
  while (!existsSync(nearest)) nearest = dirname(nearest)
  if (!statSync(nearest).isDirectory()) {
    throw new OperatorError(
      message`cannot write to ${nearest}: make it a folder this user may write to, or choose one with ${settingRef('data_dir')}`,
    )
  }
  if (!isPermitted(nearest, 'write to')) {
    throw new OperatorError(
      message`${denied(nearest, 'write to')}; another folder is named with ${settingRef('data_dir')}`,
    )
  }
}

/** Takes a server's lock on a folder; throws an `OperatorError` if another server holds it. */
export function requireLock(folder: string): Lock {
  const lock = holdLock(folder)
  if (lock) return lock
  throw givesLocks(folder) ? heldByAnother(folder) : withoutLocks(folder)
}

export const heldByAnother = (folder: string) =>
  new OperatorError(
    message`another Latchkey server works on ${folder}: stop it, or choose another folder with ${settingRef('data_dir')}`,
  )

export const withoutLocks = (folder: string) =>
  new OperatorError(
    message`the file system of ${folder} gives no locks on files, as network mounts may not: choose a folder on a local disk with ${settingRef('data_dir')}`,
  )

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { commandRef, message, settingRef } from '../kernel/message'
import { OperatorError } from '../kernel/operator-error'
import { denied, giveToOwnerOf, isDenial, isPermitted } from '../kernel/ownership'

/** The files of a data folder, apart from the folders for files. */
const ours = /^(latchkey\.db.*|sealing\.key|server\.(lock|settings\.json)|(dry-run|rehearsal)-\d+\.db.*)$/
const folders = ['files', 'imports']

export const databaseIn = (folder: string) => join(folder, 'latchkey.db')

export const sealingKeyIn = (folder: string) => join(folder, 'sealing.key')

/** Whether there is a data folder, complete or not. */
export const hasDataFolder = (folder: string) =>
  found(databaseIn(folder)) !== undefined || found(sealingKeyIn(folder)) !== undefined

/** Throws an `OperatorError` if there is no data folder; it explains how to name the right one. */
export function requireDataFolder(folder: string) {
  if (!found(folder)) throw new OperatorError(message`there is no data folder at ${folder}: ${howToName}`)
  if (!hasDataFolder(folder)) throw withoutDatabase(folder)
}

/** Throws an `OperatorError` if a folder whose data is in SQLite has no database. */
export function requireDatabase(folder: string) {
  if (!found(databaseIn(folder))) throw withoutDatabase(folder)
}

const howToName = message`name the folder of your server with ${settingRef('data_dir')}, or make a new one with ${commandRef('init')}`

const withoutDatabase = (folder: string) =>
  new OperatorError(
    found(sealingKeyIn(folder))
      ? message`the data folder ${folder} has a sealing.key and no latchkey.db: if its data is in PostgreSQL, name that database with ${settingRef('database_url')}`
      : message`there is no data folder at ${folder}, it holds no latchkey.db: ${howToName}`,
  )

/** Throws if the folder's first start was interrupted, so that it has no key and no rows: commands leave it alone. */
export function requireFinished(folder: string, isFinished: boolean) {
  if (isFinished) return
  throw new OperatorError(
    message`the data folder ${folder} is not complete: finish it with ${commandRef('init', { data_dir: folder })}`,
  )
}

/** Throws an `OperatorError` if a file in the folder cannot be used; it names both owners. */
export function requireOwnFiles(folder: string, isServer: boolean) {
  if (!isPermitted(folder, 'read')) throw new OperatorError(denied(folder, 'read'))
  if (!isPermitted(folder, 'write to')) throw new OperatorError(denied(folder, 'write to'))
  for (const path of pathsIn(folder, isServer ? folders : [])) {
    for (const access of ['read', 'write to'] as const) {
      // The key file is never rewritten.
      if (access === 'write to' && path.endsWith('.key')) continue
      if (!isPermitted(path, access)) throw new OperatorError(denied(path, access))
    }
  }
}

/** Gives what root created in the folder to the folder's owner. */
export const giveToOwner = (folder: string) => giveToOwnerOf(folder, pathsIn(folder, folders))

function pathsIn(folder: string, further: readonly string[]) {
  const names = readdirSync(folder).filter((name) => ours.test(name) || further.includes(name))
  return names.map((name) => join(folder, name))
}

function found(path: string) {
  try {
    return statSync(path)
  } catch (error) {
    if (isDenial(error)) throw new OperatorError(denied(path, 'read'))
    return undefined
  }
}

import { readdirSync, renameSync, statSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../kernel/disk'
import type { FileStorage } from './storage'

/** The beginning of the names of incomplete copies. */
export const incomingPrefix = 'incoming-'

export const filesOf = (folder: string) => join(folder, 'files')

/** The path of the file with that SHA-256 in the data folder. */
export const pathOf = (folder: string, hash: string) => join(filesOf(folder), hash)

/** The files in the data folder itself. */
export const folderStorage = (folder: string): FileStorage => ({
  place: filesOf(folder),
  isLocal: true,
  async sizeOf(hash) {
    const file = Bun.file(pathOf(folder, hash))
    return (await file.exists()) ? file.size : undefined
  },
  read: async (hash, start, end) => Bun.file(pathOf(folder, hash)).slice(start, end),
  async put(path, { hash }) {
    await mkdir(filesOf(folder), { recursive: true, mode: 0o700 })
    renameSync(path, pathOf(folder, hash))
    syncFolder(filesOf(folder))
  },
  list: async () => namesIn(folder).flatMap((name) => sized(folder, name)),
  remove: (hash) => rm(pathOf(folder, hash), { force: true }),
})

function namesIn(folder: string): string[] {
  try {
    return readdirSync(filesOf(folder)).filter((name) => !name.startsWith(incomingPrefix))
  } catch {
    return []
  }
}

function sized(folder: string, name: string) {
  const found = statSync(pathOf(folder, name), { throwIfNoEntry: false })
  return found ? [{ name, size: found.size }] : []
}

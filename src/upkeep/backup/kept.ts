import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

const form = /^latchkey-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:-\d+)?\.tar\.gz$/

/** The maximum number of its backups a server remembers if it keeps all. */
const listLengthMax = 10_000

/** A backup found in the folder. */
export interface Kept {
  path: string
  takenAt: Date
  bytes: number
}

/** The name of a backup at that moment; with a number if the name is taken. */
const nameAt = (now: Date, number: number) =>
  `latchkey-${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z${number ? `-${number}` : ''}.tar.gz`

/** An unused path for a backup at that moment, not reserved for another one. */
export function freePath(folder: string, now: Date, promised: readonly string[] = [], number = 0): string {
  const path = join(folder, nameAt(now, number))
  const isTaken = promised.includes(path) || lstatSync(path, { throwIfNoEntry: false })
  return isTaken ? freePath(folder, now, promised, number + 1) : path
}

/** The backups in a folder, newest first; other files are ignored. */
export function listKept(folder: string): Kept[] {
  if (!folder || !existsSync(folder)) return []
  return readdirSync(folder)
    .flatMap((name) => {
      const moment = form.exec(name)
      if (!moment) return []
      const [, year, month, day, hour, minute, second] = moment
      const path = join(folder, name)
      const takenAt = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
      const found = lstatSync(path, { throwIfNoEntry: false })
      return found?.isFile() && Number.isFinite(takenAt.getTime()) ? [{ path, takenAt, bytes: found.size }] : []
    })
    .sort((a, b) => b.takenAt.getTime() - a.takenAt.getTime())
}

/** The paths of backups in a folder from before it had a list of its own, newest first; none dated in the future. */
export const namedBackups = (folder: string, now: Date) =>
  listKept(folder)
    .filter(({ takenAt }) => takenAt <= now)
    .map(({ path }) => path)

/** Removes all but the first `most` of a list, newest first; 0 keeps all. Returns the rest. */
export async function prune(paths: readonly string[], most: number) {
  const left = paths.slice(0, most || listLengthMax)
  if (most) for (const path of paths.slice(most)) await rm(path, { force: true })
  return left
}

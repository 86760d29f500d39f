import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

const form = /^latchkey-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:-\d+)?\.tar\.gz$/

/** How many of its backups a server remembers where it keeps all. */
const listLengthMax = 10_000

/** A backup among those the server has taken. */
export interface Kept {
  path: string
  takenAt: Date
  bytes: number
}

/** What a backup of that moment is called; a further one, where the name is taken. */
const nameAt = (now: Date, number: number) =>
  `latchkey-${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z${number ? `-${number}` : ''}.tar.gz`

/** A path for a backup of that moment at which nothing lies, and that no other backup has been promised. */
export function freePath(folder: string, now: Date, promised: readonly string[] = [], number = 0): string {
  const path = join(folder, nameAt(now, number))
  const isTaken = promised.includes(path) || lstatSync(path, { throwIfNoEntry: false })
  return isTaken ? freePath(folder, now, promised, number + 1) : path
}

/** The backups in a folder, newest first; others' files do not count. */
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

/** The paths of backups that a folder had before it kept a list of its own, newest first; none of a time to come. */
export const namedBackups = (folder: string, now: Date) =>
  listKept(folder)
    .filter(({ takenAt }) => takenAt <= now)
    .map(({ path }) => path)

/** Removes those beyond so many of a list, newest first; 0 keeps all. Those that are left. */
export async function prune(paths: readonly string[], most: number) {
  const left = paths.slice(0, most || listLengthMax)
  if (most) for (const path of paths.slice(most)) await rm(path, { force: true })
  return left
}

import { existsSync, readdirSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

const form = /^latchkey-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.tar\.gz$/

/** A backup among those the server has taken; by its name it is proven. */
export interface Kept {
  path: string
  takenAt: Date
  bytes: number
}

/** What a backup of that moment is called. */
export const nameAt = (now: Date) => `latchkey-${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z.tar.gz`

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
      return [{ path, takenAt, bytes: statSync(path).size }]
    })
    .sort((a, b) => b.takenAt.getTime() - a.takenAt.getTime())
}

/** Removes all but the newest; 0 keeps all. */
export async function prune(folder: string, most: number) {
  if (most) for (const { path } of listKept(folder).slice(most)) await rm(path)
}

import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { listKept } from '../backup/kept'

/** A file that holds, or may hold, erased data. */
export interface Copy {
  path: string
  taken_at: string
}

const database = /^latchkey\.db(-wal)?$/
const notSearched = /^(latchkey\.db-shm|server\.lock.*|sealing\.key|files)$/

/**
 * Counts a text in the files of the database, ignoring case, anywhere in them. Run it in a process of its own: closing
 * such a file drops the process's locks on it, and others could then remove the log.
 */
export async function countTraces(folder: string, text: string) {
  let traces = 0
  for (const name of await readdir(folder)) if (database.test(name)) traces += await countIn(join(folder, name), text)
  return traces
}

/**
 * The server's own backups, which are compressed and so may hold the text, and every file beside the database that
 * contains it: copies made by upgrades, and uploads to import.
 */
export async function listCopies(folder: string, backupTo: string, text: string): Promise<Copy[]> {
  const copies = listKept(backupTo).map(({ path, takenAt }) => ({ path, taken_at: takenAt.toISOString() }))
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const [top = ''] = relative(folder, path).split(/[\\/]/)
    if (!entry.isFile() || database.test(top) || notSearched.test(top)) continue
    if (!(await countIn(path, text))) continue
    const { mtime } = await stat(path)
    copies.push({ path, taken_at: mtime.toISOString() })
  }
  return copies
}

/** Reads pieces that overlap by the length of the text; ignores the case of ASCII letters only. */
async function countIn(path: string, text: string) {
  if (!existsSync(path)) return 0
  const needle = Buffer.from(text.toLowerCase()).toString('latin1').toLowerCase()
  let [count, rest] = [0, '']
  for await (const piece of Bun.file(path).stream()) {
    const hay = rest + Buffer.from(piece).toString('latin1').toLowerCase()
    count += hay.split(needle).length - 1
    rest = hay.slice(Math.max(0, hay.length - needle.length + 1))
  }
  return count
}

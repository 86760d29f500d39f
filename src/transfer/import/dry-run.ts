import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Db, openDatabase } from '../../database/database'
import { copyToFile } from '../../database/engine'
import type { Deps } from '../../deps'

/** Runs work on a temporary copy of the database: the result is exact, and nothing has changed. */
export async function dryRun<T>(
  { database, folder, clock }: Pick<Deps, 'database' | 'folder' | 'clock'>,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  const path = join(folder, `dry-run-${process.pid}.db`)
  removeForsaken(folder)
  const remove = () => removeCopy(path)
  remove()
  try {
    await copyToFile(database, path, clock())
    const db = openDatabase(path, { actor: 'dry run' })
    try {
      return await work(db)
    } finally {
      await db.close()
    }
  } finally {
    remove()
  }
}

/** Removes copies left by dry runs that were killed; up to 0.2.0 they were called `rehearsal`. */
export function removeForsaken(folder: string) {
  for (const name of readdirSync(folder)) {
    const pid = /^(?:dry-run|rehearsal)-(\d+)\.db$/.exec(name)?.[1]
    if (pid && !isAlive(Number(pid))) removeCopy(join(folder, name))
  }
}

function removeCopy(path: string) {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
}

function isAlive(pid: number) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // The process exists but belongs to another user.
    return (error as { code?: string }).code === 'EPERM'
  }
}

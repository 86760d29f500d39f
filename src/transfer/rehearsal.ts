import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { copyDatabase } from '../database/copy'
import { type Db, openDatabase } from '../database/database'

/**
 * Does work on a copy of the database that is thrown away afterwards: what it would have done is known for certain, and
 * nothing has changed.
 */
export async function rehearse<T>(folder: string, work: (db: Db) => Promise<T>): Promise<T> {
  const path = join(folder, `rehearsal-${process.pid}.db`)
  const remove = () => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
  }
  remove()
  try {
    copyDatabase(join(folder, 'latchkey.db'), path)
    const db = openDatabase(path, { actor: 'rehearsal' })
    try {
      return await work(db)
    } finally {
      await db.close()
    }
  } finally {
    remove()
  }
}

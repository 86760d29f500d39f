import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { requireLock } from '../../database/folder-access'
import type { Deps } from '../../deps'
import type { Upload } from '../../features/downloads/files'
import { withUpload } from '../../features/downloads/uploads'
import { syncFolder } from '../../kernel/disk'
import { OperatorError } from '../../kernel/operator-error'
import { isUntouched } from '../first-run'
import { databaseName } from './archive'
import { type Restored, restoreBackup } from './restore'

/** The folder of a restored backup that replaces the rest at the next start. */
const restoredIn = (folder: string) => join(folder, 'restored')

/**
 * Restores an uploaded backup into an installation that is still empty: beside what is there, which it replaces when the
 * folder is opened next. Throws an `OperatorError` if the backup cannot be restored, and then changes nothing.
 */
export async function restoreUpload(
  { db, database, folder }: Pick<Deps, 'db' | 'database' | 'folder'>,
  upload: Upload,
  { passphrase, now }: { passphrase: string | undefined; now: Date },
): Promise<Restored> {
  if (!(await isUntouched(db.read))) {
    throw new OperatorError('this installation is not empty: restore the backup to a new folder, on the command line')
  }
  if (database.engine !== 'sqlite') {
    throw new OperatorError(
      'the data of this server is in PostgreSQL: restore the backup to a new folder on the command line, then move that to an empty database',
    )
  }
  return withUpload(folder, upload, async (path) => {
    try {
      rmSync(restoredIn(folder), { recursive: true, force: true })
      return await restoreBackup(path, restoredIn(folder), { passphrase, isTrial: false, now })
    } catch (error) {
      // The sender knows the file only by its name.
      throw error instanceof OperatorError
        ? new OperatorError(error.message.replaceAll(path, upload.name), error.kind)
        : error
    }
  })
}

const hasRestored = (folder: string) => existsSync(join(restoredIn(folder), databaseName))

/**
 * Puts a restored backup, if there is one, in the place of an empty installation, whose folder nobody has open. The
 * database comes last: until then, an interrupted start continues with the next one.
 */
export function adoptRestored(folder: string) {
  if (!hasRestored(folder)) return
  const lock = requireLock(folder)
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, `${databaseName}${suffix}`), { force: true })
  for (const name of ['files', 'sealing.key', databaseName]) {
    const from = join(restoredIn(folder), name)
    if (!existsSync(from)) continue
    rmSync(join(folder, name), { recursive: true, force: true })
    renameSync(from, join(folder, name))
  }
  syncFolder(folder)
  rmSync(restoredIn(folder), { recursive: true, force: true })
  lock.release()
}

import { closeSync, constants, openSync, readFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { databaseIn, sealingKeyIn } from '../../database/data-folder'
import { type DatabaseInspection, inspect } from '../../database/inspection'
import { copySessionToFile } from '../../database/postgres/copy-to-file'
import { holdPostgres } from '../../database/postgres/hold'
import { listReleaseFiles } from '../../features/downloads/health'
import { pathOf } from '../../storage/folder'
import { openStorage } from '../../storage/storage'
import { inNewFolder, sealingKeyName, writeDurably } from '../new-folder'
import type { Movable, Move } from './move'
import { type Proof, proveCopy } from './proof'
import { countAll } from './rows'

/**
 * Moves an installation from PostgreSQL to a new data folder with SQLite: the rows, the sealing key, and the files of
 * releases that lie in its folder. The new folder is there before the database is marked.
 */
export const moveToFolder = (
  { installation, holder, now, meter, begin, finish }: Move,
  addresses: readonly string[],
  folder: string,
): Promise<Proof> =>
  holdPostgres(addresses, holder, async (source) => {
    await begin(source)
    meter.begin('copying', await countAll(source.inspection))
    const proof = await inNewFolder(folder, { purpose: 'move' }, async (stage) => {
      const path = databaseIn(stage)
      // SQLite gives the files it creates beside it the same permissions.
      closeSync(openSync(path, 'wx', 0o600))
      await copySessionToFile(source.session, path, now, meter.add)
      await writeDurably(join(stage, sealingKeyName), readFileSync(sealingKeyIn(installation.folder), 'utf8'))
      await copyFiles(installation, source.inspection, stage)
      meter.begin('verifying')
      const moved: Movable = {
        ...installation,
        folder: stage,
        database: { engine: 'sqlite', path },
        files: openStorage(installation.config, stage),
      }
      return inspect(path, (database) =>
        proveCopy({ installation, database: source.inspection }, { installation: moved, database }, now),
      )
    })
    await finish(source)
    return proof
  })

/** Copies the files that lie in the folder; a lost one stays lost, and the doctor finds it at both places. */
async function copyFiles({ folder, files }: Movable, { read }: DatabaseInspection, stage: string) {
  if (!files.isLocal) return
  for (const hash of new Set((await listReleaseFiles(read)).map((file) => file.hash))) {
    if ((await files.sizeOf(hash)) === undefined) continue
    await copyFile(pathOf(folder, hash), pathOf(stage, hash), constants.COPYFILE_FICLONE)
  }
}

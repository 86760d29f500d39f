import type { Deps } from '../../deps'
import { type Meter, openMeter, type TellProgress } from '../../kernel/progress'
import { type FileStorage, inPieces } from '../../storage/storage'
import { receiveFile } from './files'
import { contentHashOf } from './health'
import { listReleaseFiles } from './store'

/** What was copied from one storage to another. */
export interface CopiedFiles {
  copied: number
  /** Files that were there already, with the right content. */
  present: number
  bytes: number
  /** The releases whose file is missing or damaged where it came from. */
  lost: number[]
}

interface Way {
  from: FileStorage
  to: FileStorage
  now: Date
  tellProgress?: TellProgress | undefined
}

/**
 * Copies the file of every release from one storage to another, and reads each again there: it has to have the hash that
 * its release names. What is there already is only read.
 */
export async function copyFiles({ db, folder }: Pick<Deps, 'db' | 'folder'>, { from, to, now, tellProgress }: Way) {
  const wanted = await listReleaseFiles(db.read)
  const sizes = new Map(wanted.map(({ hash, size }) => [hash, size]))
  const meter = openMeter(tellProgress)
  meter.begin(
    'copying',
    [...sizes.values()].reduce((sum, size) => sum + size, 0),
  )
  const result: CopiedFiles = { copied: 0, present: 0, bytes: 0, lost: [] }
  for (const [hash, size] of sizes) {
    const outcome = await copyOne(folder, { hash, size }, { from, to, now, meter })
    if (outcome === 'lost') result.lost.push(...wanted.filter((row) => row.hash === hash).map((row) => row.releaseId))
    else result[outcome]++
    if (outcome === 'copied') result.bytes += size
  }
  return result
}

async function copyOne(
  folder: string,
  file: { hash: string; size: number },
  { from, to, now, meter }: Omit<Way, 'tellProgress'> & { meter: Meter },
): Promise<'copied' | 'present' | 'lost'> {
  const { hash, size } = file
  if ((await contentHashOf(to, file)) === hash) {
    meter.add(size)
    return 'present'
  }
  if ((await from.sizeOf(hash)) !== size) return 'lost'
  const content = await from.read(hash, 0, size)
  const pieces = async function* () {
    for await (const piece of inPieces(content)) {
      meter.add(piece.length)
      yield piece
    }
  }
  const incoming = await receiveFile(folder, { name: hash, size, pieces }, { now })
  try {
    if (incoming.hash !== hash) return 'lost'
    await to.put(incoming.path, file)
    return (await contentHashOf(to, file)) === hash ? 'copied' : 'lost'
  } finally {
    await incoming.discard()
  }
}

import type { Tx } from '../../database/connection'
import type { Db } from '../../database/database'
import type { Deps } from '../../deps'
import type { Clock } from '../../kernel/clock'
import { dayMs } from '../../kernel/durations'
import { OperatorError } from '../../kernel/operator-error'
import type { FileStorage } from '../../storage/storage'
import { findUnusedFiles, isFileUsed, putUnusedFiles, type UnusedFiles } from './store'

/** How long the removal of some files may take: the storage gives up sooner on each. */
const removalMs = 15 * 60_000
const removedAtOnce = 40

/**
 * A storage that notes each file before it comes in, so that it goes again if its release is never added. A write of its
 * own: a request that fails after it has changed nothing.
 */
export const notingArrivals = (files: FileStorage, db: Db, clock: Clock): FileStorage => ({
  ...files,
  async put(path, file) {
    await db.write((tx) => noteArriving(tx, file.hash, clock()))
    await files.put(path, file)
  },
})

async function noteArriving(tx: Tx, hash: string, now: Date) {
  const unused = await findUnusedFiles(tx)
  const removal = unused[hash]?.removing
  if (removal && now.getTime() - Date.parse(removal) < removalMs) {
    throw new OperatorError('the same file, of a deleted release, is being removed now: add it again in 15 minutes')
  }
  await putUnusedFiles(tx, { ...unused, [hash]: { since: now.toISOString() } })
}

/** Notes that a release has the file now. */
export async function noteUsed(tx: Tx, hash: string) {
  const { [hash]: _, ...rest } = await findUnusedFiles(tx)
  await putUnusedFiles(tx, rest)
}

/** Notes the file of a deleted release. */
export async function noteDeleted(tx: Tx, hash: string, now: Date) {
  if (hash === '' || (await isFileUsed(tx, hash))) return
  await putUnusedFiles(tx, { ...(await findUnusedFiles(tx)), [hash]: { since: now.toISOString() } })
}

/**
 * Removes the files that no release has had for a day: only those this installation has put there itself, should others
 * use the same place. Returns how many.
 */
export async function removeUnusedFiles({ db, files }: Pick<Deps, 'db' | 'files'>, now: Date) {
  let removed = 0
  for (;;) {
    const due = await db.write((tx) => markDue(tx, now))
    if (!due.length) return removed
    for (const hash of due) await files.remove(hash)
    await db.write(async (tx) => {
      const left = Object.entries(await findUnusedFiles(tx)).filter(([hash]) => !due.includes(hash))
      await putUnusedFiles(tx, Object.fromEntries(left))
    })
    removed += due.length
  }
}

async function markDue(tx: Tx, now: Date): Promise<string[]> {
  const unused: UnusedFiles = {}
  for (const [hash, note] of Object.entries(await findUnusedFiles(tx))) {
    if (!(await isFileUsed(tx, hash))) unused[hash] = note
  }
  const isDue = (hash: string) => now.getTime() - Date.parse(unused[hash]!.since) >= dayMs
  const due = Object.keys(unused).filter(isDue).slice(0, removedAtOnce)
  for (const hash of due) unused[hash] = { ...unused[hash]!, removing: now.toISOString() }
  await putUnusedFiles(tx, unused)
  return due
}

import { Type } from '@sinclair/typebox'
import { faultOf, isUnavailable } from '../database/failure'
import type { Deps } from '../deps'
import { removeUnusedFiles } from '../features/downloads/unused'
import { type Conclusion, declareJob, handles, type Run } from '../jobs/job'
import { retain } from './retention/service'
import { findFact, putFact } from './store'
import { runCommand } from './subprocess'

const hourMs = 3_600_000
/** The hour, by the machine's clock. */
const quietHour = 3
const overdueMs = 36 * hourMs

const upkeep = declareJob('upkeep', Type.Object({}), { everyMs: hourMs, leaseMs: 6 * hourMs, atOnceMax: 1 })

type Installation = Pick<Deps, 'config' | 'db' | 'folder' | 'files' | 'log'>

/**
 * Removes old rows and unused files and optimizes the database once a night, or by day if the previous night was
 * missed.
 */
export const nightlyUpkeep = (installation: Installation) =>
  handles(upkeep, (_, run) => keepInstallation(installation, run))

async function keepInstallation(
  { config, db, folder, files, log }: Installation,
  { now, signal }: Run,
): Promise<Conclusion> {
  const last = await findFact(db.read, 'last_upkeep')
  const note: Conclusion = { write: (tx) => putFact(tx, 'last_upkeep', { at: now.toISOString() }) }
  if (!last) return note
  const sinceMs = now.getTime() - Date.parse(last.at)
  const isDue = sinceMs > overdueMs || (now.getHours() === quietHour && sinceMs > hourMs)
  if (!isDue) return {}
  const rowsRemoved = await retain(db.as({ actor: `job ${upkeep.name}` }), config, { now, isTrial: false, signal })
  const filesRemoved = await removeUnusedFiles({ db, files }, now).catch((error) => {
    // The storage is away: the next night tries again.
    if (!isUnavailable(error)) throw error
    log(now, faultOf('removal of unused files', error))
    return 0
  })
  await runCommand(folder, ['optimize'], signal)
  const rows = rowsRemoved.map(({ what, rows }) => [what, rows] as const).filter(([, rows]) => rows > 0)
  log(now, {
    event: 'the installation was kept',
    ...Object.fromEntries(rows),
    ...(filesRemoved > 0 && { files: filesRemoved }),
  })
  return note
}

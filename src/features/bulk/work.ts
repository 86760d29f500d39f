import { Type } from '@sinclair/typebox'
import type { BulkRun } from '../../../db/schema/work'
import type { Deps } from '../../deps'
import { declareJob, type Handled, handles } from '../../jobs/job'
import { hourMs } from '../../kernel/durations'
import { doNextPart, requireRun } from './service'

/** Does the parts of a run one after the other; after a restart it goes on with those that are left. */
export const bulkWork = declareJob('licenses.bulk', Type.Object({ bulk: Type.Integer() }), {
  leaseMs: hourMs,
  atOnceMax: 1,
})

export const handleBulk = ({ db, clock }: Pick<Deps, 'db' | 'clock'>): Handled =>
  handles(bulkWork, async ({ bulk }, { signal }) => {
    await finishRun({ db, clock }, await requireRun(db.read, bulk), () => signal.throwIfAborted())
    return {}
  })

/** Does all parts of a run that are left. */
export async function finishRun(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  run: BulkRun,
  onProgress: (done: number, of: number) => void,
): Promise<BulkRun> {
  let current = run
  while (!current.finishedAt) {
    current = await doNextPart(db, current, clock())
    onProgress(current.done, current.total)
  }
  return current
}

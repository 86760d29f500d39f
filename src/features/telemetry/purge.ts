import { record } from '../../audit/record'
import type { Db } from '../../database/database'
import { deleteTelemetry, type RecordFilter } from './store'

const recordsPerWrite = 1000

/** Removes matching records older than a moment, in small writes that do not delay requests. Returns how many. */
export async function purgeTelemetry(
  db: Db,
  filter: RecordFilter,
  { before, now, onPurged }: { before: Date; now: Date; onPurged?: ((done: number) => void) | undefined },
): Promise<number> {
  for (let purged = 0; ; ) {
    const removed = await db.write(async (tx) => {
      const records = await deleteTelemetry(tx, filter, before, recordsPerWrite)
      const id = `before ${before.toISOString()}`
      if (records) await record(tx, { verb: 'telemetry.purged', id, after: { ...filter, records } }, now)
      return records
    })
    purged += removed
    onPurged?.(purged)
    if (removed < recordsPerWrite) return purged
  }
}

import type { Queryable } from './connection'
import type { Db } from './database'

const everyMs = 1000

/** Collects when things were last seen and writes them together once a second, and at the end. */
export interface Gatherer<Id> {
  note(id: Id, at: Date): void
  close(): Promise<void>
}

/** For statistics only: what was noted in the last second is lost when the process dies. */
export function gather<Id>(db: Db, store: (tx: Queryable, seen: Map<Id, Date>) => Promise<void>): Gatherer<Id> {
  let seen = new Map<Id, Date>()
  const flush = async () => {
    if (!seen.size) return
    const batch = seen
    seen = new Map()
    // A second that could not be written is a gap in a statistic; the next one may fare better.
    await db.write((tx) => store(tx, batch)).catch(() => {})
  }
  const timer = setInterval(flush, everyMs)
  timer.unref()
  return {
    note: (id, at) => seen.set(id, at),
    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}

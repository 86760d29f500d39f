import { type Static, Type } from '@sinclair/typebox'
import type { Queryable } from '../database/connection'
import { dayMs } from '../kernel/durations'
import { sha256 } from '../kernel/secrets'
import { counter, view } from '../kernel/view'
import { countCallsByDay } from './store'
import { goodCodes } from './successes'

/** The calls about one licence on one day. */
export const CallDayView = view('CallDay', {
  day: Type.String({ format: 'date', description: 'UTC.' }),
  good: counter('Calls that were answered with a success.'),
  refused: counter(),
})

/** The calls about a licence on each of the last days, today last. Days without calls are included. */
export async function callDaysOf(
  db: Queryable,
  licenseKey: string,
  { days, now }: { days: number; now: Date },
): Promise<Static<typeof CallDayView>[]> {
  const first = Math.floor(now.getTime() / dayMs) - days + 1
  const rows = await countCallsByDay(db, sha256(licenseKey), { from: new Date(first * dayMs), goodCodes })
  const counts = new Map(rows.map((row) => [row.day, row]))
  return Array.from({ length: days }, (_, i) => {
    const { total = 0, good = 0 } = counts.get(first + i) ?? {}
    return { day: new Date((first + i) * dayMs).toISOString().slice(0, 10), good, refused: total - good }
  })
}

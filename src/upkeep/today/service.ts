import { type Static, Type } from '@sinclair/typebox'
import { callStats, lastHours } from '../../call-log/stats'
import type { Queryable } from '../../database/connection'
import { dayMs } from '../../kernel/durations'
import { counter, nullable, timestamp, view } from '../../kernel/view'
import { countActiveLicenses, countEndingLicenses, countOnceActiveLicenses } from './store'

const weekMs = 7 * dayMs
const soonDays = 14
const activated = ['300']

const compared = (description: string) =>
  Type.Object({ now: counter(), week_ago: counter('A week before.') }, { description })

/** The numbers to look at first, each with its value a week ago. */
export const TodayView = view('Today', {
  at: timestamp(),
  active_licenses: compared('Assigned and not expired. A week ago: as far as the licences there are now tell it.'),
  activations_today: compared('Seats taken since midnight, UTC. A week ago: on the same weekday, until this hour.'),
  verifications_24h: compared('Answers of verify in the last 24 hours; whole hours, the present one included.'),
  refused_verifications_24h: Type.Object({
    now: counter(),
    week_ago: counter('A week before.'),
    code: nullable(Type.String({ description: 'The commonest code.' })),
    message: nullable(Type.String({ description: 'What it means.' })),
    of_that_code: counter(),
  }),
  expiring_14_days: counter('Licences that expire within 14 days.'),
})
export type Today = Static<typeof TodayView>

/** Counts licences along their indexes and calls by their counters. */
export async function todayOf(read: Queryable, now: Date): Promise<Today> {
  const then = new Date(now.getTime() - weekMs)
  const [present, past] = [await hoursUntil(read, now), await hoursUntil(read, then)]
  return {
    at: now.toISOString(),
    active_licenses: { now: await countActiveLicenses(read, now), week_ago: await countOnceActiveLicenses(read, then) },
    activations_today: { now: present.activations, week_ago: past.activations },
    verifications_24h: { now: present.verified.calls, week_ago: past.verified.calls },
    refused_verifications_24h: {
      now: present.verified.refused,
      week_ago: past.verified.refused,
      code: present.commonest?.code ?? null,
      message: present.commonest?.message ?? null,
      of_that_code: present.commonest?.calls ?? 0,
    },
    expiring_14_days: await countEndingLicenses(read, now, new Date(now.getTime() + soonDays * dayMs)),
  }
}

/** The calls of a day up to a moment, and of the 24 hours up to it. */
async function hoursUntil(read: Queryable, moment: Date) {
  const { from, to } = lastHours(moment, 24)
  const midnight = new Date(Math.floor(moment.getTime() / dayMs) * dayMs)
  const sum = { by: ['result', 'code'], step: 'all', seriesMax: Number.POSITIVE_INFINITY, to } as const
  const { totals: activating } = await callStats(read, { ...sum, from: midnight, codes: activated })
  const { totals: verified, series } = await callStats(read, { ...sum, from, endpoints: ['verify'] })
  return {
    activations: activating.calls,
    verified,
    /** The refusals with the commonest code. */
    commonest: series.find(({ result }) => result === 'refused'),
  }
}

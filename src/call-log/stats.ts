import { type Static, Type } from '@sinclair/typebox'
import type { Queryable } from '../database/connection'
import { hourMs } from '../kernel/durations'
import { type StepLength, stepLengths, stepsOf } from '../kernel/steps'
import { counter, nullable, timestamp, view, word } from '../kernel/view'
import { type CountColumn, type CountFilter, sumCallCounts } from './counts-store'
import { goodCodes } from './successes'
import { messages } from './view'

/** The dimensions calls can be counted by. */
export const callDimensions = ['result', 'endpoint', 'code', 'product', 'api_key'] as const
export type CallDimension = (typeof callDimensions)[number]

/** Calls that agree in every requested dimension; the other dimensions are absent. */
const CallSeriesView = view('CallSeries', {
  result: Type.Optional(word(['good', 'refused'])),
  endpoint: Type.Optional(Type.String()),
  code: Type.Optional(Type.String()),
  message: Type.Optional(nullable(Type.String({ description: 'What the code means.' }))),
  product_id: Type.Optional(nullable(Type.Integer({ description: 'Null where no product is known.' }))),
  product: Type.Optional(nullable(Type.String())),
  api_key_id: Type.Optional(nullable(Type.Integer({ description: 'Null for calls without a known key.' }))),
  api_key: Type.Optional(nullable(Type.String())),
  calls: counter('Of all steps.'),
  numbers: Type.Array(counter(), { description: 'The calls of each step.' }),
})
export type CallSeries = Static<typeof CallSeriesView>

/** How many calls were made, and how they were answered. */
export const CallStatsView = view('CallStats', {
  from: timestamp('The first moment that is counted.'),
  to: timestamp('The first moment that is not counted any more.'),
  step: word(stepLengths),
  by: Type.Array(word(callDimensions)),
  totals: Type.Object({ calls: counter(), refused: counter() }),
  moments: Type.Array(timestamp(), { description: 'The beginning of each step.' }),
  series: Type.Array(CallSeriesView, { description: 'The largest first.' }),
  others: Type.Object({
    series: counter('How many series are left out.'),
    calls: counter('The calls of those together.'),
    numbers: Type.Array(counter(), { description: 'The calls of those together in each step.' }),
  }),
})

const good = new Set(goodCodes)

interface Wanted extends CountFilter {
  by: readonly CallDimension[]
  step: StepLength
  seriesMax: number
}

/** Counts calls along time. Reads the counters alone, never the calls. */
export async function callStats(db: Queryable, wanted: Wanted): Promise<Static<typeof CallStatsView>> {
  const { by, step, seriesMax, ...filter } = wanted
  const steps = stepsOf(wanted)
  const rows = await sumCallCounts(db, { ...filter, from: steps.from }, columnsOf(by), steps.ms)
  const totals = { calls: 0, refused: 0 }
  const groups = new Map<string, CallSeries>()
  const groupsOfRows = new Map<string, CallSeries>()
  const placed = rows.map((row) => {
    const isGood = good.has(row.code!)
    totals.calls += row.calls
    if (!isGood) totals.refused += row.calls
    const values = `${row.code} ${row.productId} ${row.apiKeyId} ${row.endpoint}`
    let group = groupsOfRows.get(values)
    if (!group) {
      const names = {
        ...(by.includes('result') && { result: isGood ? ('good' as const) : ('refused' as const) }),
        ...(by.includes('endpoint') && { endpoint: row.endpoint! }),
        ...(by.includes('code') && { code: row.code!, message: messages.get(row.code!) ?? null }),
        ...(by.includes('product') && { product_id: row.productId || null }),
        ...(by.includes('api_key') && { api_key_id: row.apiKeyId || null }),
      }
      const key = JSON.stringify(names)
      group = groups.get(key) ?? { ...names, calls: 0, numbers: [] }
      groups.set(key, group)
      groupsOfRows.set(values, group)
    }
    group.calls += row.calls
    return { group, place: steps.placeOf(row.at), calls: row.calls }
  })
  const sorted = [...groups.values()].sort((a, b) => b.calls - a.calls)
  const shown = new Set(sorted.slice(0, seriesMax))
  const left = sorted.slice(seriesMax)
  const others = {
    series: left.length,
    calls: left.reduce((sum, { calls }) => sum + calls, 0),
    numbers: steps.zeros(),
  }
  for (const group of shown) group.numbers = steps.zeros()
  for (const { group, place, calls } of placed) (shown.has(group) ? group : others).numbers[place]! += calls
  return {
    from: steps.from.toISOString(),
    to: wanted.to.toISOString(),
    step,
    by: callDimensions.filter((dimension) => by.includes(dimension)),
    totals,
    moments: steps.moments,
    series: [...shown],
    others,
  }
}

/** The hour of a moment and those before it, so many in all. */
export function lastHours(moment: Date, hours: number) {
  const to = (Math.floor(moment.getTime() / hourMs) + 1) * hourMs
  return { from: new Date(to - hours * hourMs), to: new Date(to) }
}

/** The code tells the result, which the totals always need. */
const columnsOf = (by: readonly CallDimension[]): CountColumn[] => [
  'code',
  ...(['endpoint', 'product', 'api_key'] as const).filter((dimension) => by.includes(dimension)),
]

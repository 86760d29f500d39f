import { type Static, Type } from '@sinclair/typebox'
import type { Queryable } from '../../database/connection'
import { parseId } from '../../kernel/ids'
import { type StepLength, stepLengths, stepsOf } from '../../kernel/steps'
import { bit, counter, nullable, timestamp, view, word } from '../../kernel/view'
import {
  countTelemetryGroups,
  listTelemetryGroups,
  type RecordRange,
  sumTelemetry,
  type TelemetryDimension,
  type TelemetryValues,
} from './stats-store'

/** The dimensions telemetry can be counted by. */
export const telemetryDimensions = [
  'product',
  'version',
  'group',
  'type',
  'red_flags',
] as const satisfies TelemetryDimension[]

const text = Type.Optional(nullable(Type.String()))

/** Records that agree in every requested dimension; the other dimensions are absent. */
const TelemetrySeriesView = view('TelemetrySeries', {
  product_id: Type.Optional(
    Type.Union([Type.Integer(), Type.String(), Type.Null()], { description: 'As it was sent.' }),
  ),
  product_version: text,
  data_group: text,
  data_type: text,
  has_red_flags: Type.Optional(bit()),
  records: counter('Of all steps.'),
  devices: counter('Different activation identifiers.'),
  last_at: timestamp('The latest record.'),
  numbers: Type.Array(counter(), { description: 'The records of each step.' }),
  means: Type.Array(nullable(Type.Number()), {
    description: 'The mean of the single numbers of each step; null where there are none.',
  }),
})
export type TelemetrySeries = Static<typeof TelemetrySeriesView>

/** How much telemetry was sent, and of what. */
export const TelemetryStatsView = view('TelemetryStats', {
  from: timestamp('The first moment that is counted.'),
  to: timestamp('The first moment that is not counted any more.'),
  step: word(stepLengths),
  by: Type.Array(word(telemetryDimensions)),
  records: counter(),
  moments: Type.Array(timestamp(), { description: 'The beginning of each step.' }),
  series: Type.Array(TelemetrySeriesView, { description: 'The largest first.' }),
  others: Type.Object({ series: counter('How many series are left out.'), records: counter() }),
})

interface Wanted extends RecordRange {
  by: readonly TelemetryDimension[]
  step: StepLength
  seriesMax: number
}

/** Counts telemetry along time. */
export async function telemetryStats(
  db: Queryable,
  { filter, from, to, by, step, seriesMax }: Wanted,
): Promise<Static<typeof TelemetryStatsView>> {
  const steps = stepsOf({ from, to, step })
  const range = { filter, from: steps.from, to }
  const all = await countTelemetryGroups(db, range, by)
  const groups = await listTelemetryGroups(db, range, { by, limit: seriesMax })
  const series = new Map(
    groups.map(({ values, last, ...counts }): [string, TelemetrySeries] => [
      keyOf(values),
      {
        ...shown(values),
        ...counts,
        last_at: last.toISOString(),
        numbers: steps.zeros(),
        means: steps.moments.map(() => null),
      },
    ]),
  )
  const values = groups.map((group) => group.values)
  for (const sum of await sumTelemetry(db, range, { by, values, step: steps.ms })) {
    const each = series.get(keyOf(sum.values))
    if (!each) continue
    each.numbers[steps.placeOf(sum.at)] = sum.records
    each.means[steps.placeOf(sum.at)] = sum.mean
  }
  const counted = groups.reduce((total, { records }) => total + records, 0)
  return {
    from: steps.from.toISOString(),
    to: to.toISOString(),
    step,
    by: telemetryDimensions.filter((dimension) => by.includes(dimension)),
    records: all.records,
    moments: steps.moments,
    series: [...series.values()],
    others: { series: all.groups - groups.length, records: all.records - counted },
  }
}

const keyOf = (values: TelemetryValues) => JSON.stringify(telemetryDimensions.map((dimension) => values[dimension]))

/** The values by the names that records have. */
const shown = ({ product, version, group, type, red_flags }: TelemetryValues) => ({
  ...(product !== undefined && { product_id: parseId(String(product ?? '')) ?? product }),
  ...(version !== undefined && { product_version: textOf(version) }),
  ...(group !== undefined && { data_group: textOf(group) }),
  ...(type !== undefined && { data_type: textOf(type) }),
  ...(red_flags !== undefined && { has_red_flags: Number(red_flags) }),
})

const textOf = (value: string | number | null) => (value === null ? null : String(value))

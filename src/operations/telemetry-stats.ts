import { type Static, Type } from '@sinclair/typebox'
import {
  type TelemetrySeries,
  TelemetryStatsView,
  telemetryDimensions,
  telemetryStats,
} from '../features/telemetry/stats'
import { counted } from '../kernel/counted'
import { runCommand } from '../upkeep/subprocess'
import { period, rangeOf, words } from './filters'
import { type Line, minute, table } from './lines'
import { operation } from './operation'
import { argumentsOf } from './option-names'
import { productIdsIn } from './product-names'
import { seriesUsual, stepFields } from './step-fields'
import { recordFilters, recordsOf } from './telemetry-filters'

type TelemetryStats = Static<typeof TelemetryStatsView>

/** A server counts in a subprocess, since the records are many. */
export const telemetryStatsOperation = operation({
  command: 'telemetry stats',
  route: 'GET /telemetry/stats',
  role: 'viewer',
  summary: 'count telemetry records along time, by product, version, group and type, with their devices',
  input: Type.Object({
    by: words(telemetryDimensions, 'What to count by; default group', ['group', 'product,version', 'red_flags']),
    step: stepFields.step,
    ...recordFilters,
    series: stepFields.series,
    ...period,
  }),
  output: TelemetryStatsView,
  async run({ db, now, folder, isServer }, given) {
    if (isServer)
      return (await runCommand(folder, ['telemetry', 'stats', ...argumentsOf(given)])).value as TelemetryStats
    const { by = ['group'], step = 'day', series = seriesUsual, from, to, ...filter } = given
    const range = rangeOf({ from: from ?? '30d', to }, now)
    return telemetryStats(db.read, {
      by,
      step,
      seriesMax: series,
      filter: await recordsOf(db.read, filter, now),
      from: range.from!,
      to: range.to ?? now,
    })
  },
  productIds: ({ series }) => productIdsIn(series),
  show({ records, series, others }, productNames): Line[] {
    const rows = series.map((each) => [
      nameOf(each, productNames),
      String(each.records),
      String(each.devices),
      minute(each.last_at),
    ])
    return [
      `${counted(records, 'record')}.`,
      '',
      ...table(['WHAT', 'RECORDS', 'DEVICES', 'LAST (UTC)'], rows, 'There is no such record.'),
      ...(others.series ? ['', `${counted(others.records, 'record')} of ${others.series} more.`] : []),
    ]
  },
  csv: ({ moments, series }) => ({
    columns: [
      ...['from', 'product_id', 'product_version', 'data_group', 'data_type', 'has_red_flags', 'records', 'mean'],
    ],
    rows: series.flatMap(({ numbers, means, records: _, devices: __, last_at: ___, ...names }) =>
      numbers.flatMap((records, place) =>
        records ? [{ from: moments[place], ...names, records, mean: means[place] }] : [],
      ),
    ),
  }),
})

const nameOf = (each: TelemetrySeries, productNames?: ReadonlyMap<number, string>) => {
  const { product_id: id, product_version, data_group, data_type, has_red_flags } = each
  const product = typeof id === 'number' ? (productNames?.get(id) ?? `product ${id}`) : id
  return [
    id !== undefined && (product ?? 'no product'),
    product_version !== undefined && (product_version ?? 'no version'),
    data_group !== undefined && (data_group ?? 'no group'),
    data_type !== undefined && (data_type ?? 'no type'),
    has_red_flags !== undefined && (has_red_flags ? 'red flags' : 'no red flags'),
  ]
    .filter((part) => part !== false)
    .join(', ')
}

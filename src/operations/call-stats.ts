import { Type } from '@sinclair/typebox'
import { mapApiKeyNames, resolveApiKey } from '../access/service'
import { endpointsNamed } from '../call-log/endpoints'
import { type CallSeries, CallStatsView, callDimensions, callStats } from '../call-log/stats'
import { goodCodes } from '../call-log/successes'
import type { Queryable } from '../database/connection'
import { productReference } from '../features/products/model'
import { mapProductNames, requireProduct } from '../features/products/service'
import { dayMs } from '../kernel/durations'
import { runCommand } from '../upkeep/subprocess'
import { callFilters } from './call-filters'
import { callStatsLines, callStatsTable } from './call-stats-lines'
import { period, rangeOf, words } from './filters'
import { operation } from './operation'
import { argumentsOf } from './option-names'
import { seriesUsual, stepFields } from './step-fields'

const daysInProcess = 8

export const callStatsOperation = operation({
  command: 'call stats',
  route: 'GET /calls/stats',
  role: 'viewer',
  summary: 'count requests of clients along time, by result, endpoint, code, product and API key',
  input: Type.Object({
    by: words(callDimensions, 'What to count by; default result', ['result', 'code,product', 'endpoint']),
    step: stepFields.step,
    product: Type.Optional(productReference('Only those of this product: its id, uuid, slug or name.')),
    ...callFilters,
    series: stepFields.series,
    ...period,
  }),
  output: CallStatsView,
  async run({ db, now, folder, isServer }, given) {
    const { by = ['result'], step = 'day', product, api_key, code, failed, route, series = seriesUsual } = given
    const range = rangeOf({ from: given.from ?? '7d', to: given.to }, now)
    const [from, to] = [range.from!, range.to ?? now]
    // More than a week of counts takes time, so a server adds them up in a subprocess.
    if (isServer && to.getTime() - from.getTime() > daysInProcess * dayMs) {
      return (await runCommand(folder, ['call', 'stats', ...argumentsOf(given)])).value
    }
    const counted = await callStats(db.read, {
      by,
      step,
      seriesMax: series,
      from,
      to,
      productId: product === undefined ? undefined : (await requireProduct(db.read, product)).id,
      apiKeyId: api_key === undefined ? undefined : await resolveApiKey(db.read, api_key),
      codes: code,
      exceptCodes: failed ? goodCodes : undefined,
      endpoints: route?.flatMap(endpointsNamed),
    })
    return { ...counted, series: await withNames(db.read, counted.series) }
  },
  show: callStatsLines,
  csv: callStatsTable,
  help: 'The counts outlive the calls, and hold no address, device or licence key.\nCalls that the log leaves out count without product and API key.',
})

/** The series with the names of their products and API keys. */
async function withNames(db: Queryable, series: readonly CallSeries[]): Promise<CallSeries[]> {
  const ids = (of: (each: CallSeries) => number | null | undefined) => [
    ...new Set(series.map(of).filter((id): id is number => typeof id === 'number')),
  ]
  const products = await mapProductNames(
    db,
    ids(({ product_id }) => product_id),
  )
  const keys = await mapApiKeyNames(
    db,
    ids(({ api_key_id }) => api_key_id),
  )
  return series.map(({ calls, numbers, ...names }) => ({
    ...names,
    ...(names.product_id !== undefined && { product: products.get(names.product_id ?? 0) ?? null }),
    ...(names.api_key_id !== undefined && { api_key: keys.get(names.api_key_id ?? 0) ?? null }),
    calls,
    numbers,
  }))
}

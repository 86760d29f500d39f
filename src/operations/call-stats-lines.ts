import type { Static } from '@sinclair/typebox'
import type { CallSeries, CallStatsView } from '../call-log/stats'
import { counted } from '../kernel/counted'
import type { CsvTable } from './csv'
import { type Line, minute, table } from './lines'

type CallStats = Static<typeof CallStatsView>

const columnsMax = 6

/** The totals in a sentence, and the largest series along time in a table. */
export function callStatsLines({ totals, step, moments, series }: CallStats): Line[] {
  const sentence = `${counted(totals.calls, 'call')}, of them ${totals.refused} refused.`
  if (step === 'all') {
    const rows = series.map((each) => [nameOf(each), String(each.calls)])
    return [sentence, '', ...table(['WHAT', 'CALLS'], rows, 'There was no call.')]
  }
  const shown = series.slice(0, columnsMax)
  const rows = moments.flatMap((moment, place) => {
    const numbers = shown.map(({ numbers }) => numbers[place]!)
    return numbers.some(Boolean) ? [[minute(moment), ...numbers.map(String)]] : []
  })
  const more = series.length - shown.length
  return [
    sentence,
    '',
    ...table(['FROM (UTC)', ...shown.map((each) => nameOf(each).toUpperCase())], rows, 'There was no call.'),
    ...(more > 0 ? ['', `${counted(more, 'series is', 'series are')} not shown: --step all shows each.`] : []),
  ]
}

/** A row for each step of each series, for a spreadsheet. */
export const callStatsTable = ({ by, moments, series }: CallStats): CsvTable => ({
  columns: ['from', ...by.flatMap((dimension) => columnsOf[dimension]), 'calls'],
  rows: series.flatMap(({ numbers, calls: _, ...names }) =>
    numbers.flatMap((calls, place) => (calls ? [{ from: moments[place], ...names, calls }] : [])),
  ),
})

const columnsOf: Record<CallStats['by'][number], string[]> = {
  result: ['result'],
  endpoint: ['endpoint'],
  code: ['code', 'message'],
  product: ['product_id', 'product'],
  api_key: ['api_key_id', 'api_key'],
}

const nameOf = ({ result, endpoint, code, message, product_id, product, api_key_id, api_key }: CallSeries) =>
  [
    result,
    endpoint,
    code && [code, message].filter(Boolean).join(' '),
    product_id !== undefined && (product ?? (product_id ? `product ${product_id}` : 'no product')),
    api_key_id !== undefined && (api_key ?? (api_key_id ? `API key ${api_key_id}` : 'no API key')),
  ]
    .filter(Boolean)
    .join(', ')

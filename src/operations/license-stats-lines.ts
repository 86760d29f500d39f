import type { Static } from '@sinclair/typebox'
import type { SalesGroup, SalesView } from '../features/support/sales'
import { counted } from '../kernel/counted'
import type { CsvTable } from './csv'
import { type Line, minuteUtc, table } from './lines'

type Stats = Static<typeof SalesView>

/** The column heading of each dimension. */
const headings = { day: 'DAY (UTC)', month: 'MONTH (UTC)', product: 'PRODUCT', status: 'STATUS' }

/** The totals in a sentence and the groups in a table. */
export const statsLines = ({ totals, groups, by, from, to, product }: Stats): Line[] => [
  sentenceOf({ totals, from, to, product }),
  '',
  ...table([...by.map((dimension) => headings[dimension]), 'SOLD'], groups.map(cellsOf(by)), 'None was sold.'),
]

/** The groups as a table for a spreadsheet. */
export const statsTable = ({ groups, by }: Stats): CsvTable => ({
  columns: [...by.flatMap((dimension) => (dimension === 'product' ? ['product_id', 'product'] : [dimension])), 'sold'],
  rows: groups,
})

function sentenceOf({ totals, from, to, product }: Pick<Stats, 'totals' | 'from' | 'to' | 'product'>) {
  const { sold, ...states } = totals
  const scope = [
    product && ` of "${product.name}"`,
    from && ` from ${minuteUtc(from)}`,
    to && ` until ${minuteUtc(to)}`,
  ].filter(Boolean)
  const parts = Object.entries(states).map(([state, number]) => `${number} ${state}`)
  return `${counted(sold, 'licence')} sold${scope.join('')}: ${parts.join(', ')}.`
}

const cellsOf = (by: Stats['by']) => (group: SalesGroup) => [
  ...by.map((dimension) => group[dimension] ?? ''),
  String(group.sold),
]

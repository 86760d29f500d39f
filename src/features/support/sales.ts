import { type Static, Type } from '@sinclair/typebox'
import type { Queryable } from '../../database/connection'
import { dayMs } from '../../kernel/durations'
import { OperatorError } from '../../kernel/operator-error'
import { counter, nullable, nullableTimestamp, view, word } from '../../kernel/view'
import { mapProductNames } from '../products/service'
import { countSales, type SalesFilter } from './sales/store'

/** The dimensions sales can be grouped by. */
export const salesDimensions = ['day', 'month', 'product', 'status'] as const
export type SalesDimension = (typeof salesDimensions)[number]

/** The state of a sold licence; expired ones are not counted as assigned. */
const states = ['assigned', 'expired', 'blocked', 'revoked'] as const

/** Sold licences that agree in every requested dimension; the other dimensions are absent. */
const SalesGroupView = view('SalesGroup', {
  day: Type.Optional(Type.String({ format: 'date', description: 'UTC.' })),
  month: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d\\d$', description: 'UTC.' })),
  product_id: Type.Optional(Type.Integer()),
  product: Type.Optional(Type.String()),
  status: Type.Optional(word(states)),
  sold: counter(),
})
export type SalesGroup = Static<typeof SalesGroupView>

/** How many licences were sold. */
export const SalesView = view('Sales', {
  from: nullableTimestamp('The first moment that is counted.'),
  to: nullableTimestamp('The first moment that is not counted any more.'),
  product: nullable(Type.Object({ id: Type.Integer(), name: Type.String() })),
  by: Type.Array(word(salesDimensions)),
  totals: Type.Object({
    sold: counter(),
    assigned: counter('Those that have not ended.'),
    expired: counter(),
    blocked: counter(),
    revoked: counter(),
  }),
  groups: Type.Array(SalesGroupView),
})

const groupsMax = 10_000

/** The number of licences assigned, grouped by these dimensions; empty groups are left out. */
export async function salesOf(db: Queryable, filter: SalesFilter, by: readonly SalesDimension[], now: Date) {
  const wants = (dimension: SalesDimension) => by.includes(dimension)
  const rows = await countSales(db, filter, now)
  const names = wants('product') ? await mapProductNames(db, [...new Set(rows.map((row) => row.productId))]) : new Map()
  const totals = { sold: 0, assigned: 0, expired: 0, blocked: 0, revoked: 0 }
  const groups = new Map<string, SalesGroup>()
  for (const row of rows) {
    const date = new Date(row.day * dayMs).toISOString()
    for (const status of states.filter((state) => row[state] > 0)) {
      const group = {
        ...(wants('day') && { day: date.slice(0, 10) }),
        ...(wants('month') && { month: date.slice(0, 7) }),
        ...(wants('product') && { product_id: row.productId, product: names.get(row.productId) }),
        ...(wants('status') && { status }),
      }
      const key = JSON.stringify(group)
      groups.set(key, { ...group, sold: (groups.get(key)?.sold ?? 0) + row[status] })
      totals[status] += row[status]
      totals.sold += row[status]
    }
  }
  if (groups.size > groupsMax) {
    const remedy = 'ask for a shorter time, one product or fewer dimensions'
    throw new OperatorError(`these are ${groups.size} groups, more than ${groupsMax}: ${remedy}`)
  }
  return { totals, groups: [...groups.values()].sort(inOrder) }
}

/** Ordered by time, then by the product's name, then by status. */
function inOrder(a: SalesGroup, b: SalesGroup) {
  const place = ({ day, month, product, product_id }: SalesGroup) => [
    day ?? month ?? '',
    product ?? '',
    product_id ?? 0,
  ]
  const [left, right] = [place(a), place(b)]
  const differing = left.findIndex((value, i) => value !== right[i])
  if (differing !== -1) return left[differing]! < right[differing]! ? -1 : 1
  return rankOf(a) - rankOf(b)
}

const rankOf = ({ status }: SalesGroup) => (states as readonly (string | undefined)[]).indexOf(status)

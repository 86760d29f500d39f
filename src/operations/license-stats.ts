import { Type } from '@sinclair/typebox'
import { productReference } from '../features/products/model'
import { requireProduct } from '../features/products/service'
import { type SalesDimension, SalesView, salesDimensions, salesOf } from '../features/support/sales'
import { runCommand } from '../upkeep/subprocess'
import { period, rangeOf, words } from './filters'
import { statsLines, statsTable } from './license-stats-lines'
import { operation } from './operation'

const usual: SalesDimension[] = ['month']

export const stats = operation({
  command: 'license stats',
  route: 'GET /stats',
  role: 'viewer',
  summary: 'count licences sold, by day, month, product and status',
  input: Type.Object({
    by: words(salesDimensions, 'What to count by; default month', ['month', 'product,status', 'day']),
    product: Type.Optional(productReference('Only those of this product: its id, uuid, slug or name.')),
    ...period,
  }),
  output: SalesView,
  async run({ db, now, folder, isServer }, { by = usual, product: reference, from, to }) {
    const range = rangeOf({ from, to }, now)
    const product = reference === undefined ? undefined : await requireProduct(db.read, reference)
    // Reads all licences, so a server runs it in a subprocess and no request waits.
    if (isServer) {
      const options = { by: by.join(), product: product?.id, from: range.from, to: range.to }
      return (await runCommand(folder, ['license', 'stats', ...optionsOf(options)])).value
    }
    return {
      from: range.from?.toISOString() ?? null,
      to: range.to?.toISOString() ?? null,
      product: product ? { id: product.id, name: product.name } : null,
      by: salesDimensions.filter((dimension) => by.includes(dimension)),
      ...(await salesOf(db.read, { ...range, productId: product?.id }, by, now)),
    }
  },
  show: statsLines,
  csv: statsTable,
  help: 'A licence is sold when it is assigned to its owner.\nAssigned are those that have not ended; expired are counted apart.',
})

const optionsOf = (options: Record<string, string | number | Date | undefined>) =>
  Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}=${value instanceof Date ? value.toISOString() : value}`],
  )

import { type Static, type TObject, Type } from '@sinclair/typebox'
import type { Page, PageRequest } from '../database/page'
import { choice, integer, text } from '../intake/model'
import { table } from './lines'
import { type Operation, type OperationContext, operation } from './operation'

const usualLimit = 100
const rowsMax = 1000

/** What a list of one kind of thing says of itself. */
interface Listing<Filters extends TObject, Row extends object> {
  command: Operation['command']
  route: `GET /${string}`
  bare?: readonly string[]
  summary: string
  /** Who may see it at least; a viewer where nothing is said. */
  role?: Operation['role']
  /** What the list is called in JSON. */
  plural: string
  filters: Filters
  /** What it can be ordered by; the first is the usual order, with a `-` before it downwards. */
  sorts: readonly string[]
  page(context: OperationContext, filters: Static<Filters>, wanted: PageRequest): Promise<Page<Row>>
  /** The columns a person sees: heading and cell. */
  columns: Record<string, (row: Row) => string>
  /** Those of them that may be cut where a terminal is narrow. */
  freeText?: readonly string[]
  /** What is said when there is nothing. */
  none: string
}

/** An operation that lists: filtered, ordered and cut into pages in the database. */
export function listing<Filters extends TObject, Row extends object>(declared: Listing<Filters, Row>): Operation {
  const { plural, filters, sorts, page, columns, freeText, none, ...rest } = declared
  const usual = sorts[0]!
  const paging = {
    sort: Type.Optional(choice(sorts.flatMap(bothWays), { description: `The order; ${usual} when it is absent.` })),
    limit: Type.Optional(
      integer({ minimum: 1, maximum: rowsMax, description: `How many at most; ${usualLimit} when it is absent.` }),
    ),
    after: Type.Optional(text({ description: 'The "next" of the page before.' })),
  }
  return operation({
    role: 'viewer',
    ...rest,
    input: Type.Object({ ...filters.properties, ...paging }) as TObject,
    async run(context, given) {
      const { sort = usual, limit = usualLimit, after, ...rules } = given as Partial<PageRequest>
      const { rows, next } = await page(context, rules as Static<Filters>, { sort, limit, after })
      return { [plural]: rows, next }
    },
    show(value: object) {
      const { [plural]: rows, next } = value as Record<string, unknown>
      const cells = (rows as Row[]).map((row) => Object.values(columns).map((cell) => cell(row)))
      const more = next ? ['', `There are more: --after ${next}`] : []
      return [...table(Object.keys(columns), cells, none, freeText), ...more]
    },
  })
}

const bothWays = (name: string) => {
  const plain = name.replace(/^-/, '')
  return [plain, `-${plain}`]
}

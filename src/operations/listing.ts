import { type Static, type TObject, Type } from '@sinclair/typebox'
import type { Page, PageRequest } from '../database/page'
import { choice, integer, text } from '../intake/model'
import { table } from './lines'
import { type Computed, type Declared, type Operation, type OperationContext, operation } from './operation'

const usualLimit = 100
const rowsMax = 1000

/** What a list of one kind of thing says of itself. */
interface Listing<Filters extends TObject, Row extends TObject, Route extends string, Plural extends string> {
  command: Operation['command']
  route: Route
  bare?: readonly string[]
  summary: string
  /** Who may see it at least; a viewer where nothing is said. */
  role?: Operation['role']
  /** What the list is called in JSON. */
  plural: Plural
  /** The schema of each of its rows. */
  row: Row
  filters: Filters
  /** What it can be ordered by; the first is the usual order, with a `-` before it downwards. */
  sorts: readonly string[]
  page(context: OperationContext, filters: Static<Filters>, wanted: PageRequest): Promise<Page<Static<Row>>>
  /** The columns a person sees: heading and cell. */
  columns: Record<string, (row: Static<Row>) => string>
  /** Those of them that may be cut where a terminal is narrow. */
  freeText?: readonly string[]
  /** What is said when there is nothing. */
  none: string
}

type ListInput<Filters extends TObject> = Computed<
  Static<Filters> & { sort?: string | undefined; limit?: number | undefined; after?: string | undefined }
>

/** A page of a list: its rows under their plural, and what the next page is asked for with. */
type PageSchema<Row extends TObject, Plural extends string> = Computed<
  { [Name in Plural]: Static<Row>[] } & { next: string | null }
>

const nextPage = Type.Union([Type.String(), Type.Null()], {
  description: 'Ask for the next page with this as "after"; null after the last.',
})

/** An operation that lists: filtered, ordered and cut into pages in the database. */
export function listing<
  Filters extends TObject,
  Row extends TObject,
  const Route extends `GET /${string}`,
  const Plural extends string,
>(declared: Listing<Filters, Row, Route, Plural>): Declared<ListInput<Filters>, PageSchema<Row, Plural>, Route> {
  const { plural, row, filters, sorts, page, columns, freeText, none, ...rest } = declared
  const usual = sorts[0]!
  const paging = {
    sort: Type.Optional(choice(sorts.flatMap(bothWays), { description: `The order; default ${usual}.` })),
    limit: Type.Optional(
      integer({ minimum: 1, maximum: rowsMax, description: `The maximum number of rows; default ${usualLimit}.` }),
    ),
    after: Type.Optional(text({ description: 'The "next" of the page before.' })),
  }
  return operation({
    role: 'viewer',
    ...rest,
    // The names of an object that a type parameter names are lost to the checker.
    input: Type.Object({ ...filters.properties, ...paging }) as unknown as ListInput<Filters>,
    output: Type.Object({ [plural]: Type.Array(row), next: nextPage }) as unknown as PageSchema<Row, Plural>,
    async run(context, given) {
      const { sort = usual, limit = usualLimit, after, ...rules } = given as Partial<PageRequest>
      const { rows, next } = await page(context, rules as Static<Filters>, { sort, limit, after })
      return { [plural]: rows, next } as Static<PageSchema<Row, Plural>>
    },
    show(value) {
      const { [plural]: rows, next } = value as Record<string, unknown>
      const cells = (rows as Static<Row>[]).map((each) => Object.values(columns).map((cell) => cell(each)))
      const more = next ? ['', `There are more: --after ${next}`] : []
      return [...table(Object.keys(columns), cells, none, freeText), ...more]
    },
  })
}

const bothWays = (name: string) => {
  const plain = name.replace(/^-/, '')
  return [plain, `-${plain}`]
}

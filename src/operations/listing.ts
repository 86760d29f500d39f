import { type Static, type TObject, Type } from '@sinclair/typebox'
import type { Page, PageRequest } from '../database/page'
import { choice, integer, text } from '../intake/model'
import { table } from './lines'
import { type Computed, type Declared, type Operation, type OperationContext, operation } from './operation'
import { type ProductNames, productIdsIn } from './product-names'

const usualLimit = 100
const rowsMax = 1000

/** The declaration of a list. */
interface Listing<Filters extends TObject, Row extends TObject, Route extends string, Plural extends string> {
  command: Operation['command']
  route: Route
  bare?: readonly string[]
  summary: string
  /** The least role that may see it; a viewer by default. */
  role?: Operation['role']
  /** The name of the list in JSON. */
  plural: Plural
  /** The schema of each of its rows. */
  row: Row
  filters: Filters
  /** The sort orders; the first is the default, and a leading `-` means descending. */
  sorts: readonly string[]
  page(context: OperationContext, filters: Static<Filters>, wanted: PageRequest): Promise<Page<Static<Row>>>
  /** The columns for people: heading and cell. */
  columns: Record<string, (row: Static<Row>, productNames?: ProductNames) => string>
  /** The columns that may be truncated on a narrow terminal. */
  freeText?: readonly string[]
  /** The text for an empty list. */
  none: string
}

type ListInput<Filters extends TObject> = Computed<
  Static<Filters> & { sort?: string | undefined; limit?: number | undefined; after?: string | undefined }
>

/** A page of a list: its rows under their plural, and the cursor of the next page. */
type PageSchema<Row extends TObject, Plural extends string> = Computed<
  { [Name in Plural]: Static<Row>[] } & { next: string | null }
>

const nextPage = Type.Union([Type.String(), Type.Null()], {
  description: 'Ask for the next page with this as "after"; null after the last.',
})

/** An operation that lists: filtered, sorted and paged in the database. */
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
    // The type checker loses the names of an object when a type parameter provides them.
    input: Type.Object({ ...filters.properties, ...paging }) as unknown as ListInput<Filters>,
    output: Type.Object({ [plural]: Type.Array(row), next: nextPage }) as unknown as PageSchema<Row, Plural>,
    async run(context, given) {
      const { sort = usual, limit = usualLimit, after, ...rules } = given as Partial<PageRequest>
      const { rows, next } = await page(context, rules as Static<Filters>, { sort, limit, after })
      return { [plural]: rows, next } as Static<PageSchema<Row, Plural>>
    },
    productIds: (value) => productIdsIn((value as Record<string, unknown>)[plural] as Static<Row>[]),
    show(value, productNames) {
      const { [plural]: rows, next } = value as Record<string, unknown>
      const cells = (rows as Static<Row>[]).map((each) =>
        Object.values(columns).map((cell) => cell(each, productNames)),
      )
      const more = next ? ['', `There are more: --after ${next}`] : []
      return [...table(Object.keys(columns), cells, none, freeText), ...more]
    },
  })
}

const bothWays = (name: string) => {
  const plain = name.replace(/^-/, '')
  return [plain, `-${plain}`]
}

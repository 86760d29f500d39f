import { type Static, type TObject, Type } from '@sinclair/typebox'
import type { Page, PageRequest } from '../database/page'
import { choice, integer, list, text, toggle } from '../intake/model'
import type { CsvTable } from './csv'
import { table } from './lines'
import { type Computed, type Declared, type Operation, type OperationContext, operation } from './operation'
import { type ProductNames, productIdsIn } from './product-names'

const usualLimit = 100
const rowsMax = 1000
const rowsPerPiece = 500

/** How many rows match. */
const CountView = Type.Object(
  {
    at_least: Type.Integer({ minimum: 0, maximum: 10_000 }),
    is_exact: Type.Boolean({ description: 'Whether there are no more than that.' }),
  },
  { description: 'How many match, if you asked with count=1.' },
)

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
  /** Counts what matches, if people may ask for that. */
  count?(context: OperationContext, filters: Static<Filters>): Promise<Static<typeof CountView>>
  /** The columns for people: heading and cell. */
  columns: Record<string, (row: Static<Row>, productNames?: ProductNames) => string>
  /** The columns that may be truncated on a narrow terminal. */
  freeText?: readonly string[]
  /** The text for an empty list. */
  none: string
}

type ListInput<Filters extends TObject> = Computed<
  Static<Filters> & {
    sort?: string | undefined
    limit?: number | undefined
    after?: string | undefined
    fields?: string[] | undefined
    count?: boolean | undefined
  }
>

type Paging = Partial<PageRequest> & { fields?: string[] | undefined; count?: boolean | undefined }

/** A page of a list: its rows under their plural, and the cursor of the next page. */
type PageSchema<Row extends TObject, Plural extends string> = Computed<
  { [Name in Plural]: Static<Row>[] } & { next: string | null; count?: Static<typeof CountView> }
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
  const { plural, row, filters, sorts, page, count, columns, freeText, none, ...rest } = declared
  const usual = sorts[0]!
  const allFields = Object.keys(row.properties)
  const paging = {
    sort: Type.Optional(choice(sorts.flatMap(bothWays), { description: `The order; default ${usual}.` })),
    limit: Type.Optional(
      integer({ minimum: 1, maximum: rowsMax, description: `The maximum number of rows; default ${usualLimit}.` }),
    ),
    after: Type.Optional(text({ description: 'The "next" of the page before.' })),
    fields: Type.Optional(
      list({ words: allFields, description: 'Only these fields of each row, in this order, as JSON or as CSV.' }),
    ),
    ...(count && { count: Type.Optional(toggle({ description: 'Also count all that match, up to 10,000.' })) }),
  }
  return operation({
    role: 'viewer',
    ...rest,
    // The type checker loses the names of an object when a type parameter provides them.
    input: Type.Object({ ...filters.properties, ...paging }) as unknown as ListInput<Filters>,
    output: Type.Object({
      [plural]: Type.Array(row),
      next: nextPage,
      ...(count && { count: Type.Optional(CountView) }),
    }) as unknown as PageSchema<Row, Plural>,
    async run(context, given) {
      const { sort = usual, limit = usualLimit, after, fields, count: isCounted, ...rules } = given as Paging
      const { rows, next } = await page(context, rules as Static<Filters>, { sort, limit, after })
      const shown = fields ? rows.map((each) => picked(each as object, fields)) : rows
      return {
        [plural]: shown,
        next,
        ...(isCounted && { count: await count!(context, rules as Static<Filters>) }),
      } as Static<PageSchema<Row, Plural>>
    },
    async *csvPages(given, context): AsyncGenerator<CsvTable> {
      const { sort = usual, limit, after: start, fields = allFields, count: _, ...rules } = given as Paging
      let after = start
      do {
        const wanted = { sort, limit: limit ?? rowsPerPiece, after }
        const { rows, next } = await page(context, rules as Static<Filters>, wanted)
        yield { columns: fields, rows: rows as object[] }
        after = limit === undefined ? (next ?? undefined) : undefined
      } while (after !== undefined)
    },
    productIds: (value) => productIdsIn((value as Record<string, unknown>)[plural] as Static<Row>[]),
    show(value, productNames) {
      const {
        [plural]: rows,
        next,
        count: all,
      } = value as Record<string, unknown> & { count?: Static<typeof CountView> }
      const more = [
        ...(all ? ['', `${all.at_least}${all.is_exact ? '' : '+'} match.`] : []),
        ...(next ? ['', `There are more: --after ${next}`] : []),
      ]
      const [first] = rows as object[]
      if (first && row.required?.some((name) => !(name in first))) return [...plainTable(rows as object[]), ...more]
      const cells = (rows as Static<Row>[]).map((each) =>
        Object.values(columns).map((cell) => cell(each, productNames)),
      )
      return [...table(Object.keys(columns), cells, none, freeText), ...more]
    },
  })
}

const picked = (row: object, fields: readonly string[]) =>
  Object.fromEntries(fields.map((name) => [name, (row as Record<string, unknown>)[name]]))

/** Rows of which only some fields were asked for, under the names of these. */
const plainTable = (rows: readonly object[]) =>
  table(
    Object.keys(rows[0]!),
    rows.map((row) => Object.values(row).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))),
    '',
  )

const bothWays = (name: string) => {
  const plain = name.replace(/^-/, '')
  return [plain, `-${plain}`]
}

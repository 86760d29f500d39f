import { ArrowDown, ArrowUp } from 'lucide-react'
import type { KeyboardEvent, ReactNode } from 'react'
import { useTexts } from '../i18n/texts'
import { ScrollArea } from './scroll-area'
import type { Selection } from './selection'
import { partTexts } from './texts'

export interface Column<Row> {
  key: string
  heading: string
  cell(row: Row): ReactNode
  /** The name by which the server sorts. */
  sort?: string | undefined
  isNumber?: boolean
}

interface Props<Row> {
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  keyOf(row: Row): string
  /** The name of a row, for its checkbox. */
  nameOf?(row: Row): string
  /** The server's order: the name of a column's sort, with `-` for descending. */
  sort?: string | undefined
  onSort?(sort: string): void
  /** Opens a row with Enter or a click on it; cells should hold a link too. */
  onOpen?(row: Row): void
  selection?: Selection | undefined
  /** What further keys do on a focused row. */
  keys?: Readonly<Record<string, (row: Row) => void>>
}

const cellClass = 'px-2 py-1.5 align-top'

/**
 * A list of rows as a table; on a narrow screen each row is a card. Keys on a row: j and k move, Enter opens, x chooses,
 * Shift+x chooses all rows from the last chosen one.
 */
export function Table<Row>(props: Props<Row>) {
  const { caption, columns, rows, keyOf, nameOf, sort, onSort, onOpen, selection, keys } = props
  const t = useTexts(partTexts)

  function onKeyDown(event: KeyboardEvent<HTMLTableRowElement>, row: Row) {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    const move = {
      j: 'nextElementSibling',
      ArrowDown: 'nextElementSibling',
      k: 'previousElementSibling',
      ArrowUp: 'previousElementSibling',
    } as const
    const direction = move[event.key as keyof typeof move]
    if (direction) (event.currentTarget[direction] as HTMLElement | null)?.focus()
    else if (event.key === 'Enter') onOpen?.(row)
    else if (event.key === 'x') selection?.toggle(keyOf(row))
    else if (event.key === 'X') selection?.extendTo(keyOf(row), rows.map(keyOf))
    else if (keys?.[event.key]) keys[event.key]!(row)
    else return
    event.preventDefault()
  }

  return (
    <ScrollArea name={caption} className="cards">
      <table className="w-full border-collapse text-left text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead className="border-b border-line text-muted">
          <tr>
            {selection && <td className={cellClass} />}
            {columns.map((column) => (
              <Heading key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = keyOf(row)
            const isChosen = selection?.has(key) ?? false
            return (
              <tr
                key={key}
                tabIndex={onOpen || selection ? 0 : undefined}
                onKeyDown={(event) => onKeyDown(event, row)}
                className={`border-b border-line ${isChosen ? 'bg-selected' : ''}`}
              >
                {selection && (
                  <td className={cellClass}>
                    <input
                      type="checkbox"
                      className="size-5 accent-accent"
                      aria-label={t.choose(nameOf?.(row) ?? key)}
                      checked={isChosen}
                      onChange={() => selection.toggle(key)}
                    />
                  </td>
                )}
                {columns.map((column) => (
                  <td
                    key={column.key}
                    data-heading={column.heading}
                    className={`${cellClass} break-words sm:max-w-md ${column.isNumber ? 'sm:text-right' : ''}`}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollArea>
  )
}

interface HeadingProps {
  column: { heading: string; sort?: string | undefined; isNumber?: boolean }
  sort: string | undefined
  onSort: ((sort: string) => void) | undefined
}

function Heading({ column: { heading, sort: name, isNumber }, sort, onSort }: HeadingProps) {
  const t = useTexts(partTexts)
  const className = `${cellClass} font-medium break-words ${isNumber ? 'sm:text-right' : ''}`
  if (!name || !onSort) {
    return (
      <th scope="col" className={className}>
        {heading}
      </th>
    )
  }
  const order = sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : undefined
  return (
    <th scope="col" className={className} aria-sort={order ?? 'none'}>
      <button
        type="button"
        className="inline-flex items-center gap-1"
        title={t.sortBy(heading)}
        onClick={() => onSort(order === 'ascending' ? `-${name}` : name)}
      >
        {heading}
        {order === 'ascending' && <ArrowUp aria-hidden size={14} />}
        {order === 'descending' && <ArrowDown aria-hidden size={14} />}
      </button>
    </th>
  )
}

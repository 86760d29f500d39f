import { visible } from '../kernel/visible'
import type { Line, LineTable } from '../operations/lines'
import { wrapped } from './wrap'

/** What text is laid out for: a terminal, or a file or pipe, which has no width and no colours. */
export interface Screen {
  /** How many characters a line has room for; absent where there is no limit. */
  readonly columns?: number | undefined
  readonly isColored?: boolean | undefined
}

const gap = '  '
const narrowestText = 20

/** Lines as text: they fit the screen, and what strangers wrote gives the terminal no commands. */
export const laidOut = (lines: readonly Line[], screen: Screen): string =>
  lines
    .flatMap((line) => (typeof line === 'string' ? textLines(line, screen) : tableLines(line, screen)))
    .map((line) => `${line}\n`)
    .join('')

const textLines = (text: string, { columns }: Screen) =>
  text.split('\n').flatMap((line) => wrapped(readable(line, ' UTC'), columns))

const isoMoment = /\b(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2})?(\.\d+)?Z/g

/** Safe to print, its moments in the form of all others; in a table, they are UTC as its heading says. */
const readable = (text: string, zone = '') => visible(text).replace(isoMoment, `$1 $2${zone}`)

/**
 * A table, each column as wide as its widest cell. Where that is too much, free text is cut first; then columns move
 * into lines below their row. No other cell is ever cut.
 */
function tableLines({ headings, rows, freeText = [] }: LineTable, { columns, isColored }: Screen): string[] {
  const cells = rows.map((row) => row.map((cell) => readable(cell)))
  const widths = headings.map((heading, i) =>
    cells.reduce((widest, row) => Math.max(widest, Bun.stringWidth(row[i]!)), Bun.stringWidth(heading)),
  )
  const isText = headings.map((heading) => freeText.includes(heading))
  const { beside, below } = placed(widths, isText, columns ?? Number.POSITIVE_INFINITY)
  const rules = beside.map(({ at, width }, i) =>
    '─'.repeat(i === beside.length - 1 ? Math.min(width, Bun.stringWidth(headings[at]!)) : width),
  )
  const line = (row: string[]) =>
    beside
      .map(({ at, width }) => padded(isText[at] ? shortened(row[at]!, width) : row[at]!, width))
      .join(gap)
      .trimEnd()
  const more = (row: string[]) => {
    const facts = below.filter((at) => row[at] && row[at] !== '–').map((at) => `${headings[at]} ${row[at]}`)
    return facts.length ? wrapped(`${gap}${facts.join(' · ')}`, columns) : []
  }
  return [
    isColored ? bold(line(headings)) : line(headings),
    rules.join(gap),
    ...cells.flatMap((row) => [line(row), ...more(row)]),
  ]
}

interface Placement {
  /** The columns that stand beside each other, and how wide each is. */
  beside: { at: number; width: number }[]
  /** Those that stand below their row. */
  below: number[]
}

/** The first column always stands in the row; each other one where there is still room for it. */
function placed(widths: number[], isText: boolean[], room: number): Placement {
  const beside: Placement['beside'] = []
  const below: number[] = []
  const least = widths.map((width, i) => (isText[i] ? Math.min(width, narrowestText) : width))
  let left = room
  for (const [at, width] of least.entries()) {
    const taken = width + (beside.length ? gap.length : 0)
    if (beside.length && taken > left) below.push(at)
    else {
      beside.push({ at, width })
      left -= taken
    }
  }
  for (const column of beside) {
    const wider = Math.min(widths[column.at]! - column.width, Math.max(0, left))
    column.width += wider
    left -= wider
  }
  return { beside, below }
}

// Made when it is asked for: it takes longer than the rest of a short command.
let graphemes: Intl.Segmenter | undefined

/** A text cut to a width, with an ellipsis where something is left out. */
function shortened(text: string, width: number): string {
  if (Bun.stringWidth(text) <= width) return text
  graphemes ??= new Intl.Segmenter()
  let kept = ''
  for (const { segment } of graphemes.segment(text)) {
    if (Bun.stringWidth(kept + segment) >= width) break
    kept += segment
  }
  return `${kept}…`
}

const padded = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - Bun.stringWidth(text)))

export const bold = (text: string) => `\u001b[1m${text}\u001b[22m`
export const red = (text: string) => `\u001b[31m${text}\u001b[39m`

import { visible } from '../kernel/visible'
import type { FileText, Line, LineTable } from '../operations/lines'
import { wrapped } from './wrap'

/** The target of a layout: a terminal, or a file or pipe without width and colours. */
export interface Screen {
  /** The characters that fit on a line; absent if unlimited. */
  readonly columns?: number | undefined
  readonly isColored?: boolean | undefined
}

const gap = '  '
const narrowestText = 20

/** Lines as text that fits the screen; control characters in foreign text do not reach the terminal. */
export const laidOut = (lines: readonly Line[], screen: Screen): string =>
  lines
    .flatMap((line) => {
      if (typeof line === 'string') return textLines(line, screen)
      return 'file' in line ? fileLines(line, screen) : tableLines(line, screen)
    })
    .map((line) => `${line}\n`)
    .join('')

const textLines = (text: string, { columns }: Screen) =>
  text.split('\n').flatMap((line) => wrapped(readable(line, ' UTC'), columns))

/** A file as it is; on a terminal, nothing in it may control that. */
const fileLines = ({ file }: FileText, { columns }: Screen) => [columns === undefined ? file : visible(file)]

const isoMoment = /\b(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(:\d{2})?(\.\d+)?Z/g

/** Printable text with moments in the usual form; in a table without a zone, since its heading says UTC. */
const readable = (text: string, zone = '') => visible(text).replace(isoMoment, `$1 $2${zone}`)

/**
 * A table, each column as wide as its widest cell. If it is too wide, free text is truncated first; then columns move
 * to lines below their row. No other cell is ever truncated.
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
  /** The columns in the row, with their widths. */
  beside: { at: number; width: number }[]
  /** The columns below the row. */
  below: number[]
}

/** Keeps the first column in the row, and each further one that still fits. */
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

// Created on first use: that takes longer than the rest of a short command.
let graphemes: Intl.Segmenter | undefined

/** A text truncated to a width, with an ellipsis if anything was cut. */
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

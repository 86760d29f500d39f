import type { Line, Table } from '../operations/lines'

/** What text is laid out for: a terminal, or a file or pipe, which has no width and no colours. */
export interface Screen {
  /** How many characters a line has room for; absent where there is no limit. */
  readonly columns?: number | undefined
  readonly isColored?: boolean | undefined
}

const gap = '  '
const narrowest = 6

/** Lines as text: tables fit the screen, and what strangers wrote gives the terminal no commands. */
export const laidOut = (lines: readonly Line[], screen: Screen): string =>
  lines
    .flatMap((line) => (typeof line === 'string' ? [harmless(line)] : tableLines(line, screen)))
    .map((line) => `${line}\n`)
    .join('')

/** Such as the name of a device. */
const harmless = (line: string) => line.replace(/[^\P{Cc}\n]/gu, '\ufffd')

/** Each column is as wide as its widest cell; where that is too much, the widest columns give way. */
function tableLines({ headings, rows }: Table, { columns = Number.POSITIVE_INFINITY, isColored }: Screen): string[] {
  const cells = rows.map((row) => row.map((cell) => harmless(cell.replaceAll('\n', ' '))))
  const natural = headings.map((heading, i) =>
    cells.reduce((widest, row) => Math.max(widest, Bun.stringWidth(row[i]!)), Bun.stringWidth(heading)),
  )
  const widths = fitted(natural, columns - gap.length * (headings.length - 1))
  const rules = widths.map((width, i) =>
    '─'.repeat(i === headings.length - 1 ? Math.min(width, Bun.stringWidth(headings[i]!)) : width),
  )
  const line = (row: string[]) =>
    row
      .map((cell, i) => padded(shortened(cell, widths[i]!), widths[i]!))
      .join(gap)
      .trimEnd()
  return [isColored ? bold(line(headings)) : line(headings), line(rules), ...cells.map(line)]
}

/** Widths that together take no more than there is, by cutting the widest; none becomes unreadably narrow. */
function fitted(widths: number[], room: number): number[] {
  let excess = widths.reduce((sum, width) => sum + width, 0) - room
  const left = [...widths]
  while (excess > 0) {
    const widest = Math.max(...left)
    if (widest <= narrowest) break
    left[left.indexOf(widest)] = widest - 1
    excess -= 1
  }
  return left
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

import type { Token, Tokens } from 'marked'
import type { Section } from '../docs/sections'
import { bold, laidOut, type Screen } from './layout'
import { wrapped } from './wrap'

/** The default and maximum width of a page: longer lines are hard to read. */
const columnsMax = 96

/** Sections of a page as text for a terminal or pipe. */
export function pageText(sections: readonly Section[], { columns = columnsMax, isColored }: Screen): string {
  const width = Math.min(columns, columnsMax)
  const blocks = sections.flatMap(({ heading, depth, tokens }) => [
    headingLines(heading, depth, isColored),
    ...tokens.map((token) => linesOf(token, width)).filter((lines) => lines.length),
  ])
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function headingLines(heading: string, depth: number, isColored = false) {
  const text = depth === 1 ? heading.toUpperCase() : heading
  if (isColored) return [bold(text)]
  return depth > 2 ? [text] : [text, (depth === 1 ? '=' : '-').repeat(Bun.stringWidth(text))]
}

/** A block as lines; code is unchanged, so that it can be copied. */
function linesOf(token: Token, columns: number): string[] {
  switch (token.type) {
    case 'paragraph':
      return wrapped(oneLine(inline(token.tokens ?? [])), columns)
    case 'code':
      return token.text.split('\n').map((line: string) => `    ${line}`)
    case 'list':
      return listLines(token as Tokens.List, columns)
    case 'table':
      return tableLines(token as Tokens.Table, columns)
    case 'blockquote':
      return indented(
        (token.tokens ?? []).flatMap((inner: Token) => linesOf(inner, columns - 2)),
        '  ',
      )
    default:
      return []
  }
}

const listLines = ({ items, ordered, start }: Tokens.List, columns: number) =>
  items.flatMap(({ tokens }, i) => {
    const mark = ordered ? `${Number(start) + i}. ` : '- '
    return indented(
      tokens.flatMap((token) => itemLines(token, columns - mark.length)),
      mark,
    )
  })

/** The text of a list item has a token type of its own if no blank lines separate the items. */
const itemLines = (token: Token, columns: number) =>
  token.type === 'text' ? wrapped(oneLine(inline(token.tokens ?? [])), columns) : linesOf(token, columns)

const indented = (lines: readonly string[], mark: string) =>
  lines.map((line, i) => (i ? ' '.repeat(mark.length) : mark) + line)

/** Columns if they fit; otherwise each row as its first cell with the others below it. */
function tableLines({ header, rows }: Tokens.Table, columns: number): string[] {
  const textOf = ({ tokens }: Tokens.TableCell) => oneLine(inline(tokens))
  const headings = header.map(textOf)
  const cells = rows.map((row) => row.map(textOf))
  const emptyLines = headings.some(Boolean) ? 0 : 2
  const lines = laidOut([{ headings, rows: cells }], {})
    .trimEnd()
    .split('\n')
    .slice(emptyLines)
  if (lines.every((line) => Bun.stringWidth(line) <= columns)) return lines
  const named = headings.length > 2
  return cells.flatMap(([first = '', ...others]) => [
    ...wrapped(first, columns),
    ...others.flatMap((cell, i) =>
      cell ? wrapped(named ? `    ${headings[i + 1]}: ${cell}` : `    ${cell}`, columns) : [],
    ),
  ])
}

/** The text of a line. Web addresses follow their link text; other links are only text. */
const inline = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => {
      if (token.type === 'link' && /^https?:/.test(token.href) && token.text !== token.href) {
        return `${inline(token.tokens ?? [])} (${token.href})`
      }
      if (token.type === 'image') return `Picture: ${token.text}`
      if ('tokens' in token && token.tokens) return inline(token.tokens)
      return 'text' in token ? token.text : ''
    })
    .join('')

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim()

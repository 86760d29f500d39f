import { lexer, type Token } from 'marked'

/** A heading of a page with what stands below it, up to the next heading. */
export interface Section {
  readonly heading: string
  /** What a link to it ends in, behind the `#`; as GitHub makes it. */
  readonly anchor: string
  readonly depth: number
  readonly tokens: readonly Token[]
}

/** The sections of a Markdown page, in their order; the first has the title of the page. */
export function sectionsOf(markdown: string): Section[] {
  const sections: (Section & { tokens: Token[] })[] = []
  const taken = new Map<string, number>()
  for (const token of lexer(markdown)) {
    if (token.type === 'heading') {
      const heading = plainText(token.tokens ?? [])
      const slug = slugOf(heading)
      const repeats = taken.get(slug) ?? 0
      taken.set(slug, repeats + 1)
      const anchor = repeats ? `${slug}-${repeats}` : slug
      sections.push({ heading, anchor, depth: token.depth, tokens: [] })
    } else sections.at(-1)?.tokens.push(token)
  }
  return sections
}

const slugOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')

/** What tokens say, without their marks. */
export const plainText = (tokens: readonly Token[]): string => tokens.map(textOf).join('').trim()

function textOf(token: Token): string {
  const within = (tokens: readonly Token[]) => tokens.map(textOf).join('')
  if (token.type === 'html' || token.type === 'space') return ''
  if (token.type === 'list') return within(token.items)
  if (token.type === 'table') {
    const cells: { tokens: Token[] }[] = [token.header, ...token.rows].flat()
    return cells.map(({ tokens }) => `${within(tokens)} `).join('')
  }
  const text = 'tokens' in token && token.tokens ? within(token.tokens) : 'text' in token ? token.text : ''
  return inlineTypes.has(token.type) ? text : `${text} `
}

const inlineTypes = new Set(['text', 'strong', 'em', 'codespan', 'link', 'escape', 'del', 'br'])

/** The section with an anchor and those below it; none where there is no such section. */
export function chapterAt(sections: readonly Section[], anchor: string): Section[] {
  const start = sections.findIndex((section) => section.anchor === anchor)
  if (start === -1) return []
  const end = sections.findIndex(({ depth }, at) => at > start && depth <= sections[start]!.depth)
  return sections.slice(start, end === -1 ? undefined : end)
}

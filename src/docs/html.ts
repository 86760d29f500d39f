import { Parser, Renderer, type Tokens } from 'marked'
import { referenceOf } from './links'
import { type DocsPage, readPage } from './pages'
import { pictureAt, pictureSize } from './pictures'
import { type Section, sectionsOf } from './sections'

/** A text as HTML shows it. */
export const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

class PageRenderer extends Renderer {
  /** Comments, which mark generated tables. */
  override html() {
    return ''
  }

  override link({ href, tokens }: Tokens.Link) {
    const text = this.parser.parseInline(tokens)
    const target = hrefOf(href)
    return target === undefined ? text : `<a href="${escaped(target)}">${text}</a>`
  }

  /** A picture in the reader's colours. */
  override image({ href, text }: Tokens.Image) {
    const picture = pictureAt(href)
    if (!picture) return escaped(text)
    const { width, height } = pictureSize
    return `<picture><source media="(prefers-color-scheme: dark)" srcset="images/${picture.dark}"><img src="images/${picture.light}" alt="${escaped(text)}" width="${width}" height="${height}" loading="lazy"></picture>`
  }

  /** A wide table scrolls by itself, so that the page need not. */
  override table(token: Tokens.Table) {
    return `<div class="wide" role="region" aria-label="Table" tabindex="0">${super.table(token)}</div>\n`
  }
}

/** Pages lie beside each other under `/docs/`. A file that is no page has no address. */
function hrefOf(href: string) {
  if (/^https?:/.test(href)) return href
  const reference = referenceOf(href)
  if (!reference) return undefined
  const { page = '', anchor } = reference
  return anchor === undefined ? page : `${page}#${anchor}`
}

const renderer = new PageRenderer()

function sectionHtml({ heading, anchor, depth, tokens }: Section) {
  const id = escaped(anchor)
  const itself = depth > 1 ? ` <a class="anchor" href="#${id}" aria-label="Link to this section">#</a>` : ''
  const body = new Parser({ renderer }).parse([...tokens])
  return `<h${depth} id="${id}">${escaped(heading)}${itself}</h${depth}>\n${body}`
}

/** How many chapters a page has before it needs a list of them. */
const chaptersWithoutContents = 3

function contentsOf(sections: readonly Section[]) {
  const chapters = sections.filter(({ depth }) => depth === 2)
  if (chapters.length <= chaptersWithoutContents) return ''
  const items = chapters.map(({ heading, anchor }) => `<li><a href="#${escaped(anchor)}">${escaped(heading)}</a></li>`)
  return `<nav class="contents" aria-label="On this page"><ul>${items.join('')}</ul></nav>\n`
}

/** What a page of the documentation says, as HTML. */
export async function pageHtml(page: DocsPage): Promise<string> {
  const [first, ...others] = sectionsOf(await readPage(page))
  if (!first) return ''
  return [sectionHtml(first), contentsOf(others), ...others.map(sectionHtml)].join('')
}

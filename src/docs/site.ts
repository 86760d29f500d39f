import { nearest } from '../kernel/nearest'
import { frame } from './frame'
import { escaped, pageHtml } from './html'
import { type DocsPage, pageGroups, pages } from './pages'

/** The documentation's first page: every other page with what is on it. */
export function mapPage(): string {
  const entry = ({ name, title, about }: Pick<DocsPage, 'name' | 'title' | 'about'>) =>
    `<dt><a href="docs/${name}">${escaped(title)}</a></dt>\n<dd>${escaped(about)}</dd>\n`
  const viewer = { name: 'api', title: 'API viewer', about: 'Every endpoint with its fields and examples.' }
  const groups = [...pageGroups, { title: 'API', pages: [viewer] }]
  const body = groups.map(
    (group) => `<h2>${escaped(group.title)}</h2>\n<dl>\n${group.pages.map(entry).join('')}</dl>\n`,
  )
  return frame({
    title: 'Documentation',
    prefix: 'docs/',
    body: `<h1>Documentation</h1>\n${body.join('')}<script src="docs/viewer-links.js"></script>\n`,
  })
}

const rendered = new Map<string, Promise<string>>()

/** A page, made when it is first asked for; nothing where there is no such page. */
export function documentPage(name: string): Promise<string> | undefined {
  const page = pages.find((each) => each.name === name)
  if (!page) return undefined
  const html = rendered.get(name) ?? pageHtml(page).then((body) => frame({ title: page.title, current: page, body }))
  rendered.set(name, html)
  return html
}

/** Says that there is no such page, and which one may be meant. */
export function missingPage(name: string): string {
  const meant = nearest(
    name,
    pages.map((page) => page.name),
  )
  const hint = meant ? ` Did you mean <a href="${meant}">${meant}</a>?` : ''
  return frame({ title: 'No such page', body: `<h1>No such page</h1>\n<p>There is no page of that name.${hint}</p>\n` })
}

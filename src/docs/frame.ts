import { escaped } from './html'
import { type DocsPage, pageGroups } from './pages'

/** What stands in the frame of every page of the documentation. */
export interface Content {
  readonly title: string
  readonly body: string
  readonly current?: DocsPage
  /** What was searched for. */
  readonly query?: string
  /** What leads from the page's address to its neighbours: nothing from `/docs/operate`, `docs/` from `/docs`. */
  readonly prefix?: string
}

/** A page as a browser gets it. */
export function frame({ title, body, current, query = '', prefix = '' }: Content) {
  const item = (page: DocsPage) =>
    `<li><a href="${prefix}${page.name}"${page === current ? ' aria-current="page"' : ''}>${escaped(page.title)}</a></li>`
  const groups = pageGroups.map(
    (group) => `<h2>${escaped(group.title)}</h2>\n<ul>\n${group.pages.map(item).join('\n')}\n</ul>`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} – Latchkey</title>
<link rel="stylesheet" href="${prefix}style.css">
<header>
<a class="home" href="${prefix ? 'docs' : '../docs'}">Latchkey</a>
<form action="${prefix}search" role="search">
<input type="search" name="q" value="${escaped(query)}" placeholder="Search" aria-label="Search the documentation" required maxlength="100">
<button>Search</button>
</form>
<a class="to-map" href="#map">Map</a>
</header>
<div class="columns">
<main>
${body}</main>
<nav id="map" aria-label="Documentation">
${groups.join('\n')}
<h2>API</h2>
<ul>
<li><a href="${prefix}api">API viewer</a></li>
</ul>
</nav>
</div>
</html>
`
}

import { frame } from './frame'
import { escaped } from './html'
import { search, searchWords } from './search'

/** The sections that a search finds. */
export async function resultsPage(query: string): Promise<string> {
  const words = searchWords(query)
  const hits = await search(words)
  const found = hits.map(
    ({ page, heading, anchor, excerpt }) =>
      `<dt><a href="${page.name}#${escaped(anchor)}">${escaped(heading)}</a> <small>${escaped(page.title)}</small></dt>
<dd>${marked(excerpt, words)}</dd>\n`,
  )
  const said = words.join(' ')
  const body = hits.length
    ? `<h1>Search: ${escaped(said)}</h1>\n<dl>\n${found.join('')}</dl>\n`
    : `<h1>Search</h1>\n<p>${words.length ? `No section has all of these words: ${escaped(said)}. Try fewer words.` : 'Type a word to search for.'}</p>\n`
  return frame({ title: said ? `Search: ${said}` : 'Search', body, query: said })
}

/** A text as HTML, with the words that were searched for marked. */
function marked(text: string, words: readonly string[]) {
  const pattern = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  return text
    .split(new RegExp(`(${pattern})`, 'gi'))
    .map((part, i) => (i % 2 ? `<mark>${escaped(part)}</mark>` : escaped(part)))
    .join('')
}

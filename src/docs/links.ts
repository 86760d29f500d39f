import { pages } from './pages'

/** A place in the documentation, as a link in Markdown or a reader at a terminal names it. */
export interface Reference {
  /** The name of the page; absent for the page the link stands on. */
  readonly page?: string
  readonly anchor?: string
}

/**
 * The place a link means: `operate.md#https`, `src/docs/operate.md` and `#https` are places; addresses of the web and
 * other files are none.
 */
export function referenceOf(href: string): Reference | undefined {
  const [path = '', anchor] = href.split('#') as [string, string | undefined]
  const at = { ...(anchor !== undefined && { anchor }) }
  if (path === '') return at
  const file = /^(?:[\w./-]*\/)?([\w-]+)\.md$/.exec(path)?.[1]
  const name = file === 'README' ? 'start' : file
  return pages.some((page) => page.name === name) ? { page: name!, ...at } : undefined
}

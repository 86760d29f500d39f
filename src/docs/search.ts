import { type DocsPage, pages, readPage } from './pages'
import { plainText, sectionsOf } from './sections'

/** A section that has every word that was looked for. */
export interface Hit {
  readonly page: DocsPage
  readonly heading: string
  readonly anchor: string
  /** The text around the first of the words. */
  readonly excerpt: string
}

interface Indexed extends Omit<Hit, 'excerpt'> {
  readonly text: string
  readonly lowerText: string
  readonly lowerHeading: string
}

const hitsMax = 40
const wordsMax = 8
const charactersMax = 100
const excerptCharacters = 200

let index: Promise<Indexed[]> | undefined

/** Every section of every page. Read when somebody searches for the first time. */
async function readIndex(): Promise<Indexed[]> {
  const perPage = pages.map(async (page) =>
    sectionsOf(await readPage(page)).map(({ heading, anchor, tokens }) => {
      const text = plainText(tokens).replace(/\s+/g, ' ')
      return { page, heading, anchor, text, lowerText: text.toLowerCase(), lowerHeading: heading.toLowerCase() }
    }),
  )
  return (await Promise.all(perPage)).flat()
}

/** The words of a search, in lower case. */
export const searchWords = (query: string): string[] =>
  query.slice(0, charactersMax).toLowerCase().split(/\s+/).filter(Boolean).slice(0, wordsMax)

/** The sections that have every word, those with a word in their heading first. */
export async function search(words: readonly string[]): Promise<Hit[]> {
  if (!words.length) return []
  index ??= readIndex()
  const found = (await index)
    .filter(({ lowerText, lowerHeading }) =>
      words.every((word) => lowerText.includes(word) || lowerHeading.includes(word)),
    )
    .map((section) => ({ section, score: words.filter((word) => section.lowerHeading.includes(word)).length }))
    .sort((a, b) => b.score - a.score)
  return found.slice(0, hitsMax).map(({ section }) => {
    const { page, heading, anchor } = section
    return { page, heading, anchor, excerpt: excerptOf(section, words) }
  })
}

function excerptOf({ text, lowerText }: Indexed, words: readonly string[]) {
  const places = words.map((word) => lowerText.indexOf(word)).filter((at) => at !== -1)
  const start = places.length ? Math.max(0, Math.min(...places) - excerptCharacters / 3) : 0
  const from = start === 0 ? 0 : text.indexOf(' ', start) + 1
  const cut = text.slice(from, from + excerptCharacters)
  const isCut = from + cut.length < text.length
  return `${from ? '… ' : ''}${isCut ? `${cut.replace(/\s\S*$/, '')} …` : cut}`
}

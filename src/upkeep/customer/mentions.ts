/** Replaces erased personal data. */
export const erased = '[erased]'

/** Finds a person's names in texts, ignoring case, and removes them. */
export interface Mentions {
  isIn(text: string): boolean
  without(text: string): string
}

const nameLengthMin = 3

/**
 * Mentions of that e-mail address and these names; not as a part of a longer address or word, which is another person.
 */
export function mentionsOf(email: string, names: readonly string[]): Mentions {
  const told = names.filter(({ length }) => length >= nameLengthMin).sort((a, b) => b.length - a.length)
  const patterns = [
    `(?<![\\p{L}\\p{N}._%+-])${escaped(email)}(?![\\p{L}\\p{N}-]|\\.[\\p{L}\\p{N}])`,
    ...told.map((name) => `(?<![\\p{L}\\p{N}_-])${escaped(name)}(?![\\p{L}\\p{N}_-])`),
  ]
  const all = new RegExp(patterns.join('|'), 'giu')
  return { isIn: (text) => text.search(all) !== -1, without: (text) => text.replace(all, erased) }
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

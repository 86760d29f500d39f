import { OperatorError } from '../../kernel/operator-error'

/** The normalized search text: without hyphens and surrounding spaces. */
export function soughtPart(text: string): string {
  const sought = text.replace(/\p{Pd}/gu, '').trim()
  if (sought) return sought
  throw new OperatorError('say what to search for: a part of a key, an owner, a note or metadata', 'invalid_input')
}

/** A text in lower case as SQLite makes it, which knows no letters beyond ASCII. */
export const loweredAscii = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

/** A text in the forms that a lower-case column may have it. */
export const searchForms = (text: string): string[] => [
  ...new Set([text.toLowerCase(), loweredAscii(text.toUpperCase())]),
]

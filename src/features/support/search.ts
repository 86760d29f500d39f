import { OperatorError } from '../../kernel/operator-error'

/** What is looked for where somebody types or pastes a text: hyphens, and spaces around it, do not count. */
export function soughtPart(text: string): string {
  const sought = text.replace(/\p{Pd}/gu, '').trim()
  if (sought) return sought
  throw new OperatorError('say what to search for: a part of a key, an owner, a note or metadata', 'invalid_input')
}

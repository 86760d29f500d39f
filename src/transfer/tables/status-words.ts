import type { StatusWord } from '../../features/licenses/policy'
import { LineFault, quoted } from './problems'

/**
 * The words for a licence's status in the files of this server and of those that people leave, and what each becomes. A
 * word that means one thing here and another thing there is none of them.
 */
export const importStatusWords = {
  available: 'available',
  reserved: 'reserved',
  assigned: 'assigned',
  active: 'assigned',
  sold: 'assigned',
  delivered: 'assigned',
  expiring: 'assigned',
  expired: 'assigned',
  blocked: 'blocked',
  suspended: 'blocked',
  disabled: 'blocked',
  banned: 'blocked',
  revoked: 'revoked',
} as const satisfies Record<string, StatusWord>

/** A word that a file may say of a licence's status. */
export type FileStatus = keyof typeof importStatusWords

/** What speaks against guessing, for words that servers use in different senses. */
const senses: Readonly<Record<string, string>> = {
  active: 'is a licence in stock in some exports, and this line has neither owner, date, order nor device',
  inactive: 'is a paid licence that no device uses in some exports, and one that is switched off in others',
  pending: 'is a licence that is not activated yet in some exports, and one that is not paid for in others',
}

/** The refusal of a status that the table above does not have, or that this line leaves open. */
export function unknownStatus(value: unknown): LineFault {
  // A list or an object of a JSON file; a file may hold objects that have no text of their own.
  const word = typeof value === 'object' ? JSON.stringify(value) : String(value)
  const kind = word.toLowerCase()
  const sense = Object.hasOwn(senses, kind) ? senses[kind] : undefined
  const choices = Object.keys(importStatusWords).join(', ')
  return new LineFault({
    kind: `status ${kind}`,
    column: 'status',
    value: word,
    text: `status ${quoted(word)} ${sense ?? 'is not known'}: say what it means with --value "status:${word}=assigned" or another of ${choices}`,
  })
}

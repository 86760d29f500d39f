import type { StatusWord } from '../../features/licenses/policy'
import { LineFault, quoted } from './problems'

/**
 * The status words in files of this server and of others, with the status each becomes. Words with different meanings
 * elsewhere are left out.
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

/** A status word a file may use. */
export type FileStatus = keyof typeof importStatusWords

/** Why some words are ambiguous: servers use them in different senses. */
const senses: Readonly<Record<string, string>> = {
  active: 'is a licence in stock in some exports, and this line has neither owner, date, order nor device',
  inactive: 'is a paid licence that no device uses in some exports, and one that is switched off in others',
  pending: 'is a licence that is not activated yet in some exports, and one that is not paid for in others',
}

/** The refusal of a status that is not in the table above, or is ambiguous on this line. */
export function unknownStatus(value: unknown): LineFault {
  // A list or object of a JSON file, which may have no text form of its own.
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

import type { Deps } from '../../deps'
import { text } from '../../intake/model'
import type { OperatorError } from '../../kernel/operator-error'
import { Refusal, say } from '../../kernel/outcome'
import type { AdminRequest } from './admin-request'

/** The field with the token of a one-time link: in a header, so that no URL has it. */
export const linkToken = text({ header: 'x-link-token', maxLength: 100, description: 'The token of the link.' })

/** What the token of a link opens. A wrong one counts as a guess; throws the error for it. */
export async function opened<Found>(
  { guesses }: Pick<Deps, 'guesses'>,
  adminRequest: AdminRequest,
  find: () => Promise<Found | undefined>,
  error: () => OperatorError,
): Promise<Found> {
  const { address, now } = adminRequest
  const attempt = await guesses.begin({ address, now })
  if (attempt.seconds) throw new Refusal(say('too_many_requests', { retry_after: attempt.seconds }))
  let found: Found | undefined
  try {
    found = await find()
  } finally {
    guesses.conclude(attempt, found === undefined, now)
  }
  if (found === undefined) throw error()
  return found
}

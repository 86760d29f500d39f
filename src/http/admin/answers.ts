import { remedyFor } from '../../database/failure'
import type { FieldErrors } from '../../intake/model'
import { declared } from '../../kernel/answers'
import { type Outcome, Refusal, say } from '../../kernel/outcome'
import { type Reason, Sorry } from '../../kernel/sorry'
import type { Said } from './route'

const retryAfterSeconds = 5

/** What a `Sorry` is under HTTP. */
export const reasons: Record<Reason, { status: number; code: string }> = {
  stranger: { status: 401, code: 'unauthenticated' },
  forbidden: { status: 403, code: 'forbidden' },
  missing: { status: 404, code: 'not_found' },
  failed: { status: 409, code: 'conflict' },
  usage: { status: 422, code: 'invalid_input' },
}

export const done = (body: object, cookies: readonly string[] = []): Said => ({ status: 200, body, cookies })

/** What is wrong with the fields, each by its name. */
export function invalid(fields: FieldErrors): Said {
  const { status, code } = reasons.usage
  return { status, body: { error: { code, message: Object.values(fields).flat().join(' '), fields } } }
}

/** What came in the way of an answer, as an answer. A failure of ours is logged, and told without its text. */
export function refused(error: unknown, tell: (error: unknown) => void): Said {
  if (error instanceof Sorry) {
    const { status, code } = reasons[error.reason]
    return { status, body: { error: { code, message: error.message } } }
  }
  if (error instanceof Refusal) return inPlainWords(error.outcome)
  const remedy = remedyFor(error)
  tell(error)
  if (remedy) return inPlainWords(say('not_ready', { detail: remedy, retry_after: retryAfterSeconds }))
  return inPlainWords(say('internal_error'))
}

/** An answer of the registry without its envelope. */
export function inPlainWords({ answer, data }: Outcome): Said {
  const { http, message } = declared(answer)
  const { detail, retry_after } = data as { detail?: string; retry_after?: number }
  return {
    status: http,
    body: { error: { code: answer, message: detail ?? message } },
    headers: retry_after === undefined ? {} : { 'retry-after': String(retry_after) },
  }
}

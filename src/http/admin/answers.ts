import { remedyFor } from '../../database/failure'
import type { FieldErrors } from '../../intake/model'
import { declared } from '../../kernel/answers'
import { type ErrorKind, OperatorError } from '../../kernel/operator-error'
import { type Outcome, Refusal, say } from '../../kernel/outcome'
import type { AdminResponse } from './route'

const retryAfterSeconds = 5

/** What an `OperatorError` is under HTTP. */
export const reasons: Record<ErrorKind, { status: number; code: string }> = {
  unauthenticated: { status: 401, code: 'unauthenticated' },
  forbidden: { status: 403, code: 'forbidden' },
  not_found: { status: 404, code: 'not_found' },
  conflict: { status: 409, code: 'conflict' },
  invalid_input: { status: 422, code: 'invalid_input' },
}

export const done = (body: object, cookies: readonly string[] = []): AdminResponse => ({ status: 200, body, cookies })

/** What is wrong with the fields, each by its name. */
export function invalid(fields: FieldErrors): AdminResponse {
  const { status, code } = reasons.invalid_input
  return { status, body: { error: { code, message: Object.values(fields).flat().join(' '), fields } } }
}

/** What came in the way of an answer, as an answer. A failure of ours is logged, and told without its text. */
export function refused(error: unknown, tell: (error: unknown) => void): AdminResponse {
  if (error instanceof OperatorError) {
    const { status, code } = reasons[error.kind]
    return { status, body: { error: { code, message: error.message } } }
  }
  if (error instanceof Refusal) return inPlainWords(error.outcome)
  const remedy = remedyFor(error)
  tell(error)
  if (remedy) return inPlainWords(say('not_ready', { detail: remedy, retry_after: retryAfterSeconds }))
  return inPlainWords(say('internal_error'))
}

/** An answer of the registry without its envelope. */
export function inPlainWords({ answer, data }: Outcome): AdminResponse {
  const { http, message } = declared(answer)
  const { detail, retry_after } = data as { detail?: string; retry_after?: number }
  return {
    status: http,
    body: { error: { code: answer, message: detail ?? message } },
    headers: retry_after === undefined ? {} : { 'retry-after': String(retry_after) },
  }
}

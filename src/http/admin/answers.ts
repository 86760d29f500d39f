import { type Static, Type } from '@sinclair/typebox'
import { remedyFor } from '../../database/failure'
import type { FieldErrors } from '../../intake/model'
import { declared } from '../../kernel/answers'
import { RemedyView } from '../../kernel/message'
import { type ErrorKind, OperatorError } from '../../kernel/operator-error'
import { type Outcome, Refusal, say } from '../../kernel/outcome'
import { dictionary, view, word } from '../../kernel/view'
import { ProofRequired, proofMethods } from '../../users/proof'
import type { AdminResponse } from './route'

const retryAfterSeconds = 5

/** The HTTP status of each kind of error; the kind itself is the code. */
export const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  unauthenticated: 401,
  forbidden: 403,
  proof_required: 403,
  second_factor_required: 403,
  not_found: 404,
  conflict: 409,
  invalid_input: 422,
}

/**
 * Every answer under `/admin/api` with a status other than 200. The header `X-Request-Id` holds the id of the request.
 */
export const ErrorAnswer = view('OperatorError', {
  error: Type.Object({
    code: Type.String({
      description: `What kind of error it is: ${Object.keys(statusOfKind).join(', ')}, or a word for what any server may answer, such as too_many_requests.`,
      examples: Object.keys(statusOfKind),
    }),
    message: Type.String({ description: 'One sentence that says why, and what to do.' }),
    fields: Type.Optional(
      dictionary(Type.Array(Type.String()), 'What is wrong with each field, where it is the fields.'),
    ),
    field: Type.Optional(Type.String({ description: 'The field that the message is about, where it is about one.' })),
    proof: Type.Optional(
      Type.Object({
        methods: Type.Array(word(proofMethods), {
          description: 'With `proof_required`: how the user can prove who they are, at POST /session/proof.',
        }),
      }),
    ),
    remedies: Type.Optional(Type.Array(RemedyView, { description: 'The operations that help.' })),
  }),
})
export type RefusedResponse = AdminResponse<Static<typeof ErrorAnswer>>

export const done = <Body>(body: Body, cookies: readonly string[] = []): AdminResponse<Body> => ({
  status: 200,
  body,
  cookies,
})

/** The answer for invalid fields, each by its name. */
export function invalid(fields: FieldErrors): RefusedResponse {
  return {
    status: statusOfKind.invalid_input,
    body: { error: { code: 'invalid_input', message: Object.values(fields).flat().join(' '), fields } },
  }
}

/** Turns an error into an answer. An internal failure is logged, and answered without its text. */
export function refused(error: unknown, tell: (error: unknown) => void): RefusedResponse {
  if (error instanceof OperatorError) {
    const { kind, message, field, remedies } = error
    const proof = error instanceof ProofRequired && { proof: { methods: [...error.methods] } }
    const details = { ...(field && { field }), ...proof, ...(remedies.length && { remedies }) }
    return { status: statusOfKind[kind], body: { error: { code: kind, message, ...details } } }
  }
  if (error instanceof Refusal) return plainResponse(error.outcome)
  const remedy = remedyFor(error)
  tell(error)
  if (remedy) return plainResponse(say('not_ready', { detail: remedy, retry_after: retryAfterSeconds }))
  return plainResponse(say('internal_error'))
}

/** An answer of the registry without its envelope. */
export function plainResponse({ answer, data }: Outcome): RefusedResponse {
  const { http, message } = declared(answer)
  const { detail, retry_after } = data as { detail?: string; retry_after?: number }
  return {
    status: http,
    body: { error: { code: answer, message: detail ?? message } },
    headers: retry_after === undefined ? {} : { 'retry-after': String(retry_after) },
  }
}

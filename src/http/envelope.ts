import { Elysia, ParseError, ValidationError } from 'elysia'
import type { Visitor } from '../access/gate'
import { remedyFor } from '../database/failure'
import type { Deps } from '../deps'
import { type Answer, answers, declared } from '../kernel/answers'
import { stopwatch } from '../kernel/clock'
import { Outcome, Refusal, say } from '../kernel/outcome'
import { requestIdOf } from '../kernel/request-id'

const retryAfterSeconds = 5

const headers = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}

/** The one exit: errors become outcomes, outcomes become signed envelopes. */
export const envelope = ({ seal, clock, log }: Deps) =>
  new Elysia({ name: 'envelope' })
    .derive({ as: 'global' }, ({ request }) => ({
      startedAt: stopwatch(),
      requestId: requestIdOf(request.headers.get('x-request-id')),
    }))
    .onError({ as: 'global' }, ({ error, code, path, route }) => {
      const cause = error instanceof ParseError ? error.cause : error
      if (cause instanceof Refusal) return cause.outcome
      if (error instanceof ValidationError) return refusedField(error)
      if (code === 'NOT_FOUND') return say('no_such_endpoint')
      const remedy = remedyFor(error)
      // Its stack alone: Bun would print kilobytes of the program around it.
      console.error(`${route || path}: ${remedy ?? (error instanceof Error ? error.stack : error)}`)
      return remedy ? say('not_ready', { retry_after: retryAfterSeconds }) : say('internal_error')
    })
    .mapResponse({ as: 'global' }, async (context) => {
      const outcome = context.responseValue
      const { visitor, startedAt, requestId } = context as { visitor?: Visitor; startedAt?: number; requestId?: string }
      const note = (said: { code: number | string } | { status: number }) =>
        log({
          at: clock().toISOString(),
          method: context.request.method,
          // Never the path of a route that has parameters: it may hold keys.
          route: context.route || context.path,
          ...said,
          key: visitor?.key?.id,
          request_id: requestId,
          ms: startedAt === undefined ? undefined : Math.round((stopwatch() - startedAt) * 100) / 100,
        })
      if (outcome instanceof Response) note({ status: outcome.status })
      if (!(outcome instanceof Outcome)) return
      const { http, code } = declared(outcome.answer)
      const body = await seal(outcome, clock())
      note({ code })
      // Elysia has put 422 or 500 here for an error, and it outranks the response's own status.
      context.set.status = http
      const retryAfter = 'retry_after' in outcome.data ? { 'retry-after': String(outcome.data.retry_after) } : undefined
      const named = requestId === undefined ? undefined : { 'x-request-id': requestId }
      return new Response(body, { status: http, headers: { ...headers, ...named, ...retryAfter } })
    })

/** The answer a field's schema names, else a plain 9400 that says which field. */
function refusedField(error: ValidationError) {
  const named = (error.valueError?.schema as { error?: unknown } | undefined)?.error
  if (typeof named === 'string' && named in answers) return say(named as Answer)
  const field = error.valueError?.path.split('/')[1] ?? ''
  return say('malformed_request', { detail: `The field "${field}" has the wrong type or is too long.` })
}

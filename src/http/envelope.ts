import { Elysia } from 'elysia'
import type { Visitor } from '../access/visitor'
import { remedyFor } from '../database/failure'
import type { Deps } from '../deps'
import { declared } from '../kernel/answers'
import { stopwatch } from '../kernel/clock'
import { Outcome, Refusal, say } from '../kernel/outcome'
import { requestIdOf } from '../kernel/request-id'

const retryAfterSeconds = 5

/** The one exit: errors become outcomes, outcomes become signed envelopes. */
export const envelope = ({ seal, clock, log }: Deps) =>
  new Elysia({ name: 'envelope' })
    .onError({ as: 'global' }, ({ error, code, path, route }) => {
      if (error instanceof Refusal) return error.outcome
      if (code === 'NOT_FOUND') return say('no_such_endpoint')
      const remedy = remedyFor(error)
      // Its stack alone: Bun would print kilobytes of the program around it.
      console.error(`${route || path}: ${remedy ?? (error instanceof Error ? error.stack : error)}`)
      return remedy ? say('not_ready', { retry_after: retryAfterSeconds }) : say('internal_error')
    })
    .mapResponse({ as: 'global' }, (context): Response | Promise<Response> | undefined => {
      const outcome = context.responseValue
      if (!(outcome instanceof Outcome || outcome instanceof Response)) return
      const { request } = context
      const { visitor } = context as { visitor?: Visitor }
      const requestId = visitor?.requestId ?? requestIdOf(request.headers.get('x-request-id'))
      const note = (said: { code: number | string } | { status: number }) =>
        log(clock(), {
          method: request.method,
          // Never the path of a route that has parameters: it may hold keys.
          route: context.route || context.path,
          ...said,
          key: visitor?.key?.id,
          request_id: requestId,
          ms: visitor && Math.round((stopwatch() - visitor.arrivedAt) * 100) / 100,
        })
      if (outcome instanceof Response) {
        note({ status: outcome.status })
        return
      }
      const { http, code } = declared(outcome.answer)
      const respond = (body: string) => {
        note({ code })
        // Elysia has put 422 or 500 here for an error, and it outranks the response's own status.
        context.set.status = http
        return new Response(body, { status: http, headers: headersOf(outcome, requestId) })
      }
      const sealed = seal(outcome, clock())
      return typeof sealed === 'string' ? respond(sealed) : sealed.then(respond)
    })

const headersOf = ({ data }: Outcome, requestId: string) => ({
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-request-id': requestId,
  ...('retry_after' in data && { 'retry-after': String(data.retry_after) }),
})

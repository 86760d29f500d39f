import { Elysia } from 'elysia'
import type { Visitor } from '../access/visitor'
import { remedyFor } from '../database/failure'
import type { Deps } from '../deps'
import { declared } from '../kernel/answers'
import { stopwatch } from '../kernel/clock'
import { Outcome, Refusal, say } from '../kernel/outcome'

const retryAfterSeconds = 5

/** The one exit: errors become outcomes, outcomes become signed envelopes. */
export const envelope = ({ seal, brake, clock, log }: Deps) =>
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
      const { visitor } = context as { visitor?: Visitor }
      const note = (said: { code: number | string } | { status: number }) => {
        log(clock(), {
          method: context.request.method,
          // Never the path of a route that has parameters: it may hold keys.
          route: context.route || context.path,
          ...said,
          key: visitor?.key?.id,
          request_id: visitor?.requestId,
          ms: visitor && Math.round((stopwatch() - visitor.arrivedAt) * 100) / 100,
        })
      }
      if (outcome instanceof Response) note({ status: outcome.status })
      if (!(outcome instanceof Outcome)) return
      const { http, code } = declared(outcome.answer)
      if (visitor) brake.note(outcome.answer, visitor)
      const respond = (body: string) => {
        note({ code })
        if (visitor?.onAnswered) tellWhenWritten(visitor.onAnswered, context.request)
        // Elysia has put 422 or 500 here for an error, and it outranks the response's own status.
        context.set.status = http
        return new Response(body, { status: http, headers: headersOf(outcome, visitor) })
      }
      const sealed = seal(outcome, clock(), visitor?.wish)
      return typeof sealed === 'string' ? respond(sealed) : sealed.then(respond)
    })

/** The framework's own word for it comes while an answer is still being signed, so that one may die unsent. */
const tellWhenWritten = (tell: (isDelivered: boolean) => void, { signal }: Request) =>
  setImmediate(() => tell(!signal.aborted))

/** Made once: a `Headers` is copied in half the time that an object takes. */
const headers = new Headers({
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
})

/** A refusal names its request, so that whoever complains of it can be helped. */
function headersOf({ answer, data }: Outcome, visitor: Visitor | undefined) {
  if (declared(answer).http === 200) return headers
  const own = new Headers(headers)
  if (visitor) own.set('x-request-id', visitor.requestId)
  if ('retry_after' in data) own.set('retry-after', String(data.retry_after))
  return own
}

import { Elysia } from 'elysia'
import type { AdmittedRequest } from '../access/admitted-request'
import { choiceBeforeAdmission } from '../access/answer-options'
import type { AtGate } from '../access/gate'
import { isGuess } from '../access/guess-limiter'
import type { RequestContext } from '../access/request-context'
import { faultOf, remedyFor } from '../database/failure'
import type { Deps } from '../deps'
import { openProductNames } from '../features/products/names'
import { describeForSdk } from '../features/sdk/service'
import { declared } from '../kernel/answers'
import { Outcome, Refusal, say } from '../kernel/outcome'
import { requestIdOf } from '../kernel/request-id'
import { type AnswerOptions, noSignature, unsignedEnvelope } from '../signing/seal'
import type { Cors } from './cors'
import { hintFor } from './hint'
import { openRequestLog } from './request-log'
import { sdkEnvelope, sdkStatusOf, sdkText, tellsOfDevice } from './sdk-answer'

const retryAfterSeconds = 5

/** The only exit: errors become outcomes, outcomes become signed envelopes. */
export const envelope = (deps: Deps, cors: Pick<Cors, 'headersFor'>) => {
  const { seal, keys, guesses, once, clock, log } = deps
  const logRequest = openRequestLog(deps)
  const namesOf = openProductNames(deps.db)

  /** Adds the product an answer is about to its signed facts: the client cannot derive it from its request. */
  async function naming(productId: number, answerOptions: AnswerOptions): Promise<AnswerOptions> {
    return { ...answerOptions, proof: { ...answerOptions.proof, ...(await namesOf(productId)) } }
  }

  /**
   * The answer to an API key whose dialect is `sdk`; signed with the key of its product if it is about one. A client that
   * is turned away gets no signature: it would cost as much as what was refused, and the SDKs check those of successes.
   */
  async function sdkBody(outcome: Outcome, { admitted, requestContext }: Asked) {
    const now = clock()
    const { answer, productId } = outcome
    const isTurnedAway = answer === 'too_many_requests' || (!admitted && sdkStatusOf(answer) !== 200)
    if (isTurnedAway) return unsignedSdkBody(outcome, now)
    const facts = admitted && tellsOfDevice(answer) ? await describeForSdk(deps.db.read, admitted.values) : {}
    const { text, signature } = await deps.signText({
      textOf: (label) => sdkText(outcome, facts, label, now),
      productId,
      now,
      lane: admitted?.lane ?? requestContext?.laneOf(outcome) ?? answer,
    })
    return sdkEnvelope(text, signature)
  }

  /** The body of an answer, signed as the request asks for; at once if it is cached. */
  function bodyOf(outcome: Outcome, asked: Asked): string | Promise<string> {
    const { requestContext, admitted } = asked
    const answerOptions = admitted
      ? admitted.answerOptions
      : requestContext && choiceBeforeAdmission(requestContext.fields, keys)
    return answerOptions?.proof && outcome.productId !== undefined
      ? naming(outcome.productId, answerOptions).then((full) => signed(outcome, asked, full))
      : signed(outcome, asked, answerOptions)
  }

  function signed(outcome: Outcome, asked: Asked, answerOptions?: AnswerOptions) {
    const { requestContext, admitted } = asked
    return isForSdk(asked)
      ? sdkBody(answerOptions?.proof ? outcome.with(answerOptions.proof) : outcome, asked)
      : seal(outcome, clock(), answerOptions, admitted ?? requestContext)
  }

  /** What a request hears whose answer could not be signed: signed with the global key, or unsigned if that is lost too. */
  async function bodyWithoutProduct(outcome: Outcome, asked: Asked) {
    if (isForSdk(asked)) return unsignedSdkBody(outcome, clock())
    try {
      return await seal(outcome, clock())
    } catch {
      return unsignedEnvelope(outcome, clock())
    }
  }

  /** Logs a fault, and says whether the client may try again. */
  function outcomeOfFault(error: unknown, route: string, requestId: string) {
    log(clock(), faultOf(route, error, requestId))
    return remedyFor(error) ? say('not_ready', { retry_after: retryAfterSeconds }) : say('internal_error')
  }

  return new Elysia({ name: 'envelope' })
    .onError({ as: 'global' }, (context) => {
      const { error, code, route, request } = context
      const { requestContext } = context as Partial<AtGate>
      if (error instanceof Refusal) return error.outcome
      if (code === 'NOT_FOUND') return say('no_such_endpoint')
      return outcomeOfFault(error, route || 'unknown', idOf(request, requestContext))
    })
    .mapResponse({ as: 'global' }, async (context) => {
      // The hook must be declared async, or the framework would continue before there is an answer.
      const outcome = context.responseValue
      const { requestContext, attempt, admitted } = context as Partial<AtGate>
      const { request } = context
      // Never the path of a route with parameters: it may hold keys.
      const route = context.route || 'unknown'
      const answered = outcome instanceof Outcome ? outcome.answer : undefined
      if (attempt && requestContext)
        guesses.conclude(attempt, isGuess(answered, requestContext.key), requestContext.now)
      const crossOrigin = cors.headersFor(route, request)
      if (outcome instanceof Response) {
        for (const [name, value] of Object.entries(crossOrigin ?? {})) outcome.headers.set(name, value)
        logRequest({
          request,
          route,
          requestContext,
          admitted,
          requestId: requestContext?.requestId,
          status: outcome.status,
        })
      }
      if (!(outcome instanceof Outcome)) return
      const asked = { requestContext, admitted }
      let body: string
      let final = outcome
      try {
        const sealed = bodyOf(outcome, asked)
        body = typeof sealed === 'string' ? sealed : await sealed
      } catch (error) {
        final = outcomeOfFault(error, route, idOf(request, requestContext))
        body = await bodyWithoutProduct(final, asked)
      }
      const { answer, productId } = final
      const status = isForSdk(asked) ? sdkStatusOf(answer) : declared(answer).http
      const requestId = status === 200 ? requestContext?.requestId : idOf(request, requestContext)
      logRequest({ request, route, requestContext, admitted, requestId, answer, productId, status })
      const tell = admitted && once.listenerOf(admitted)
      if (tell) reportDelivery(tell, request)
      // Elysia has set 422 or 500 here for an error, which takes precedence over the response's own status.
      context.set.status = status
      return new Response(body, { status, headers: headersOf(final, { admitted, requestId, crossOrigin, status }) })
    })
}

/** What is known of a request when it is answered. */
interface Asked {
  requestContext: RequestContext | undefined
  admitted: AdmittedRequest | undefined
}

const unsignedSdkBody = (outcome: Outcome, now: Date) => sdkEnvelope(sdkText(outcome, {}, 'global', now), noSignature)

const isForSdk = ({ admitted, requestContext }: Asked) => (admitted ?? requestContext)?.key?.dialect === 'sdk'

const namedHere = new WeakMap<Request, string>()

/** The id of a request, for the log and the client; created here if the request reached no gate. */
function idOf(request: Request, requestContext: RequestContext | undefined): string {
  if (requestContext) return requestContext.requestId
  const id = namedHere.get(request) ?? requestIdOf(request.headers.get('x-request-id'))
  namedHere.set(request, id)
  return id
}

/** The framework's own event fires while an answer is still being signed, so such an answer may never be sent. */
const reportDelivery = (tell: (isDelivered: boolean) => void, { signal }: Request) =>
  setImmediate(() => tell(!signal.aborted))

/** Built once: copying a `Headers` takes half the time of copying an object. */
const headers = new Headers({
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
})

/** What the headers of an answer depend on besides its outcome. */
interface Answered {
  admitted: AdmittedRequest | undefined
  requestId: string | undefined
  crossOrigin: Record<string, string> | undefined
  status: number
}

/** A refusal carries its request id, so that support can find it. */
function headersOf({ answer, data }: Outcome, { admitted, requestId, crossOrigin, status }: Answered) {
  const hint = hintFor(answer, admitted)
  if (status === 200 && !crossOrigin && !hint) return headers
  const own = new Headers(headers)
  if (hint) own.set('x-latchkey-hint', hint)
  for (const [name, value] of Object.entries(crossOrigin ?? {})) own.set(name, value)
  if (status === 200) return own
  if (requestId !== undefined) own.set('x-request-id', requestId)
  if ('retry_after' in data) own.set('retry-after', String(data.retry_after))
  return own
}

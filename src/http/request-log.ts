import type { AdmittedRequest } from '../access/admitted-request'
import type { RequestContext } from '../access/request-context'
import type { Deps } from '../deps'
import { type Answer, declared } from '../kernel/answers'
import { stopwatch } from '../kernel/clock'
import { silent } from '../kernel/log'
import { shownPath } from './shown-path'

/** An answer about to be sent. */
export interface Ended {
  request: Request
  route: string
  requestContext: RequestContext | undefined
  admitted: AdmittedRequest | undefined
  requestId: string | undefined
  /** Undefined for anything without an envelope: a file, a bare key. */
  answer?: Answer
  /** The product the answer is about. */
  productId?: number | undefined
  status: number
}

type Dependencies = 'config' | 'log' | 'metrics' | 'calls' | 'clock' | 'clientAddresses'

/** The catch-all route. */
const anyPath = '/*'

const pathOf = (url: string) => /^[a-z]+:\/\/[^/]*([^?#]*)/.exec(url)?.[1] ?? ''

/** Logs an answer, counts it in the metrics, and adds it to the call log if the gate admitted the request. */
export function openRequestLog({ config, log, metrics, calls, clock, clientAddresses }: Pick<Deps, Dependencies>) {
  return ({ request, route, requestContext, admitted, requestId, answer, productId, status }: Ended) => {
    const ms = requestContext && stopwatch() - requestContext.arrivedAt
    const code = answer && declared(answer).code
    metrics.answered(route, code ?? status, ms ?? 0)
    if (requestContext && answer && code !== undefined)
      calls.note(requestContext, admitted?.values, { route, answer, code, productId, ms: ms! })
    // Skips the work if no one reads the log.
    if (log === silent || config.log === 'off') return
    log(clock(), {
      method: request.method,
      route: route === anyPath ? shownPath(pathOf(request.url)) : route,
      code,
      status,
      address: requestContext?.address ?? clientAddresses.of(request),
      key: requestContext?.key?.id,
      request_id: requestId,
      ms: ms && Math.round(ms * 100) / 100,
    })
  }
}

import type { RequestContext } from '../access/request-context'
import type { Deps } from '../deps'
import { type Answer, declared } from '../kernel/answers'
import { stopwatch } from '../kernel/clock'
import { silent } from '../kernel/log'
import { shownPath } from './shown-path'

/** An answer that is about to be sent. */
export interface Ended {
  request: Request
  route: string
  requestContext: RequestContext | undefined
  /** What it is called where it met no gate. */
  requestId?: string
  /** Undefined for what is no envelope: a file, a bare key. */
  answer?: Answer
  status: number
}

type Leanings = 'config' | 'log' | 'metrics' | 'calls' | 'clock' | 'clientAddresses'

/** The route of whatever no other route takes. */
const anyPath = '/*'

const pathOf = (url: string) => /^[a-z]+:\/\/[^/]*([^?#]*)/.exec(url)?.[1] ?? ''

/** Takes an answer down: in the log, in the figures, and in the call log where somebody was met at the gate. */
export function openRequestLog({ config, log, metrics, calls, clock, clientAddresses }: Pick<Deps, Leanings>) {
  return ({ request, route, requestContext, requestId = requestContext?.requestId, answer, status }: Ended) => {
    const ms = requestContext && stopwatch() - requestContext.arrivedAt
    const code = answer && declared(answer).code
    metrics.answered(route, code ?? status, ms ?? 0)
    if (requestContext && answer && code !== undefined) calls.note(requestContext, { route, answer, code, ms: ms! })
    // What nobody reads costs nothing.
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

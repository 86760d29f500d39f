import type { Visitor } from '../access/visitor'
import type { Deps } from '../deps'
import { type Answer, declared } from '../kernel/answers'
import { stopwatch } from '../kernel/clock'

/** An answer that is about to be sent. */
export interface Ended {
  method: string
  route: string
  visitor: Visitor | undefined
  /** Undefined for what is no envelope: a file, a bare key. */
  answer?: Answer
  status: number
}

/** Takes an answer down: in the log, in the figures, and in the call log where somebody was met at the gate. */
export const openChronicle =
  ({ log, metrics, calls, clock }: Pick<Deps, 'log' | 'metrics' | 'calls' | 'clock'>) =>
  ({ method, route, visitor, answer, status }: Ended) => {
    const ms = visitor && stopwatch() - visitor.arrivedAt
    const code = answer && declared(answer).code
    metrics.answered(route, code ?? status, ms ?? 0)
    if (visitor && answer && code !== undefined) calls.note(visitor, { route, answer, code, ms: ms! })
    log(clock(), {
      method,
      route,
      code,
      status: code === undefined ? status : undefined,
      key: visitor?.key?.id,
      request_id: visitor?.requestId,
      ms: ms && Math.round(ms * 100) / 100,
    })
  }

import { stopwatch } from '../kernel/clock'
import { type Histogram, openHistogram } from './histogram'

const lagEveryMs = 50

/** The counts of one route. */
interface Route {
  codes: Map<number | string, number>
  seconds: Histogram
}

/** Counts for `/metrics`, in memory only: the monitoring system stores them. */
export interface Metrics {
  readonly routes: ReadonlyMap<string, Route>
  /** Signed envelopes: made, and reused from the cache. */
  readonly signatures: { made: number; made_es256: number; memoised: number }
  /** Call log entries dropped because too many arrived in one second. */
  readonly calls: { dropped: number }
  /** How late timers fire, a measure of how busy the event loop is. */
  readonly loopLag: Histogram
  /** Counts one answer on a route by its code and duration. */
  answered(route: string, code: number | string, ms: number): void
  close(): void
}

export function openMetrics(): Metrics {
  const routes = new Map<string, Route>()
  const loopLag = openHistogram()
  let expectedAt = stopwatch() + lagEveryMs
  const timer = setInterval(() => {
    const now = stopwatch()
    loopLag.add(Math.max(0, now - expectedAt))
    expectedAt = now + lagEveryMs
  }, lagEveryMs)
  timer.unref()
  return {
    routes,
    signatures: { made: 0, made_es256: 0, memoised: 0 },
    calls: { dropped: 0 },
    loopLag,
    answered(name, code, ms) {
      let route = routes.get(name)
      if (!route) {
        route = { codes: new Map(), seconds: openHistogram() }
        routes.set(name, route)
      }
      route.codes.set(code, (route.codes.get(code) ?? 0) + 1)
      route.seconds.add(ms)
    },
    close: () => clearInterval(timer),
  }
}

import { stopwatch } from '../kernel/clock'
import { type Histogram, openHistogram } from './histogram'

const lagEveryMs = 50

/** What happened on one route. */
interface Route {
  codes: Map<number | string, number>
  seconds: Histogram
}

/** Counts what the process does, for `/metrics`. Kept in memory alone: whoever reads them keeps them. */
export interface Metrics {
  readonly routes: ReadonlyMap<string, Route>
  /** Envelopes that were signed, and those that were told again without. */
  readonly signatures: { made: number; memoised: number }
  /** Lines of the call log that were left out because there were too many in one second. */
  readonly calls: { dropped: number }
  /** How much later than asked for the event loop came to a timer. */
  readonly loopLag: Histogram
  /** One answer on a route, by its code, and how long it took. */
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
    signatures: { made: 0, memoised: 0 },
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

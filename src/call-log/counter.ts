import { hourMs } from '../kernel/durations'
import { endpointName, endpoints } from './endpoints'
import { messages } from './view'

/** Calls of an hour that agree in endpoint, code, product and API key; 0 for no product or key. */
export interface CallCount {
  hour: number
  endpoint: string
  code: string
  productId: number
  apiKeyId: number
  calls: number
}

/** The answers of a process by route and code, as the metrics count them. */
export type AnsweredRoutes = ReadonlyMap<string, { readonly codes: ReadonlyMap<number | string, number> }>

/** What is counted of a call. */
interface CountedCall {
  at: Date
  route: string
  code: string
  productId: number | undefined
  apiKeyId: number | null
}

/** Beyond that, calls of an hour count without their product and API key. */
export const countsPerHourMax = 2000

/**
 * Counts calls by the hour, once a second and in memory. Calls that are not recorded are known from the metrics alone,
 * so that they cost their requests nothing; they count without product and API key.
 */
export function openCallCounter(answered: AnsweredRoutes) {
  const names = new Map<string, string | undefined>()
  const seen = new Map<string, number>()
  let pending = new Map<string, CallCount>()
  let [hour, combinations] = [0, new Set<string>()]

  function add(count: CallCount) {
    const { endpoint, code, productId, apiKeyId } = count
    const key = [count.hour, endpoint, code, productId, apiKeyId].join(' ')
    const present = pending.get(key)
    if (present) present.calls += count.calls
    else pending.set(key, { ...count })
  }

  /** Bounds what a stock of products and API keys can leave behind. */
  function addBounded(count: CallCount) {
    if (count.hour !== hour) [hour, combinations] = [count.hour, new Set()]
    const { endpoint, code, productId, apiKeyId } = count
    const combination = [endpoint, code, productId, apiKeyId].join(' ')
    const hasRoom = combinations.has(combination) || combinations.size < countsPerHourMax
    if (hasRoom) combinations.add(combination)
    add(hasRoom ? count : { ...count, productId: 0, apiKeyId: 0 })
  }

  /** The endpoint of a route; undefined for other routes. */
  function endpointOf(route: string) {
    if (!names.has(route))
      names.set(
        route,
        endpoints.find((endpoint) => endpoint === endpointName(route)),
      )
    return names.get(route)
  }

  const hourOf = (at: Date) => Math.floor(at.getTime() / hourMs) * hourMs

  return {
    /** Counts the calls recorded in a second and, if `now` is given, the answers that were not recorded. */
    endSecond(recorded: readonly CountedCall[], now: Date | undefined) {
      const byAnswer = new Map<string, number>()
      for (const { at, route, code, productId = 0, apiKeyId } of recorded) {
        const answer = `${route} ${code}`
        byAnswer.set(answer, (byAnswer.get(answer) ?? 0) + 1)
        const endpoint = endpointOf(route)
        if (endpoint) addBounded({ hour: hourOf(at), endpoint, code, productId, apiKeyId: apiKeyId ?? 0, calls: 1 })
      }
      for (const [route, { codes }] of answered) {
        const endpoint = endpointOf(route)
        if (!endpoint) continue
        for (const [code, total] of codes) {
          const answer = `${route} ${code}`
          const calls = total - (seen.get(answer) ?? 0) - (byAnswer.get(answer) ?? 0)
          seen.set(answer, total)
          if (!now || calls <= 0 || !messages.has(String(code))) continue
          add({ hour: hourOf(now), endpoint, code: String(code), productId: 0, apiKeyId: 0, calls })
        }
      }
    },
    /** The counts to write. */
    take(): CallCount[] {
      const counts = [...pending.values()]
      pending = new Map()
      return counts
    },
    /** Keeps counts that could not be written. */
    putBack(counts: readonly CallCount[]) {
      for (const count of counts) add(count)
    },
  }
}

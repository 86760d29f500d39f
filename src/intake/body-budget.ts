import { networksOf } from '../kernel/networks'
import { type Outcome, say } from '../kernel/outcome'

/** Bodies up to this many bytes have a separate budget, so that large bodies cannot crowd them out. */
export const smallBodyBytes = 16_384
const bytesMax = 67_108_864
const bytesPerNetworkMax = 16_777_216
const retryAfterSeconds = 5

/** Limits the bytes held of request bodies that are still arriving. */
export interface BodyBudget {
  /** Reserves space for a body of at most that many bytes, and starts its timeout. */
  open(address: string, bytes: number): Room | Outcome
}

/** Space reserved for one body. */
export interface Room {
  /** Reserves more bytes; returns the refusal if there is no space. */
  grow(bytes: number): Outcome | undefined
  /** The result of the work, or a refusal once the body's timeout expires. */
  within<T>(work: Promise<T>): Promise<T | Outcome>
  close(): void
}

const fullForAll = say('not_ready', { retry_after: retryAfterSeconds })
const fullForNetwork = say('too_many_requests', { retry_after: retryAfterSeconds })

/** A budget for the process; each body may take that many seconds to arrive. */
export function openBodyBudget(patienceSeconds: number): BodyBudget {
  const tooSlow = say('malformed_request', { detail: `The body took longer than ${patienceSeconds} s.` })
  const [small, large] = [openPool(), openPool()]
  const poolFor = (bytes: number) => (bytes > smallBodyBytes ? large : small)
  return {
    open(address, bytes) {
      let pool = poolFor(bytes)
      const refusal = pool.take(address, bytes)
      if (refusal) return refusal
      let held = bytes
      const late = Promise.withResolvers<Outcome>()
      const timer = setTimeout(() => late.resolve(tooSlow), patienceSeconds * 1000)
      return {
        grow(more) {
          const next = poolFor(held + more)
          const refusal = next.take(address, next === pool ? more : held + more)
          if (refusal) return refusal
          if (next !== pool) pool.give(address, held)
          pool = next
          held += more
          return undefined
        },
        within: (work) => Promise.race([work, late.promise]),
        close() {
          clearTimeout(timer)
          pool.give(address, held)
        },
      }
    },
  }
}

/** Even the widest network may use only part of the total. */
const maxOf = (factor: number) => Math.min(bytesPerNetworkMax * factor, bytesMax / 2)

/** Counts an address in each of its networks: an IPv6 subscriber has more addresses than memory could hold. */
function openPool() {
  const byNetwork = new Map<string, number>()
  let all = 0
  return {
    take(address: string, bytes: number): Outcome | undefined {
      const networks = networksOf(address)
      if (networks.some(({ name, factor }) => (byNetwork.get(name) ?? 0) + bytes > maxOf(factor))) return fullForNetwork
      if (all + bytes > bytesMax) return fullForAll
      all += bytes
      for (const { name } of networks) byNetwork.set(name, (byNetwork.get(name) ?? 0) + bytes)
      return undefined
    },
    give(address: string, bytes: number) {
      all -= bytes
      for (const { name } of networksOf(address)) {
        const left = (byNetwork.get(name) ?? 0) - bytes
        if (left > 0) byNetwork.set(name, left)
        else byNetwork.delete(name)
      }
    },
  }
}
